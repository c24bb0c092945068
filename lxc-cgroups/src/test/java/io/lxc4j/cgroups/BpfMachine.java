package io.lxc4j.cgroups;

import io.lxc4j.kernel.BpfInsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Runs the instructions that programs about devices are made of, on a context; anything else is an error, as is running on for ever. */
final class BpfMachine {
    private static final int REGISTERS = 11;
    private static final int CONTEXT = 1;

    private BpfMachine() {}

    /** What register 0 has at the end. */
    static long run(List<BpfInsn> program, byte[] context) {
        ByteBuffer memory = ByteBuffer.wrap(context).order(ByteOrder.LITTLE_ENDIAN);
        Long[] registers = new Long[REGISTERS];
        int next = 0;
        while (true) {
            BpfInsn instruction = program.get(next++);
            int target = instruction.target();
            int operand = instruction.operand();
            switch (instruction.code()) {
                case BpfInsn.LOAD_WORD -> {
                    if (instruction.source() != CONTEXT || registers[CONTEXT] != null) {
                        throw new IllegalStateException("not a load from the context: " + instruction);
                    }
                    registers[target] = Integer.toUnsignedLong(memory.getInt(instruction.offset()));
                }
                case BpfInsn.MOVE -> registers[target] = get(registers, instruction.source());
                case BpfInsn.MOVE_CONSTANT -> registers[target] = (long) operand;
                case BpfInsn.AND_CONSTANT -> registers[target] = get(registers, target) & operand;
                case BpfInsn.SHIFT_RIGHT_CONSTANT -> registers[target] = get(registers, target) >>> operand;
                case BpfInsn.JUMP_EQUAL -> next += get(registers, target) == operand ? instruction.offset() : 0;
                case BpfInsn.JUMP_NOT_EQUAL -> next += get(registers, target) != operand ? instruction.offset() : 0;
                case BpfInsn.JUMP_ANY_BIT -> next += (get(registers, target) & operand) != 0 ? instruction.offset() : 0;
                case BpfInsn.EXIT -> {
                    return get(registers, 0);
                }
                default -> throw new IllegalStateException("unknown: " + instruction);
            }
            if (instruction.offset() < 0) {
                throw new IllegalStateException("backwards: " + instruction);
            }
        }
    }

    private static long get(Long[] registers, int number) {
        if (registers[number] == null) {
            throw new IllegalStateException("register " + number + " has no value");
        }
        return registers[number];
    }
}
