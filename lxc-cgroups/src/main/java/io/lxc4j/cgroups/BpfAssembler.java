package io.lxc4j.cgroups;

import io.lxc4j.kernel.BpfInsn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a program of the kernel's virtual machine. Jumps lead forward, to labels that are placed later. Not thread-safe. */
final class BpfAssembler {
    private final List<BpfInsn> instructions = new ArrayList<>();

    /** The jumps by their numbers, and where they lead to. */
    private final Map<Integer, Label> jumps = new LinkedHashMap<>();

    /** A register where a constant could be as well. */
    record Register(int number) {}

    /** A place in the program. */
    static final class Label {
        private int place = -1;
    }

    BpfAssembler load(int target, int source, int offset) {
        return add(BpfInsn.LOAD_WORD, target, source, offset, 0);
    }

    BpfAssembler loadLong(int target, int source, int offset) {
        return add(BpfInsn.LOAD_LONG, target, source, offset, 0);
    }

    BpfAssembler storeLong(int target, int offset, int source) {
        return add(BpfInsn.STORE_LONG, target, source, offset, 0);
    }

    BpfAssembler move(int target, int source) {
        return add(BpfInsn.MOVE, target, source, 0, 0);
    }

    BpfAssembler set(int target, int value) {
        return add(BpfInsn.MOVE_CONSTANT, target, 0, 0, value);
    }

    /** An operation of two registers. */
    BpfAssembler with(int code, int target, Register source) {
        return add(code, target, source.number(), 0, 0);
    }

    /** Sets register 0 to the time. The kernel may change registers 1 to 5. */
    BpfAssembler time() {
        return add(BpfInsn.CALL, 0, 0, 0, BpfInsn.TIME);
    }

    /** An operation of a register and a constant. */
    BpfAssembler with(int code, int target, int operand) {
        return add(code, target, 0, 0, operand);
    }

    /** Adds a register to 64 bits of memory, at once for all CPUs. */
    BpfAssembler addAtomically(int address, int offset, int source) {
        return add(BpfInsn.ATOMIC_LONG, address, source, offset, BpfInsn.ATOMIC_ADD);
    }

    /** The address of a place in the value of an array of one element. */
    BpfAssembler address(int target, int array, int offset) {
        add(BpfInsn.LOAD_CONSTANT, target, BpfInsn.MAP_VALUE, 0, array);
        return add(0, 0, 0, 0, offset);
    }

    BpfAssembler jump(Label label) {
        return jump(BpfInsn.JUMP, 0, 0, label);
    }

    /** Jumps if a register and a constant are so. */
    BpfAssembler jump(int code, int target, int operand, Label label) {
        jumps.put(instructions.size(), label);
        return add(code, target, 0, 0, operand);
    }

    /** Jumps if two registers are so. */
    BpfAssembler jump(int code, int target, Register source, Label label) {
        jumps.put(instructions.size(), label);
        return add(code, target, source.number(), 0, 0);
    }

    BpfAssembler place(Label label) {
        label.place = instructions.size();
        return this;
    }

    /** Ends with a value. */
    BpfAssembler end(int value) {
        return set(0, value).add(BpfInsn.EXIT, 0, 0, 0, 0);
    }

    private BpfAssembler add(int code, int target, int source, int offset, int operand) {
        instructions.add(new BpfInsn(code, target, source, offset, operand));
        return this;
    }

    List<BpfInsn> program() {
        List<BpfInsn> program = new ArrayList<>(instructions);
        jumps.forEach((number, label) -> {
            BpfInsn jump = program.get(number);
            int distance = label.place - number - 1;
            if (label.place < 0 || distance < 0 || distance > Short.MAX_VALUE) {
                throw new IllegalStateException("jump at " + number + " to " + label.place);
            }
            program.set(number, new BpfInsn(jump.code(), jump.target(), jump.source(), distance, jump.operand()));
        });
        return List.copyOf(program);
    }
}
