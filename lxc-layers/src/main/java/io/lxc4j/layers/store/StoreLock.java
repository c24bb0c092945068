package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock on a file that holds against other threads and other JVMs, {@code flock(2)}. It belongs to the open file, and ends with this
 * JVM however that ends. Closing it gives it up.
 */
public final class StoreLock implements AutoCloseable {
    private static final Constant OPEN = Constant.or(Constants.O_RDWR, Constants.O_CREAT, Constants.O_NOFOLLOW);
    private static final int MODE = 0600;
    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;

    private final Fd fd;

    private StoreLock(Fd fd) {
        this.fd = fd;
    }

    /** Locks for this one alone, as soon as nobody else has it. */
    static StoreLock exclusive(Path file) {
        return lock(file, Constants.LOCK_EX);
    }

    /** Locks together with others, as soon as nobody has it alone. */
    static StoreLock shared(Path file) {
        return lock(file, Constants.LOCK_SH);
    }

    /** Locks for this one alone; empty if somebody has it. */
    static Optional<StoreLock> tryExclusive(Path file) {
        Fd fd = Kernel.open(file.toString(), OPEN, MODE);
        if (tryLock(fd, Constants.LOCK_EX)) {
            return Optional.of(new StoreLock(fd));
        }
        fd.close();
        return Optional.empty();
    }

    private static StoreLock lock(Path file, Constant kind) {
        Fd fd = Kernel.open(file.toString(), OPEN, MODE);
        try {
            lock(fd, kind);
            return new StoreLock(fd);
        } catch (ContainerException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Locks an open file or directory for this one alone, as soon as nobody else has it, and until it is closed.
     *
     * @param open the file
     * @throws ContainerException if this thread is interrupted
     */
    public static void acquire(Fd open) {
        lock(open, Constants.LOCK_EX);
    }

    /** Waiting in the kernel would hold a platform thread below a virtual one. */
    private static void lock(Fd fd, Constant kind) {
        long pause = FIRST_PAUSE_NANOS;
        while (!tryLock(fd, kind)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new ContainerException("waiting for the lock on " + fd + ": this thread was interrupted");
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    private static boolean tryLock(Fd fd, Constant kind) {
        Constant how = Constant.or(kind, Constants.LOCK_NB);
        long result;
        do {
            result = Kernel.tryCall(Sys.FLOCK, fd.number(), how.value());
        } while (result == -Errno.EINTR.number());
        if (result == -Errno.EAGAIN.number()) {
            return false;
        }
        Kernel.check(result, Sys.FLOCK, () -> fd + ", " + how.name());
        return true;
    }

    /** Whether a path still leads to the file that is locked. */
    boolean isOf(Path file) {
        try {
            return FileStatus.of(file).inode() == FileStatus.of(fd).inode();
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
