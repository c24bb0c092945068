package io.lxc4j;

import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.ExitStatus;
import io.lxc4j.launch.LaunchedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A process in a container. It is a {@link Process}, so code that was written for one works unchanged.
 *
 * <p>Thread-safe. Reading its output and waiting for it park the calling thread, so virtual threads are welcome.
 *
 * <p>The first process of a container is its process 1, which the kernel protects from signals that it does not
 * handle. {@link #destroy()} and {@link #signal} make up for that: if such a signal would end any other process, it ends this
 * one, too, by {@code SIGKILL}.
 */
public final class ContainerProcess extends Process {
    private static final Executor VIRTUAL_THREADS =
            task -> Thread.ofVirtual().name("lxc4j-exit").start(task);

    private final LaunchedProcess process;
    private final StandardStreams streams;
    private final boolean isFirst;

    /** Completed by the reactor when what the container has left in its pipes is taken. */
    private final CompletableFuture<ExitStatus> exit;

    private ContainerProcess(LaunchedProcess process, StandardStreams streams, boolean isFirst, Runnable ended) {
        this.process = process;
        this.isFirst = isFirst;
        this.streams = streams;
        exit = process.exit().thenApply(status -> {
            ended.run();
            streams.drain();
            return status;
        });
    }

    /** A container's first; the last argument is run, by the reactor, when nothing of the container is left. */
    static ContainerProcess first(LaunchedProcess process, StandardStreams streams, Runnable ended) {
        return new ContainerProcess(process, streams, true, ended);
    }

    /** The first of a container without a PID namespace of its own: to the kernel a process like any other. */
    static ContainerProcess firstAmongOthers(LaunchedProcess process, StandardStreams streams, Runnable ended) {
        return new ContainerProcess(process, streams, false, ended);
    }

    /** One more in a container. */
    static ContainerProcess another(LaunchedProcess process, StandardStreams streams) {
        return new ContainerProcess(process, streams, false, () -> {});
    }

    @Override
    public OutputStream getOutputStream() {
        return streams.input();
    }

    @Override
    public InputStream getInputStream() {
        return streams.output();
    }

    @Override
    public InputStream getErrorStream() {
        return streams.error();
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return exit.get().value();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for process " + pid(), e);
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            exit.get(timeout, unit);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for process " + pid(), e);
        }
    }

    /**
     * How the process ended, as a shell has it.
     *
     * @return the exit code, or 128 and the number of the signal that ended it; {@link #exitSignal()} tells them apart
     * @throws IllegalThreadStateException if it has not ended
     */
    @Override
    public int exitValue() {
        return ended().value();
    }

    /**
     * The signal that ended the process.
     *
     * @return the signal; empty if the process exited by itself
     * @throws IllegalThreadStateException if it has not ended
     */
    public Optional<Signal> exitSignal() {
        return Signal.of(ended().signal());
    }

    private ExitStatus ended() {
        ExitStatus status = exit.getNow(null);
        if (status == null) {
            throw new IllegalThreadStateException("process " + pid() + " hasn't exited");
        }
        return status;
    }

    @Override
    public boolean isAlive() {
        return !exit.isDone();
    }

    /**
     * The process id on the host; inside it is another.
     *
     * @return the id in the namespace of this JVM
     */
    @Override
    public long pid() {
        return process.pid();
    }

    /**
     * A handle of the process on the host.
     *
     * @return the handle
     * @throws IllegalStateException if the process has ended
     */
    @Override
    public ProcessHandle toHandle() {
        return handle().orElseThrow(() -> new IllegalStateException("process " + pid() + " has ended"));
    }

    /** What the host tells of the process; nothing once it has ended. */
    @Override
    public ProcessHandle.Info info() {
        return handle().map(ProcessHandle::info).orElseGet(EndedProcessInfo::new);
    }

    @Override
    public Stream<ProcessHandle> children() {
        return handle().stream().flatMap(ProcessHandle::children);
    }

    @Override
    public Stream<ProcessHandle> descendants() {
        return handle().stream().flatMap(ProcessHandle::descendants);
    }

    private Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid()).filter(_ -> isAlive());
    }

    /** A future that completes in a virtual thread of its own, so what depends on it may wait. */
    @Override
    public CompletableFuture<Process> onExit() {
        return exit.thenApplyAsync(_ -> this, VIRTUAL_THREADS);
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    /** Asks the process to end, by {@code SIGTERM}. */
    @Override
    public void destroy() {
        signal(Signal.TERM);
    }

    /**
     * Ends the process; and with it, if it is the container's first, everything in the container.
     *
     * @return this process
     */
    @Override
    public ContainerProcess destroyForcibly() {
        process.signal(Signal.KILL.number());
        return this;
    }

    /**
     * Sends a signal.
     *
     * @param signal which
     * @return whether the process had not ended yet
     */
    public boolean signal(Signal signal) {
        boolean ignoredByKernel = isFirst && !signal.isHarmless() && signal != Signal.KILL && hasDefaultAction(signal);
        return process.signal((ignoredByKernel ? Signal.KILL : signal).number());
    }

    /** Whether the process neither handles nor ignores the signal: then the kernel keeps it from process 1. */
    private boolean hasDefaultAction(Signal signal) {
        try {
            long handledOrIgnored = 0;
            for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith("SigIgn:") || line.startsWith("SigCgt:")) {
                    handledOrIgnored |= Long.parseUnsignedLong(line.substring(7).strip(), 16);
                }
            }
            return (handledOrIgnored & (1L << (signal.number() - 1))) == 0;
        } catch (IOException _) {
            return false; // it has just ended
        }
    }

    /** A descriptor of the process, which is the caller's to close. */
    Fd pidfd() {
        return process.duplicate();
    }

    /** Ends the process, waits for its end, and closes the streams. */
    void end() {
        process.signal(Signal.KILL.number());
        exit.join();
        streams.closeKept();
    }

    @Override
    public String toString() {
        ExitStatus status = exit.getNow(null);
        return "process " + pid() + (status == null ? " (running)" : " (" + status + ")");
    }
}
