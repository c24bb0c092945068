package io.lxc4j.seccomp;

/**
 * One instruction of a filter.
 *
 * <pre>
 * struct sock_filter {  // linux/filter.h
 *     __u16 code;
 *     __u8  jt;         // how many instructions to skip if true
 *     __u8  jf;         // how many if false
 *     __u32 k;
 * };
 * </pre>
 *
 * Of the kernel's instructions only those are here that filters are made of, which also are those that it runs in advance to find
 * out which calls are always allowed ({@code seccomp_is_const_allow}).
 *
 * @param code what to do
 * @param jt how many instructions to skip if true, 0 to 255
 * @param jf how many to skip if false, 0 to 255
 * @param k the operand
 */
record BpfInstruction(int code, int jt, int jf, int k) {
    /** The size of the struct in bytes. */
    static final int SIZE = 8;

    /** {@code BPF_LD | BPF_W | BPF_ABS}: loads 32 bits of the data at offset k. */
    static final int LOAD = 0x20;
    /** {@code BPF_ALU | BPF_AND | BPF_K}: keeps those bits that k has. */
    static final int AND = 0x54;
    /** {@code BPF_JMP | BPF_JA}: skips k instructions. */
    static final int JUMP = 0x05;
    /** {@code BPF_JMP | BPF_JEQ | BPF_K}: whether it is k. */
    static final int EQUAL = 0x15;
    /** {@code BPF_JMP | BPF_JGT | BPF_K}: whether it is greater than k, unsigned. */
    static final int GREATER = 0x25;
    /** {@code BPF_JMP | BPF_JGE | BPF_K}: whether it is k or greater, unsigned. */
    static final int GREATER_OR_EQUAL = 0x35;
    /** {@code BPF_JMP | BPF_JSET | BPF_K}: whether it has any of the bits of k. */
    static final int ANY_BIT = 0x45;
    /** {@code BPF_RET | BPF_K}: returns k. */
    static final int RETURN = 0x06;

    static BpfInstruction of(int code, int k) {
        return new BpfInstruction(code, 0, 0, k);
    }

    /** The instruction in the manner of {@code bpf_dbg}, jumps as the numbers of the instructions that they lead to. */
    String text(int number) {
        String operand = "#0x" + Integer.toHexString(k);
        return switch (code) {
            case LOAD -> "ld [" + k + "]";
            case AND -> "and " + operand;
            case JUMP -> "ja " + (number + 1 + k);
            case EQUAL -> branch("jeq ", operand, number);
            case GREATER -> branch("jgt ", operand, number);
            case GREATER_OR_EQUAL -> branch("jge ", operand, number);
            case ANY_BIT -> branch("jset ", operand, number);
            case RETURN -> "ret " + operand;
            default -> throw new IllegalStateException("instruction 0x" + Integer.toHexString(code));
        };
    }

    private String branch(String name, String operand, int number) {
        return name + operand + ", " + (number + 1 + jt) + ", " + (number + 1 + jf);
    }
}
