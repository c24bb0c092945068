package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One system call of a launch program, and where to go on after it; or an init, which is no call. The bytes of a row are
 * described in {@code launch-x86_64.S}.
 */
final class Row {
    static final int SIZE = 80;
    static final int NUMBER = 0;
    static final int INDIRECT = 4;
    static final int ARGUMENTS = 8;
    static final int TOLERATED = 56;
    static final int RESULT = 64;
    static final int ON_ERROR = 72;
    static final int ON_VALUE = 76;

    /** In {@link #INDIRECT}: an error is a result like any other. */
    static final int KEEP_ERROR = 1 << 31;

    /** In {@link #INDIRECT}: no call, but an init. */
    static final int INIT = 1 << 30;

    private static final int BAD_DESCRIPTOR = -1;

    private final Sys sys;
    private final List<Argument> arguments;
    private final boolean init;
    private boolean fault;
    private final @Nullable Operation operation;
    private Argument.@Nullable Register result;
    private boolean keepsError;
    private long tolerated;
    private @Nullable Label onError;
    private @Nullable Label onValue;

    Row(@Nullable Operation operation, Sys sys, List<Argument> arguments) {
        this(operation, sys, arguments, false);
    }

    private Row(@Nullable Operation operation, Sys sys, List<Argument> arguments, boolean init) {
        if (arguments.size() > 6) {
            throw new IllegalArgumentException(sys + " with " + arguments.size() + " arguments");
        }
        this.operation = operation;
        this.sys = sys;
        this.arguments = arguments;
        this.init = init;
    }

    /**
     * An init: the last row of a program that stays as process 1. It collects every child that ends, sends all signals
     * that it gets on to its main child, and exits with the main child's exit code, or 128 + the number of the signal that
     * ended it. Earlier rows have blocked all signals and made the main child, in a process group of its own if it has
     * a terminal, which else sends it the signals that it sends the init. Without any child the row fails with ECHILD.
     *
     * @param operation what the row is part of
     * @param mainPid the pid of the main child in the init's PID namespace
     */
    static Row init(@Nullable Operation operation, Argument mainPid) {
        if (mainPid instanceof Argument.Numeric(long pid, var _) && pid <= 0) {
            throw new IllegalArgumentException("an init's main child has a pid above 0, not " + pid);
        }
        return new Row(operation, Sys.EXIT_GROUP, List.of(mainPid), true);
    }

    /** Keeps the result for later rows. */
    Row into(Argument.Register register) {
        result = register;
        return this;
    }

    /** Goes on with the next row after these errors. */
    Row tolerate(Errno... errors) {
        if (keepsError) {
            throw new IllegalStateException(call() + " keeps its error, so there is none to tolerate");
        }
        for (Errno errno : errors) {
            if (errno.number() > 63) {
                throw new IllegalArgumentException("only errors below 64 can be tolerated, not " + errno);
            }
            tolerated |= 1L << errno.number();
        }
        return this;
    }

    /** Goes on at a label after these errors. */
    Row onError(Label label, Errno... errors) {
        onError = label;
        return tolerate(errors);
    }

    /** Goes on at a label after a result other than 0. */
    Row onValue(Label label) {
        onValue = label;
        return this;
    }

    /**
     * Takes an error, any one, for a result: it goes into the register as it is, a negative number; the walk goes on with
     * the next row or at the label of {@link #onValue}.
     */
    Row keepError() {
        if (tolerated != 0) {
            throw new IllegalStateException(call() + " tolerates errors, so it can't keep them");
        }
        keepsError = true;
        return this;
    }

    /** The same row, but made to fail with EBADF, which is not tolerated. */
    Row faulty() {
        Row faulty = new Row(operation, sys, arguments, init);
        faulty.result = result;
        faulty.fault = true;
        return faulty;
    }

    /** The call; of an init, the one that it ends with. */
    Sys sys() {
        return sys;
    }

    /** Whether the row is an init, and not made to fail. */
    boolean isInit() {
        return init && !fault;
    }

    /** The call that is really made. */
    Sys madeSys() {
        return fault ? Sys.CLOSE : sys;
    }

    /** The arguments of the call that is really made. */
    List<Argument> madeArguments() {
        return fault ? List.of(Argument.number(BAD_DESCRIPTOR)) : arguments;
    }

    /** What the row is part of; null for the springboard's own rows. */
    @Nullable
    Operation operation() {
        return operation;
    }

    Argument.@Nullable Register result() {
        return result;
    }

    boolean keepsError() {
        return keepsError;
    }

    long tolerated() {
        return tolerated;
    }

    int errorTarget() {
        return onError == null ? 0 : onError.row();
    }

    int valueTarget() {
        return onValue == null ? 0 : onValue.row();
    }

    /** The call in the notation of strace, or {@code init(pid)}. */
    String call() {
        String name = init ? "init" : sys.callName();
        return arguments.stream().map(Argument::text).collect(Collectors.joining(", ", name + "(", ")"));
    }

    /** The call with what becomes of its result, as a plan shows it. */
    String text(int first) {
        List<String> notes = new ArrayList<>();
        for (int number = 1; number < 64; number++) {
            if ((tolerated & 1L << number) != 0) {
                notes.add(Errno.of(number).name());
            }
        }
        String text = call();
        if (result != null) {
            text += " = " + result.name();
        }
        if (keepsError) {
            text += "  [keeps an error]";
        }
        if (!notes.isEmpty()) {
            text += onError == null ? "  [goes on after " : "  [goes on at row " + (first + onError.row()) + " after ";
            text += String.join(", ", notes) + "]";
        }
        if (onValue != null) {
            text += "  [goes on at row " + (first + onValue.row()) + " unless 0]";
        }
        return text;
    }

    /** A row that others jump to; never the first. */
    static final class Label {
        private int row;

        void place(int index) {
            row = index;
        }

        int row() {
            if (row == 0) {
                throw new IllegalStateException("a jump to a label that was not placed");
            }
            return row;
        }
    }
}
