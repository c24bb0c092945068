package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A launched process with pipes as its standard input and output. Both streams' errors go to the output. */
final class Child implements AutoCloseable {
    private final Fd input;
    private final Fd output;
    private final LaunchedProcess process;

    private Child(Fd input, Fd output, LaunchedProcess process) {
        this.input = input;
        this.output = output;
        this.process = process;
    }

    /** Launches a program. Its pipes are closed if that fails. */
    static Child launch(LaunchProgram program) {
        Fd[] in = Kernel.pipe("input of a test's child");
        Fd[] out = Kernel.pipe("output of a test's child");
        try (Fd childsInput = in[0];
                Fd childsOutput = out[1]) {
            LaunchedProcess process =
                    Launcher.shared().launch(program, LaunchInputs.streams(childsInput, childsOutput, childsOutput));
            return new Child(in[1], out[0], process);
        } catch (RuntimeException | Error e) {
            in[1].close();
            out[0].close();
            throw e;
        }
    }

    static Child launch(Operation.Exec exec) {
        return launch(LaunchProgram.compile(Plans.plain(exec)));
    }

    /** Launches a command with an empty environment, and gives all that it writes. */
    static String output(Operation.Exec exec) {
        try (Child child = launch(exec)) {
            child.closeInput();
            return child.readAll();
        }
    }

    LaunchedProcess process() {
        return process;
    }

    long pid() {
        return process.pid();
    }

    void closeInput() {
        input.close();
    }

    /** All that the child, and whoever has its output, writes. */
    String readAll() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(65_536);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            long count;
            while ((count = Kernel.tryCall(Sys.READ, output.number(), buffer.address(), buffer.byteSize())) != 0) {
                if (count != -Errno.EINTR.number()) {
                    Kernel.check(count, Sys.READ, output.toString());
                    all.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
                }
            }
            return all.toString(StandardCharsets.UTF_8);
        }
    }

    ExitStatus await() {
        try {
            return process.exit().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("process " + pid() + " has not ended", e);
        }
    }

    /** Ends the child, if it has not ended, and waits for that. */
    @Override
    public void close() {
        input.close();
        process.signal(9);
        await();
        output.close();
    }

    static Fd openNull() {
        return Kernel.open("/dev/null", Constants.O_RDWR, 0);
    }
}
