package io.lxc4j.launch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parent's rows of a launch, made as system calls of this JVM. All that they open is closed at the end; what is handed
 * over lives on in the child.
 */
final class ParentWork implements AutoCloseable {
    private final LaunchProgram program;
    private final long pid;
    private final Arena arena = Arena.ofConfined();
    private final Map<Argument.Register, Fd> results = new HashMap<>();
    private @Nullable Fd proc;

    ParentWork(LaunchProgram program, long pid) {
        this.program = program;
        this.pid = pid;
    }

    /** Makes the calls; gives what is to be handed over. */
    List<Fd> perform() {
        List<Row> rows = program.parentRows();
        for (int i = 0; i < rows.size(); i++) {
            perform(rows.get(i), i);
        }
        return program.handed().stream().map(this::result).toList();
    }

    private void perform(Row row, int index) {
        long[] arguments = row.madeArguments().stream().mapToLong(this::value).toArray();
        long result = Kernel.tryCall(row.madeSys(), arguments);
        if (result < 0) {
            Errno errno = Errno.of((int) -result);
            if (errno.number() < Long.SIZE && (row.tolerated() & 1L << errno.number()) != 0) {
                return;
            }
            throw program.failed(index, errno);
        }
        Argument.Register register = row.result();
        if (register != null) {
            results.put(register, new Fd((int) result, register.name()));
        }
    }

    private long value(Argument argument) {
        return switch (argument) {
            case Argument.Numeric number -> number.value();
            case Argument.Text text -> copy(text.bytes());
            case Argument.Bytes bytes -> copy(bytes.value());
            case Argument.Result result -> result(result.register()).number();
            case Argument.Pid _ -> pid;
            case Argument.Proc _ -> proc().number();
            case Argument.ProcEntry entry -> copy(new Argument.Text(pid + "/" + entry.name()).bytes());
            case Argument.Filled filled -> {
                MemorySegment struct = segment(filled.value());
                struct.set(JAVA_LONG, filled.offset(), result(filled.register()).number());
                yield struct.address();
            }
            case Argument.Texts _, Argument.Address _, Argument.Content _, Argument.RowAddress _, Argument.Struct _ ->
                throw new IllegalStateException("only a child takes " + argument.text());
        };
    }

    /** This JVM's {@code /proc}, verified. */
    Fd proc() {
        Fd known = proc;
        if (known == null) {
            known = ProcDirectory.open();
            proc = known;
        }
        return known;
    }

    private Fd result(Argument.Register register) {
        Fd fd = results.get(register);
        if (fd == null) {
            throw new IllegalStateException("no row of the parent sets " + register.name());
        }
        return fd;
    }

    private long copy(byte[] bytes) {
        return segment(bytes).address();
    }

    private MemorySegment segment(byte[] bytes) {
        return arena.allocate(Math.max(bytes.length, 1), 8).copyFrom(MemorySegment.ofArray(bytes));
    }

    @Override
    public void close() {
        results.values().forEach(Fd::close);
        if (proc != null) {
            proc.close();
        }
        arena.close();
    }
}
