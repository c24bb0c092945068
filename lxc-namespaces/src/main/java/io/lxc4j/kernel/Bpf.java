package io.lxc4j.kernel;

import static io.lxc4j.kernel.Constants.BPF_F_ALLOW_MULTI;
import static io.lxc4j.kernel.Constants.BPF_F_REPLACE;
import static io.lxc4j.kernel.Constants.BPF_MAP_CREATE;
import static io.lxc4j.kernel.Constants.BPF_MAP_LOOKUP_ELEM;
import static io.lxc4j.kernel.Constants.BPF_MAP_TYPE_ARRAY;
import static io.lxc4j.kernel.Constants.BPF_MAP_UPDATE_ELEM;
import static io.lxc4j.kernel.Constants.BPF_PROG_ATTACH;
import static io.lxc4j.kernel.Constants.BPF_PROG_LOAD;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Programs that the kernel runs, and what they keep, {@code bpf(2)}. They live as long as a descriptor or a cgroup has them. Needs
 * CAP_BPF, and CAP_NET_ADMIN for those of cgroups; before Linux 5.8 CAP_SYS_ADMIN.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/bpf.2.html">bpf(2)</a>
 */
public final class Bpf {
    private static final int LOG_BYTES = 1 << 16;
    private static final int LONGEST_SHOWN = 600;

    /** The kernel gives up a long check when a signal comes. */
    private static final int MOST_TRIES = 5;

    private Bpf() {}

