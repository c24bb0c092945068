package io.lxc4j;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.SystemCallNotice;
import io.lxc4j.launch.Reactor;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the system calls of a process and its descendants for which the container has handlers. The reactor takes the calls,
 * and a virtual thread each decides. Thread-safe.
 */
final class SystemCallSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemCallSupervisor.class);

    private final Container container;
    private final Map<String, SystemCallHandler> handlers;
    private final Fd listener;
    private final Consumer<SystemCallSupervisor> closed;
    private final Reactor.Watch watch;

    /** What makes a handler fail is often chosen by the container, which shall not fill the log. */
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Held for each use of the listener, so that its number is not another file's by then. */
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * A supervisor.
     *
     * @param container whose processes
     * @param handlers what decides, by the name of the call
     * @param listener where the calls come, now the supervisor's
     * @param closed told when nobody is left to supervise
     */
    SystemCallSupervisor(
            Container container,
            Map<String, SystemCallHandler> handlers,
            Fd listener,
            Consumer<SystemCallSupervisor> closed) {
        this.container = container;
        this.handlers = handlers;
        this.listener = listener;
        this.closed = closed;
        watch = Reactor.shared().watch(listener, Constants.EPOLLIN, this::ready);
    }

    /** If that fails, it is closed. */
    void start() {
        try {
            watch.arm();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void ready(int events) {
        lock.lock();
        try {
            if (!listener.isOpen()) {
                return;
            }
            if ((events & Constants.EPOLLIN.value()) == 0) {
                close(); // the last process has ended
                return;
            }
            SystemCallNotice notice = SystemCallNotice.receive(listener);
            if (notice != null) {
                Thread.ofVirtual().name("lxc4j-system-call").start(() -> answer(notice));
            }
            watch.arm();
        } finally {
            lock.unlock();
        }
    }

    private void answer(SystemCallNotice notice) {
        SystemCall call = new SystemCall(notice, () -> use(fd -> notice.isWaiting(fd) ? 1 : 0) == 1);
        SystemCallAnswer answer;
        try {
            SystemCallHandler handler = handlers.get(call.name());
            answer = handler == null ? SystemCallAnswer.error(Errno.ENOSYS) : handler.handle(container, call);
        } catch (SystemCall.BadAddressException e) {
            LOG.debug("the arguments of {}", call, e);
            answer = SystemCallAnswer.error(Errno.EFAULT);
        } catch (Exception | Error e) {
            if (warned.getAndSet(true)) {
                LOG.debug("the handler of {} failed; the call fails with EIO", call, e);
            } else {
                LOG.warn(
                        "the handler of {} failed; the call fails with EIO. Further ones are logged at debug", call, e);
            }
            answer = SystemCallAnswer.error(Errno.EIO);
        }
        send(notice, answer);
    }

    private void send(SystemCallNotice notice, SystemCallAnswer answer) {
        long result = switch (answer) {
            case SystemCallAnswer.Value given -> use(fd -> notice.tryAnswer(fd, given.value, 0, false));
            case SystemCallAnswer.Failure failure -> use(fd -> notice.tryAnswer(fd, 0, failure.error.number(), false));
            case SystemCallAnswer.Proceed _ -> use(fd -> notice.tryAnswer(fd, 0, 0, true));
            case SystemCallAnswer.Opened opened -> open(notice, opened);
        };
        if (result < 0 && result != -Errno.ENOENT.number()) { // who has ended meanwhile needs no answer
            Errno error = Errno.of((int) -result);
            LOG.warn("answering {} failed with {}; the call fails with EIO", notice, error);
            use(fd -> notice.tryAnswer(fd, 0, Errno.EIO.number(), false));
        }
    }

    private long open(SystemCallNotice notice, SystemCallAnswer.Opened opened) {
        Constant access = opened.isWritable ? Constants.O_RDWR : Constants.O_RDONLY;
        try (Fd file = Kernel.open(opened.file.toString(), Constant.or(access, Constants.O_NOCTTY), 0)) {
            return use(fd -> notice.tryAnswer(fd, file));
        } catch (SystemCallException e) {
            return use(fd -> notice.tryAnswer(fd, 0, e.errno().number(), false));
        }
    }

    /** Does something with the listener; gives {@code -ENOENT} if it is closed, as nobody waits then. */
    private long use(ToLongFunction<Fd> action) {
        lock.lock();
        try {
            return listener.isOpen() ? action.applyAsLong(listener) : -Errno.ENOENT.number();
        } finally {
            lock.unlock();
        }
    }

    /** Gives up; calls that wait fail with {@code ENOSYS}. A second call does nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (listener.isOpen()) {
                watch.cancel();
                listener.close();
                closed.accept(this);
            }
        } finally {
            lock.unlock();
        }
    }
}
