package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.launch.Reactor;
import java.time.Instant;

/** Hands over what a trigger of pressure reports. The kernel has one trigger for each open file. Thread-safe. */
final class PressureNotices implements AutoCloseable {
    private static final Constant HOW = Constant.or(Constants.O_RDWR, Constants.O_NONBLOCK);

    private final PressureTrigger trigger;
    private final Inbox inbox;
    private final Fd file;
    private final Reactor.Watch watch;

    /**
     * Sets a trigger.
     *
     * @param shown the cgroup's name in messages
     */
    PressureNotices(String shown, CgroupDirectory unified, PressureTrigger trigger, Inbox inbox) {
        this.trigger = trigger;
        this.inbox = inbox;
        try {
            file = OpenFile.open(unified.fd(), trigger.file(), HOW, 0);
        } catch (SystemCallException e) {
            throw refused(shown, trigger, e);
        }
        try {
            OpenFile.write(file, trigger.setting());
            watch = Reactor.shared().watchEdges(file, Constants.EPOLLPRI, this::ready);
            watch.arm();
        } catch (SystemCallException e) {
            file.close();
            throw refused(shown, trigger, e);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static ContainerException refused(String shown, PressureTrigger trigger, SystemCallException e) {
        String what = "listening to the pressure of the cgroup " + shown + ": " + trigger + ": ";
        return switch (e.errno()) {
            case ENOENT, EOPNOTSUPP ->
                new HostUnsupportedException(
                        what
                                + "this kernel counts no pressure; it needs CONFIG_PSI, not switched off by psi=0 at"
                                + " boot or in the file cgroup.pressure",
                        e);
            case EINVAL ->
                new HostUnsupportedException(
                        what
                                + "the kernel refuses the times; without CAP_SYS_RESOURCE the window must be a whole"
                                + " number of 2 s",
                        e);
            case EPERM, EACCES ->
                new HostUnsupportedException(what + "this user may not; before Linux 6.5 it takes CAP_SYS_RESOURCE", e);
            default -> new ContainerException(what + "the kernel refuses it", e);
        };
    }

    private void ready(int events) {
        if ((events & Constants.EPOLLERR.value()) != 0) {
            close(); // somebody else has removed the cgroup
        } else {
            inbox.offer(new CgroupEvent.Pressure(Instant.now(), trigger));
        }
    }

    /** Once; the kernel takes the trigger away with the descriptor. */
    @Override
    public synchronized void close() {
        if (file.isOpen()) {
            watch.cancel();
            file.close();
        }
    }
}