    /**
     * Loads a program.
     *
     * @param type {@code BPF_PROG_TYPE_*}
     * @param attachType {@code BPF_CGROUP_*}, where it is going to be attached
     * @param name what tools show; the first 15 letters, digits, dots and underscores
     * @param program its instructions
     * @return its descriptor
     * @throws SystemCallException if the kernel refuses it; the call shows the end of what its verifier says
     */
    public static Fd load(Constant type, Constant attachType, String name, List<BpfInsn> program) {
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * BpfInsn.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        program.forEach(instruction -> instruction.write(bytes));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate(bytes.capacity(), Long.BYTES);
            instructions.copyFrom(MemorySegment.ofArray(bytes.array()));
            BpfAttr attr = new BpfAttr(arena)
                    .set(BpfAttr.PROG_TYPE, type.intValue())
                    .set(BpfAttr.INSN_CNT, program.size())
                    .set(BpfAttr.INSNS, instructions)
                    .set(BpfAttr.LICENSE, arena.allocateFrom("Apache-2.0"))
                    .set(BpfAttr.PROG_NAME, name)
                    .set(BpfAttr.EXPECTED_ATTACH_TYPE, attachType.intValue());
            long result = load(attr);
            if (result < 0) {
                throw new SystemCallException(
                        "bpf(BPF_PROG_LOAD, {" + type.name() + ", \"" + name + "\", " + program.size()
                                + " instructions})" + verdict(attr, arena),
                        Errno.of((int) -result));
            }
            return new Fd((int) result, "program " + name);
        }
    }

    private static long load(BpfAttr attr) {
        long result = attr.call(BPF_PROG_LOAD);
        for (int tries = 1; result == -Errno.EAGAIN.number() && tries < MOST_TRIES; tries++) {
            result = attr.call(BPF_PROG_LOAD);
        }
        return result;
    }

    /** The verifier writes only if asked to, and that takes time, so it is asked once more. */
    private static String verdict(BpfAttr attr, Arena arena) {
        MemorySegment log = arena.allocate(LOG_BYTES);
        long result = load(
                attr.set(BpfAttr.LOG_LEVEL, 1).set(BpfAttr.LOG_SIZE, LOG_BYTES).set(BpfAttr.LOG_BUF, log));
        if (result >= 0) {
            new Fd((int) result, "program").close();
        }
        String text = log.getString(0)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("processed "))
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? "" : " [verifier: " + text.substring(Math.max(0, text.length() - LONGEST_SHOWN)) + "]";
    }

    /**
     * Attaches a program to a cgroup of version 2, beside those that others have attached there, above or below.
     *
     * @param cgroup its directory, open for reading
     * @param program the program
     * @param type where, {@code BPF_CGROUP_*}
     */
    public static void attach(Fd cgroup, Fd program, Constant type) {
        try (Arena arena = Arena.ofConfined()) {
            attach(
                    new BpfAttr(arena).set(BpfAttr.ATTACH_FLAGS, BPF_F_ALLOW_MULTI.intValue()),
                    cgroup,
                    program,
                    type,
                    BPF_F_ALLOW_MULTI.name());
        }
    }

    /**
     * Puts a program in the place of another one, from one run to the next. Since Linux 5.6.
     *
     * @param cgroup the cgroup's directory, open for reading
     * @param program the new program
     * @param type where, {@code BPF_CGROUP_*}
     * @param replaced the old one, which {@link #attach} has attached
     */
    public static void replace(Fd cgroup, Fd program, Constant type, Fd replaced) {
        Constant flags = Constant.or(BPF_F_ALLOW_MULTI, BPF_F_REPLACE);
        try (Arena arena = Arena.ofConfined()) {
            attach(
                    new BpfAttr(arena)
                            .set(BpfAttr.ATTACH_FLAGS, flags.intValue())
                            .set(BpfAttr.REPLACE_BPF_FD, replaced.number()),
                    cgroup,
                    program,
                    type,
                    flags.name() + ", " + replaced);
        }
    }

    private static void attach(BpfAttr attr, Fd cgroup, Fd program, Constant type, String shown) {
        long result = attr.set(BpfAttr.TARGET_FD, cgroup.number())
                .set(BpfAttr.ATTACH_BPF_FD, program.number())
                .set(BpfAttr.ATTACH_TYPE, type.intValue())
                .call(BPF_PROG_ATTACH);
        Kernel.check(
                result,
                Sys.BPF,
                () -> "BPF_PROG_ATTACH, {" + cgroup + ", " + program + ", " + type.name() + ", " + shown + "}");
    }

    /**
     * Makes an array of one element, of zeros, for programs to keep their figures in.
     *
     * @param name what tools show; the first 15 letters, digits, dots and underscores
     * @param bytes its size
     * @return its descriptor
     */
    public static Fd makeArray(String name, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            long result = new BpfAttr(arena)
                    .set(BpfAttr.MAP_TYPE, BPF_MAP_TYPE_ARRAY.intValue())
                    .set(BpfAttr.KEY_SIZE, Integer.BYTES)
                    .set(BpfAttr.VALUE_SIZE, bytes)
                    .set(BpfAttr.MAX_ENTRIES, 1)
                    .set(BpfAttr.MAP_NAME, name)
                    .call(BPF_MAP_CREATE);
            return new Fd(
                    (int) Kernel.check(result, Sys.BPF, () -> "BPF_MAP_CREATE, {BPF_MAP_TYPE_ARRAY, \"" + name + "\"}"),
                    "array " + name);
        }
    }

    /**
     * Reads an array of one element.
     *
     * @param array its descriptor
     * @param count how many numbers of 64 bits it has
     * @return the numbers
     */
    public static long[] read(Fd array, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate((long) count * Long.BYTES, Long.BYTES);
            long result = new BpfAttr(arena)
                    .set(BpfAttr.MAP_FD, array.number())
                    .set(BpfAttr.KEY, arena.allocate(Integer.BYTES, Integer.BYTES))
                    .set(BpfAttr.VALUE, value)
                    .call(BPF_MAP_LOOKUP_ELEM);
            Kernel.check(result, Sys.BPF, () -> "BPF_MAP_LOOKUP_ELEM, {" + array + ", 0}");
            return value.toArray(ValueLayout.JAVA_LONG);
        }
    }

    /**
     * Writes an array of one element.
     *
     * @param array its descriptor
     * @param numbers all of its numbers of 64 bits
     */
    public static void write(Fd array, long... numbers) {
        try (Arena arena = Arena.ofConfined()) {
            long result = new BpfAttr(arena)
                    .set(BpfAttr.MAP_FD, array.number())
                    .set(BpfAttr.KEY, arena.allocate(Integer.BYTES, Integer.BYTES))
                    .set(BpfAttr.VALUE, arena.allocateFrom(ValueLayout.JAVA_LONG, numbers))
                    .call(BPF_MAP_UPDATE_ELEM);
            Kernel.check(result, Sys.BPF, () -> "BPF_MAP_UPDATE_ELEM, {" + array + ", 0}");
        }
    }
}
