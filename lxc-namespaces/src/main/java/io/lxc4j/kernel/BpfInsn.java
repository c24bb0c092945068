package io.lxc4j.kernel;

import java.nio.ByteBuffer;

/**
 * An instruction of the kernel's virtual machine.
 *
 * <pre>
 * struct bpf_insn {         // linux/bpf.h
 *     __u8  code;           // 0
 *     __u8  dst_reg:4;      // 1, the low half
 *     __u8  src_reg:4;      // 1, the high half
 *     __s16 off;            // 2
 *     __s32 imm;            // 4
 * };                        // 8
 * </pre>
 *
 * @param code what to do
 * @param target the register that changes or is compared, 0 to 10
 * @param source the other register, 0 to 10
 * @param offset how far to jump, counted from the next instruction, or where in memory
 * @param operand the constant
 * @see <a href="https://docs.kernel.org/bpf/standardization/instruction-set.html">BPF Instruction Set Architecture</a>
 */
public record BpfInsn(int code, int target, int source, int offset, int operand) {
    /** Size of the struct in bytes. */
    public static final int SIZE = 8;

    /** {@code BPF_LDX | BPF_MEM | BPF_W}: target = 32 bits at source + offset. */
    public static final int LOAD_WORD = 0x61;
    /** {@code BPF_LDX | BPF_MEM | BPF_DW}: target = 64 bits at source + offset. */
    public static final int LOAD_LONG = 0x79;
    /** {@code BPF_STX | BPF_MEM | BPF_DW}: 64 bits at target + offset = source. */
    public static final int STORE_LONG = 0x7b;
    /** {@code BPF_STX | BPF_ATOMIC | BPF_DW} with {@code BPF_ADD}: 64 bits at target + offset += source, at once for all CPUs. */
    public static final int ATOMIC_LONG = 0xdb;
    /** {@code BPF_LD | BPF_IMM | BPF_DW}: target = what this and the next instruction have as operands. */
    public static final int LOAD_CONSTANT = 0x18;
    /** {@code BPF_ALU64 | BPF_MOV | BPF_X}: target = source. */
    public static final int MOVE = 0xbf;
    /** {@code BPF_ALU64 | BPF_MOV | BPF_K}: target = operand. */
    public static final int MOVE_CONSTANT = 0xb7;
    /** {@code BPF_ALU64 | BPF_AND | BPF_K}: {@code target &= operand}. */
    public static final int AND_CONSTANT = 0x57;
    /** {@code BPF_ALU64 | BPF_RSH | BPF_K}: {@code target >>>= operand}. */
    public static final int SHIFT_RIGHT_CONSTANT = 0x77;
    /** {@code BPF_ALU64 | BPF_ADD | BPF_X}: {@code target += source}. */
    public static final int ADD = 0x0f;
    /** {@code BPF_ALU64 | BPF_SUB | BPF_X}: {@code target -= source}. */
    public static final int SUBTRACT = 0x1f;
    /** {@code BPF_ALU64 | BPF_MUL | BPF_X}: {@code target *= source}. */
    public static final int MULTIPLY = 0x2f;
    /** {@code BPF_ALU64 | BPF_DIV | BPF_X}: {@code target /= source}, unsigned. */
    public static final int DIVIDE = 0x3f;
    /** {@code BPF_JMP | BPF_JA}: jump. */
    public static final int JUMP = 0x05;
    /** {@code BPF_JMP | BPF_JEQ | BPF_K}: jump if target == operand. */
    public static final int JUMP_EQUAL = 0x15;
    /** {@code BPF_JMP | BPF_JNE | BPF_K}: jump if target != operand. */
    public static final int JUMP_NOT_EQUAL = 0x55;
    /** {@code BPF_JMP | BPF_JSET | BPF_K}: jump if target has any bit of operand. */
    public static final int JUMP_ANY_BIT = 0x45;
    /** {@code BPF_JMP | BPF_JSLE | BPF_X}: {@code jump if target <= source}, signed. */
    public static final int JUMP_SIGNED_LESS_OR_EQUAL = 0xdd;
    /** {@code BPF_JMP | BPF_CALL}: calls the function of the kernel whose number is the operand. */
    public static final int CALL = 0x85;
    /** {@code BPF_JMP | BPF_EXIT}: ends with the value of register 0. */
    public static final int EXIT = 0x95;

    /** {@code BPF_ADD}, the operand of an atomic addition. */
    public static final int ATOMIC_ADD = 0;
    /** {@code BPF_PSEUDO_MAP_VALUE}, the source of a loaded constant that is an address in a map's value. */
    public static final int MAP_VALUE = 2;
    /** {@code BPF_FUNC_ktime_get_ns}: the time since boot, in nanoseconds. */
    public static final int TIME = 5;

    private static final int REGISTER_BITS = 4;

    /**
     * Writes it as the kernel takes it.
     *
     * @param buffer where, in little-endian order
     */
    public void write(ByteBuffer buffer) {
        buffer.put((byte) code)
                .put((byte) (source << REGISTER_BITS | target))
                .putShort((short) offset)
                .putInt(operand);
    }
}
