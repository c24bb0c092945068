package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A child on its way to its exec, with the parent's part of the way, which any thread may go, once. Whatever fails, the child is
 * gone and collected.
 */
final class Accompanied {
    private static final int SIGKILL = 9;

    private static final long LONGEST_END_NANOS = 50_000_000;
    private static final long PAUSE_NANOS = 500_000;

    private final LaunchProgram program;
    private final LaunchInputs inputs;
    private final Channel channel;
    private long pid;
    private Fd pidfd;
    private @Nullable MadeTerminal terminal;
    private @Nullable Fd listener;

    Accompanied(LaunchProgram program, LaunchInputs inputs, Channel channel, long pid, Fd pidfd) {
        this.program = program;
        this.inputs = inputs;
        this.channel = channel;
        this.pid = pid;
        this.pidfd = pidfd;
    }

    LaunchedProcess toItsExec() {
        return start(channel::awaitExec, () -> {
            takeListener();
            takeTerminal();
            program.plan().labels().forEach(this::verify);
            LaunchedProcess process = new LaunchedProcess(pid, pidfd, terminal, listener);
            process.watch();
            return process;
        });
    }

    /** Accompanies one that stays to make calls. */
    RemoteHand toItsService() {
        return start(channel::awaitReady, () -> new RemoteHand(program, channel.keep(), pidfd));
    }

    /** Accompanies one that ends by itself; gives how. */
    ExitStatus toItsEnd() {
        return start(channel::awaitExec, () -> {
            ExitStatus status = Objects.requireNonNull(LaunchedProcess.reap(pidfd, 0));
            pidfd.close();
            return status;
        });
    }

    private <T> T start(Supplier<@Nullable Report> last, Supplier<T> result) {
        boolean isStarted = false;
        try (channel) {
            Report failure = program.plan().meetsTwice() || program.plan().announcesItself() ? meet() : null;
            if (failure == null && program.plan().parentWorks()) {
                failure = work();
            }
            if (failure == null) {
                failure = last.get();
            }
            if (failure != null) {
                throw program.failed(failure);
            }
            if (!channel.ready()) {
                throw killed();
            }
            T started = result.get();
            isStarted = true;
            return started;
        } finally {
            if (!isStarted) {
                end();
            }
        }
    }

    /** Waits until the child, or the one that goes on in its place, is where the parent's work can be done. */
    private @Nullable Report meet() {
        Report report = channel.awaitMeeting();
        if (report == null) {
            throw killed();
        }
        if (report.stage() != Report.Stage.MET) {
            return report;
        }
        if (report.row() != 0) {
            follow(report.row());
        }
        return null;
    }

    private static ContainerException killed() {
        return new ContainerException("the process was killed while it was being launched, as the kernel does when a"
                + " memory limit is too small for it, and who has the right to in the container can");
    }

    /**
     * Turns to the one that goes on. If its descriptor did not come, as there was no room for it, closing that of the first makes
     * some; its id can't be another's, as nobody but its parent collects it.
     */
    private void follow(int sibling) {
        Fd descriptor = channel.take();
        LaunchedProcess.reap(pidfd, 0);
        pidfd.close();
        pid = sibling;
        if (descriptor == null) {
            long opened = Kernel.tryCall(Sys.PIDFD_OPEN, pid, 0);
            if (opened < 0) {
                throw tooManyFiles("following a process into its namespaces");
            }
            descriptor = new Fd((int) opened, "pidfd of " + pid);
        }
        pidfd = descriptor;
    }

    /** Reads back what the process is labelled. */
    private void verify(RightsOperation.SetLabel label) {
        String file = pid + "/" + label.module().current();
        String found;
        try (Fd proc = ProcDirectory.open();
                Fd current = ProcDirectory.openToRead(proc, file)) {
            found = Kernel.readSmall(current);
        }
        if (!label.module().says(found, label.label())) {
            throw new ContainerException(label.summary() + ": the process has \"" + found.strip() + "\" instead and was"
                    + " killed; the policy of the host does not let it take on that label");
        }
    }

    /** The child hands it over last, right before the exec. */
    private void takeListener() {
        if (program.plan().hasListener()) {
            listener = channel.take();
            if (listener == null) {
                throw tooManyFiles("taking over the listener of a process's filter of system calls");
            }
        }
    }

    /** The kernel drops descriptors that come where there is no room for them, without an error. */
    private void takeTerminal() {
        terminal = channel.takeTerminal();
        if (terminal == null && program.plan().makesTerminal()) {
            throw tooManyFiles("taking over the terminal of a process");
        }
    }

    private static ContainerException tooManyFiles(String doing) {
        return new ContainerException(doing + ": this JVM has too many files open; raise its limit (ulimit -n)");
    }

    private @Nullable Report work() {
        IdMaps idMaps = inputs.idMaps() == null ? program.plan().idMaps() : inputs.idMaps();
        try (ParentWork work = new ParentWork(program, pid)) {
            if (idMaps != null) {
                idMaps.write(pid, work::proc);
            }
            moveToCgroup();
            inputs.met().accept(pid);
            List<Fd> handed = new ArrayList<>(program.plan().meetsTwice() ? List.of() : inputs.given());
            handed.addAll(work.perform());
            channel.goAhead(handed);
            return null;
        } catch (ContainerException e) {
            boolean ended = hasEnded();
            Report failure = channel.pending();
            if (failure == null && ended) {
                ContainerException killed = killed();
                killed.addSuppressed(e);
                throw killed;
            }
            if (failure == null) {
                throw e;
            }
            return failure;
        }
    }

    /** One that is killed refuses the parent's work by whatever error, a moment before it has ended. */
    private boolean hasEnded() {
        long options = Constants.WNOHANG.value() | Constants.WNOWAIT.value();
        long end = System.nanoTime() + LONGEST_END_NANOS;
        while (LaunchedProcess.reap(pidfd, options) == null) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    /** The kernel moves with the process what it starts later. */
    private void moveToCgroup() {
        if (inputs.cgroup() == null) {
            return;
        }
        for (Fd directory : inputs.cgroup().others()) {
            try (Fd processes = OpenFile.open(directory, "cgroup.procs", Constants.O_WRONLY, 0)) {
                OpenFile.write(processes, Long.toString(pid));
            } catch (SystemCallException e) {
                throw new LaunchException(
                        "moving the process into its cgroup " + directory,
                        e.call(),
                        e.errno(),
                        e.errno() == Errno.ENODEV ? "it was removed by somebody else" : "");
            }
        }
    }

    /** Gives the child up that nobody accompanies. */
    void abandon() {
        try (channel) {
            end();
        }
    }

    /** A child that may have made another is the leader of the group in which that one was born. */
    private void end() {
        if (program.plan().meetsTwice()) {
            Kernel.tryCall(Sys.KILL, -pid, SIGKILL);
        }
        if (pidfd.isOpen()) {
            Kernel.trySignal(pidfd, SIGKILL);
            LaunchedProcess.reap(pidfd, 0);
            pidfd.close();
        } else {
            Kernel.tryCall(Sys.KILL, pid, SIGKILL);
            LaunchedProcess.collect(Constants.P_PID, pid);
        }
        if (terminal != null) {
            terminal.close();
        }
        if (listener != null) {
            listener.close();
        }
        if (program.plan().meetsTwice()) {
            while (LaunchedProcess.collect(Constants.P_PGID, pid)) {
                // one more
            }
        }
    }
}
