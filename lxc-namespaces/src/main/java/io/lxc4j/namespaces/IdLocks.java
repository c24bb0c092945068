package io.lxc4j.namespaces;

import static io.lxc4j.kernel.Constants.F_UNLCK;
import static io.lxc4j.kernel.Constants.F_WRLCK;
import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDWR;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which ids are taken by whatever JVM. One empty file has a byte for each id, and who locks the byte has the id; so one
 * descriptor does for all ranges of whatever length, and the kernel gives them back when the JVM is gone.
 *
 * <p>It keeps JVMs apart, not the users of one: the file is opened once. Not thread-safe.
 */
final class IdLocks implements AutoCloseable {
    /** Group ids follow user ids. */
    private static final long GROUPS = 1L << 32;

    /** With the sticky bit, which keeps cleaners of temporary directories from removing an old file. */
    private static final int MODE = 01600;

    private final LockDirectory directory;
    private @Nullable Fd file;

    IdLocks(LockDirectory directory) {
        this.directory = directory;
    }

    Path path() {
        return directory.path().resolve("ranges");
    }

    /** Takes ids, unless another JVM has one of them. */
    boolean tryTake(long uid, long gid, long count) {
        if (!tryLock(uid, count)) {
            return false;
        }
        if (!tryLock(GROUPS + gid, count)) {
            unlock(uid, count);
            return false;
        }
        return true;
    }

    /** Gives ids back that it has taken. */
    void giveBack(long uid, long gid, long count) {
        unlock(uid, count);
        unlock(GROUPS + gid, count);
    }

    private boolean tryLock(long start, long count) {
        long result = Kernel.tryLock(open(), F_WRLCK, start, count);
        if (result == -Errno.EAGAIN.number() || result == -Errno.EACCES.number()) {
            return false;
        }
        check(result, F_WRLCK, start, count);
        return true;
    }

    private void unlock(long start, long count) {
        check(Kernel.tryLock(open(), F_UNLCK, start, count), F_UNLCK, start, count);
    }

    private void check(long result, Constant type, long start, long count) {
        Kernel.check(
                result,
                Sys.FCNTL,
                () -> path() + ", F_OFD_SETLK, {l_type=" + type.name() + ", l_start=" + start + ", l_len=" + count
                        + "}");
    }

    private Fd open() {
        Fd known = file;
        if (known == null) {
            directory.make();
            try {
                known = Kernel.open(path().toString(), Constant.or(O_RDWR, O_CREAT, O_NOFOLLOW), MODE);
            } catch (ContainerException e) {
                throw new HostUnsupportedException(
                        "opening the locks of ids: " + e.getMessage() + "; it must be a file of this user", e);
            }
            file = known;
        }
        return known;
    }

    /** Gives all back. */
    @Override
    public void close() {
        Fd known = file;
        if (known != null) {
            known.close();
            file = null;
        }
    }
}
