package io.lxc4j.seccomp;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A compiled filter as the kernel takes it. Immutable and thread-safe.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/seccomp_filter.html">Seccomp BPF</a>
 */
public final class BpfProgram {
    private final List<BpfInstruction> instructions;

    /**
     * Takes what has been compiled.
     *
     * @throws InvalidSpecificationException if it is longer than the kernel takes
     */
    BpfProgram(List<BpfInstruction> instructions) {
        int most = Constants.BPF_MAXINSNS.intValue();
        if (instructions.size() > most) {
            throw new InvalidSpecificationException("a seccomp filter of " + instructions.size()
                    + " instructions; the kernel takes at most " + most + ": use fewer rules or argument tests");
        }
        this.instructions = List.copyOf(instructions);
    }

    /** The program that {@link #toBytes} has written. */
    static BpfProgram of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<BpfInstruction> instructions = new ArrayList<>();
        while (buffer.hasRemaining()) {
            instructions.add(new BpfInstruction(
                    Short.toUnsignedInt(buffer.getShort()),
                    Byte.toUnsignedInt(buffer.get()),
                    Byte.toUnsignedInt(buffer.get()),
                    buffer.getInt()));
        }
        return new BpfProgram(instructions);
    }

    /**
     * How long it is.
     *
     * @return the number of instructions, 1 to 4096
     */
    public int length() {
        return instructions.size();
    }

    /**
     * The program as an array of {@code struct sock_filter}, little-endian as both architectures are.
     *
     * @return 8 bytes for each instruction
     */
    public byte[] toBytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(BpfInstruction.SIZE * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (BpfInstruction instruction : instructions) {
            bytes.putShort((short) instruction.code())
                    .put((byte) instruction.jt())
                    .put((byte) instruction.jf())
                    .putInt(instruction.k());
        }
        return bytes.array();
    }

    List<BpfInstruction> instructions() {
        return instructions;
    }

    /** Renders the program in assembly, one line an instruction; jumps lead to the line with that number. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int number = 0; number < instructions.size(); number++) {
            BpfInstruction instruction = instructions.get(number);
            String line = String.format("l%d:", number);
            text.append(String.format("%-6s %s", line, instruction.text(number)));
            if (instruction.code() == BpfInstruction.RETURN) {
                text.append("  ; ").append(SeccompAction.of(instruction.k()));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
