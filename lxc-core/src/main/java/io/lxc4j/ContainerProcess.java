package io.lxc4j;

import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.launch.ExitStatus;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.LaunchedProcess;
import io.lxc4j.launch.Launcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process in a container. It is a {@link Process}, so code that was written for one works unchanged.
 *
 * <p>Thread-safe. Reading its output and waiting for it park the calling thread, so virtual threads are welcome.
 *
 * <p>The first process of a container is its process 1, which the kernel protects from signals that it does not
 * handle. {@link #destroy()} and {@link #signal} make up for that: if such a signal would end any other process, it ends this
 * one, too, by {@code SIGKILL}.
 *
 * <p>In a container with an {@linkplain ContainerBuilder#init() init} it stands for the init, which passes signals on
 * to the program, and exits with the program's exit code, or with 128 and the number of the signal that ended the program.
 */
public final class ContainerProcess extends Process {
    private static final Executor VIRTUAL_THREADS =
            task -> Thread.ofVirtual().name("lxc4j-exit").start(task);

    private final LaunchedProcess process;
    private final StandardStreams streams;
    private final boolean protectedByKernel;
    private final AtomicBoolean attached = new AtomicBoolean();

    /** Completed by the reactor when what the container has left in its pipes is taken. */
    private final CompletableFuture<ExitStatus> exit;

    /**
     * A process that has just been launched.
     *
     * @param process the process
     * @param streams its streams
     * @param protectedByKernel whether it is a process 1 that is no init
     * @param ended run by the reactor when nothing of the container is left
     */
    private ContainerProcess(
            LaunchedProcess process, StandardStreams streams, boolean protectedByKernel, Runnable ended) {
        this.process = process;
        this.streams = streams;
        this.protectedByKernel = protectedByKernel;
        exit = process.exit().thenApply(status -> {
            ended.run();
            streams.drain();
            return status;
        });
    }

    /**
     * Launches a process.
     *
     * @param program what to do
     * @param streams its streams, which are closed if that fails
     * @param given what the program's plan is given
     * @param idMaps the id maps of this launch, or null for those of the plan
     * @param cgroup the cgroup of the process, or null
     * @param met is told the process's id before that has done anything
     * @param limit how long the launch may take
     * @param protectedByKernel whether it is a process 1 that is no init
     * @param ended run by the reactor when nothing of the container is left
     */
    static ContainerProcess launch(
            LaunchProgram program,
            StandardStreams streams,
            List<Fd> given,
            @Nullable IdMaps idMaps,
            @Nullable CgroupInput cgroup,
            LongConsumer met,
            Duration limit,
            boolean protectedByKernel,
            Runnable ended) {
        try {
            LaunchedProcess process;
            try (streams) {
                process = Launcher.shared()
                        .launch(
                                program,
                                new LaunchInputs(
                                        streams.child(0),
                                        streams.child(1),
                                        streams.child(2),
                                        given,
                                        idMaps,
                                        cgroup,
                                        met,
                                        limit));
            }
            connect(streams, process);
            return new ContainerProcess(process, streams, protectedByKernel, ended);
        } catch (RuntimeException | Error e) {
            streams.abandon();
            throw e;
        }
    }

    private static void connect(StandardStreams streams, LaunchedProcess process) {
        try {
            streams.launched(process);
        } catch (RuntimeException | Error e) {
            Fd listener = process.listener();
            if (listener != null) {
                listener.close();
            }
            process.signal(Signal.KILL.number());
            process.exit().join();
            throw e;
        }
    }

    /** Where its system calls come that wait for an answer; the caller closes it. */
    @Nullable
    Fd listener() {
        return process.listener();
    }

    /** Writes to the process: to its standard input, or as the keyboard of its terminal. */
    @Override
    public OutputStream getOutputStream() {
        return streams.input();
    }

    /** Reads what the process writes: its standard output, or what its terminal shows. */
    @Override
    public InputStream getInputStream() {
        return streams.output();
    }

    /** Reads what the process writes as errors; nothing if it has a terminal, which shows them with the rest. */
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

    /**
     * Sets the size of the process's terminal, of which the process is told by {@code SIGWINCH}. Nothing happens if it has
     * ended.
     *
     * @param size the size
     * @throws IllegalStateException if the process has no terminal
     */
    public void resize(WindowSize size) {
        terminal().resize(size);
    }

    /**
     * Connects the terminal of this JVM with that of the process, until the process has ended or ctrl-p ctrl-q is typed. What is
     * typed goes in, ctrl-c included, what is shown comes out, and the process's terminal has the size of this one. This
     * JVM's terminal is raw for that time and is restored whatever happens, see {@link Terminal}.
     *
     * <p>Meanwhile nobody else should read the process's output.
     *
     * @return why it came to its end
     * @throws IllegalStateException if the process has no terminal, or somebody is attached to it
     * @throws io.lxc4j.error.ContainerException if this JVM has no terminal or is not in its foreground
     * @throws InterruptedException if this thread is interrupted; the process goes on
     */
    public AttachmentEnd attach() throws InterruptedException {
        PseudoTerminal inside = terminal();
        if (!attached.compareAndSet(false, true)) {
            throw new IllegalStateException("somebody is attached to process " + pid());
        }
        try (Terminal terminal = Terminal.current()) {
            return new Attachment(terminal, inside, exit, KeySequence.detach()).run();
        } finally {
            attached.set(false);
        }
    }

    private PseudoTerminal terminal() {
        return streams.terminal()
                .orElseThrow(() -> new IllegalStateException(
                        "process " + pid() + " has no terminal; the builder's terminal() gives it one"));
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
        return signal(signal.number());
    }

    /** Sends a signal by its number, from 1 to 64. */
    boolean signal(int number) {
        boolean isHarmless = Signal.of(number).map(Signal::isHarmless).orElse(false);
        boolean ignoredByKernel =
                protectedByKernel && !isHarmless && number != Signal.KILL.number() && hasDefaultAction(number);
        return process.signal(ignoredByKernel ? Signal.KILL.number() : number);
    }

    /** Whether the process neither handles nor ignores the signal: then the kernel keeps it from process 1. */
    private boolean hasDefaultAction(int signal) {
        try {
            long handledOrIgnored = 0;
            for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith("SigIgn:") || line.startsWith("SigCgt:")) {
                    handledOrIgnored |= Long.parseUnsignedLong(line.substring(7).strip(), 16);
                }
            }
            return (handledOrIgnored & (1L << (signal - 1))) == 0;
        } catch (IOException _) {
            return false; // it has just ended
        }
    }

    /** A descriptor of the process, which is the caller's to close. */
    Fd pidfd() {
        return process.duplicate();
    }

    /** Ends the input, of which there is none to come. */
    void closeInput() {
        try {
            streams.input().close();
        } catch (IOException e) {
            throw new AssertionError("these streams have nothing to flush", e);
        }
    }

    /** Gives what it writes an end, which is what has come by now. */
    void endOutput() {
        streams.endOutput();
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
