package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.SignalInfo;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process that has been started. The reactor waits for it, so that none stays behind as a zombie. Thread-safe. */
public final class LaunchedProcess {
    private static final Logger LOG = LoggerFactory.getLogger(LaunchedProcess.class);

    /** The exit code of a process whose status somebody else has taken. */
    private static final int LOST = 255;

    /** How often a process is looked at that ended in the hands of a tracer. */
    private static final int TRACED_MILLIS = 20;

    private final long pid;
    private final Fd pidfd;
    private final @Nullable MadeTerminal terminal;
    private final @Nullable Fd listener;
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Reactor.Watch watch;

    LaunchedProcess(long pid, Fd pidfd, @Nullable MadeTerminal terminal, @Nullable Fd listener) {
        this.pid = pid;
        this.pidfd = pidfd;
        this.terminal = terminal;
        this.listener = listener;
        watch = Reactor.shared().watch(pidfd, Constants.EPOLLIN, this::ended);
    }

    void watch() {
        watch.arm();
    }

    /**
     * The process id in the namespace of this JVM.
     *
     * @return the id, which the kernel may give to another process after this one's end
     */
    public long pid() {
        return pid;
    }

    /**
     * The terminal that the process has, if its plan makes one.
     *
     * @return both ends, the caller's to close; null if there is none
     */
    public @Nullable MadeTerminal terminal() {
        return terminal;
    }

    /**
     * The listener of its filter of system calls, if its plan asks for one.
     *
     * @return where the calls that wait for an answer come, the caller's to close; null if there is none
     */
    public @Nullable Fd listener() {
        return listener;
    }

    /**
     * Completed with how the process ended, by the reactor's thread: what depends on it directly must not wait.
     *
     * @return a future that must not be completed or handed to a user
     */
    public CompletableFuture<ExitStatus> exit() {
        return exit;
    }

    /**
     * Sends a signal; no other process can get it instead.
     *
     * @param number the signal's number
     * @return whether the process had not ended yet
     */
    public boolean signal(int number) {
        lock.lock();
        try {
            if (!pidfd.isOpen()) {
                return false;
            }
            long result = Kernel.trySignal(pidfd, number);
            if (result == -Errno.ESRCH.number()) {
                return false;
            }
            Kernel.check(result, Sys.PIDFD_SEND_SIGNAL, () -> pidfd + ", " + number);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Another descriptor of the process, to be handed over.
     *
     * @return a pidfd that is the caller's to close
     * @throws ContainerException if the process has ended
     */
    public Fd duplicate() {
        lock.lock();
        try {
            if (!pidfd.isOpen()) {
                throw new ContainerException("process " + pid + " has ended");
            }
            return Kernel.duplicate(pidfd.number(), 0, pidfd.toString());
        } finally {
            lock.unlock();
        }
    }

    private void ended() {
        ExitStatus status = reap(pidfd, Constants.WNOHANG.value());
        if (status == null) {
            // It has ended, but a tracer that has not taken note of that keeps it from its parent.
            CompletableFuture.delayedExecutor(TRACED_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(watch::arm);
            return;
        }
        lock.lock();
        try {
            watch.forget();
            pidfd.close();
        } finally {
            lock.unlock();
        }
        exit.complete(status);
    }

    /**
     * Waits for the end of a child of this JVM, and collects it.
     *
     * @param kind {@code P_PID} or {@code P_PGID}
     * @param id the child, or its process group
     * @return whether there was one
     */
    static boolean collect(Constant kind, long id) {
        long result;
        do {
            result = Kernel.tryCall(Sys.WAITID, kind.value(), id, 0, Constants.WEXITED.value(), 0);
        } while (result == -Errno.EINTR.number());
        return result == 0;
    }

    /**
     * Collects a process.
     *
     * @param pidfd the process
     * @param options {@code WNOHANG} or 0
     * @return how it ended, or null if it has not
     */
    static @Nullable ExitStatus reap(Fd pidfd, long options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SignalInfo.SIZE, 8);
            long result;
            do {
                result = Kernel.tryCall(
                        Sys.WAITID,
                        Constants.P_PIDFD.value(),
                        pidfd.number(),
                        info.address(),
                        Constants.WEXITED.value() | options,
                        0);
            } while (result == -Errno.EINTR.number());
            if (result == -Errno.ECHILD.number()) {
                LOG.warn("somebody else in this process has waited for {}: how it ended is lost", pidfd);
                return new ExitStatus(LOST, 0, false);
            }
            Kernel.check(result, Sys.WAITID, () -> "P_PIDFD, " + pidfd + ", …, WEXITED");
            if (SignalInfo.pid(info) == 0) {
                return null;
            }
            int code = SignalInfo.code(info);
            int status = SignalInfo.status(info);
            return code == Constants.CLD_EXITED.value()
                    ? new ExitStatus(status, 0, false)
                    : new ExitStatus(0, status, code == Constants.CLD_DUMPED.value());
        }
    }
}
