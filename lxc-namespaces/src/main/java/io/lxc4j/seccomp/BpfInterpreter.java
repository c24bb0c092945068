package io.lxc4j.seccomp;

import java.util.List;

/** Runs a filter as the kernel would, after the checks that the kernel makes before it takes one. */
final class BpfInterpreter {
    private final List<BpfInstruction> instructions;

    /**
     * Checks a program: {@code bpf_check_classic} and {@code seccomp_check_filter} in the kernel.
     *
     * @throws IllegalArgumentException if the kernel would not take it, or it uses what {@link BpfInstruction} leaves out
     */
    BpfInterpreter(List<BpfInstruction> instructions) {
        this.instructions = List.copyOf(instructions);
        for (int number = 0; number < instructions.size(); number++) {
            check(number, instructions.get(number), instructions.size() - number - 1);
        }
        if (instructions.isEmpty() || instructions.getLast().code() != BpfInstruction.RETURN) {
            throw new IllegalArgumentException("the last instruction is no return");
        }
    }

    private static void check(int number, BpfInstruction instruction, int following) {
        boolean good = switch (instruction.code()) {
            case BpfInstruction.LOAD ->
                instruction.k() >= 0 && instruction.k() < SeccompData.SIZE && instruction.k() % 4 == 0;
            case BpfInstruction.AND, BpfInstruction.RETURN -> true;
            case BpfInstruction.JUMP -> Integer.compareUnsigned(instruction.k(), following) < 0;
            case BpfInstruction.EQUAL,
                    BpfInstruction.GREATER,
                    BpfInstruction.GREATER_OR_EQUAL,
                    BpfInstruction.ANY_BIT -> instruction.jt() < following && instruction.jf() < following;
            default -> false;
        };
        if (!good) {
            throw new IllegalArgumentException("instruction " + number + " is not allowed: " + instruction);
        }
    }

    /** What the program returns for a call. */
    SeccompAction run(SeccompData data) {
        int accumulator = 0;
        int next = 0;
        while (true) {
            BpfInstruction instruction = instructions.get(next++);
            int k = instruction.k();
            switch (instruction.code()) {
                case BpfInstruction.LOAD -> accumulator = data.word(k);
                case BpfInstruction.AND -> accumulator &= k;
                case BpfInstruction.JUMP -> next += k;
                case BpfInstruction.RETURN -> {
                    return SeccompAction.of(k);
                }
                default -> next += holds(instruction.code(), accumulator, k) ? instruction.jt() : instruction.jf();
            }
        }
    }

    static boolean holds(int code, int accumulator, int k) {
        return switch (code) {
            case BpfInstruction.EQUAL -> accumulator == k;
            case BpfInstruction.GREATER -> Integer.compareUnsigned(accumulator, k) > 0;
            case BpfInstruction.GREATER_OR_EQUAL -> Integer.compareUnsigned(accumulator, k) >= 0;
            default -> (accumulator & k) != 0;
        };
    }
}
