package io.lxc4j.launch;

import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the first stage. They run in the JVM's memory, so they do as little as can be: a descriptor table of
 * their own, and the exec of the launch program.
 */
final class Springboard {
    /** What every child is cloned with. */
    static final List<Constant> CLONE_FLAGS = List.of(
            Constants.CLONE_VM,
            Constants.CLONE_VFORK,
            Constants.CLONE_FILES,
            Constants.CLONE_PIDFD,
            Constants.CLONE_CLEAR_SIGHAND);

    private static final long LAST_DESCRIPTOR = 0xffffffffL;

    /** What the slots hold, in their order. */
    private static final List<String> NAMES = List.of("stdin", "stdout", "stderr", "channel", "program");

    private Springboard() {}

    /**
     * The rows.
     *
     * @param slots descriptors in the JVM: the three standard streams, the channel, the launch program
     * @param newUser whether the child is in a new user namespace, where it must carry its capabilities over the exec
     *     by itself as long as no user is mapped
     */
    static List<Row> rows(int[] slots, boolean newUser) {
        List<Row> rows = new ArrayList<>();
        int highest = 0;
        for (int slot : slots) {
            highest = Math.max(highest, slot);
        }
        // The child shares the JVM's descriptor table until this call copies the part below the slots, so its cost does
        // not grow with what the JVM has open above.
        row(
                rows,
                Sys.CLOSE_RANGE,
                new Argument.Numeric(highest + 1L, "slots"),
                number(LAST_DESCRIPTOR),
                flags(Constants.CLOSE_RANGE_UNSHARE));
        for (int i = 0; i <= Compiler.CHANNEL; i++) {
            row(rows, Sys.DUP3, slot(slots, i), number(i), number(0));
        }
        row(
                rows,
                Sys.CLOSE_RANGE,
                number(Compiler.CHANNEL + 1L),
                number(LAST_DESCRIPTOR),
                flags(Constants.CLOSE_RANGE_CLOEXEC));
        if (newUser) {
            long all = CapabilitySets.ALL;
            row(
                    rows,
                    Sys.CAPSET,
                    new Argument.Bytes(CapabilitySets.header(), "{version=3}"),
                    new Argument.Bytes(
                            new CapabilitySets(all, all, all, all, all).data(),
                            "{effective=all, permitted=all, inheritable=all}"));
            for (int capability = 0; capability <= CapabilitySets.LAST; capability++) {
                row(
                        rows,
                        Sys.PRCTL,
                        flags(Constants.PR_CAP_AMBIENT),
                        flags(Constants.PR_CAP_AMBIENT_RAISE),
                        number(capability),
                        number(0),
                        number(0));
            }
        }
        row(
                rows,
                Sys.EXECVEAT,
                slot(slots, Compiler.CHANNEL + 1),
                text(""),
                Argument.texts(List.of("lxc4j")),
                Argument.texts(List.of()),
                flags(Constants.AT_EMPTY_PATH));
        return rows;
    }

    private static Argument slot(int[] slots, int index) {
        return new Argument.Numeric(slots[index], NAMES.get(index));
    }

    private static void row(List<Row> rows, Sys sys, Argument... arguments) {
        rows.add(new Row(null, sys, List.of(arguments)));
    }
}
