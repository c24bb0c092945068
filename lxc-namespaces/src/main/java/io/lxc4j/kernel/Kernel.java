package io.lxc4j.kernel;

import static io.lxc4j.kernel.Constants.AF_UNIX;
import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.AT_RECURSIVE;
import static io.lxc4j.kernel.Constants.F_DUPFD_CLOEXEC;
import static io.lxc4j.kernel.Constants.F_GETFL;
import static io.lxc4j.kernel.Constants.F_OFD_SETLK;
import static io.lxc4j.kernel.Constants.F_SETFL;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.SOCK_CLOEXEC;
import static io.lxc4j.kernel.Constants.SOCK_SEQPACKET;
import static io.lxc4j.kernel.Constants.SOL_SOCKET;
import static io.lxc4j.kernel.Constants.SO_RCVTIMEO;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * System calls. A {@code try} method returns what the kernel returned, in its own convention: a negative number is an
 * error number with its sign changed. The others throw {@link SystemCallException}.
 *
 * <p>Thread-safe: the error arrives in the result, never in a shared variable. A call that blocks holds its platform
 * thread, also that below a virtual thread.
 */
public final class Kernel {
    private static final int SYSCTL_BYTES = 4096;
    private static final Architecture ARCHITECTURE = Architecture.current();

    private Kernel() {}

    /**
     * Makes a system call.
     *
     * @param sys which call
     * @param arguments up to six arguments; what is missing is 0
     * @return the kernel's result; from -4095 to -1 it is an error
     */
    public static long tryCall(Sys sys, long... arguments) {
        return raw(
                sys.number(ARCHITECTURE),
                argument(arguments, 0),
                argument(arguments, 1),
                argument(arguments, 2),
                argument(arguments, 3),
                argument(arguments, 4),
                argument(arguments, 5));
    }

    private static long argument(long[] arguments, int index) {
        return index < arguments.length ? arguments[index] : 0;
    }

    /**
     * Makes a system call by number, for what {@link Sys} does not know.
     *
     * @param number the call's number on this architecture
     * @param a0 first argument
     * @param a1 second argument
     * @param a2 third argument
     * @param a3 fourth argument
     * @param a4 fifth argument
     * @param a5 sixth argument
     * @return the kernel's result; from -4095 to -1 it is an error
     */
    public static long raw(long number, long a0, long a1, long a2, long a3, long a4, long a5) {
        try {
            return (long) MachineCode.CALL.invokeExact(number, a0, a1, a2, a3, a4, a5);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall threw a checked exception", e);
        }
    }

    /**
     * Clones a child that walks the rows of a frame, and waits until it has exec'd or exited. All signals are blocked
     * for that time.
     *
     * @param frame address of a frame as {@code launch-x86_64.S} describes it
     * @return the child's process id, or an error
     */
    public static long tryLaunch(long frame) {
        try {
            return (long) MachineCode.LAUNCH.invokeExact(frame);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall threw a checked exception", e);
        }
    }

    /**
     * Checks a result.
     *
     * @param result what a {@code try} method returned
     * @param sys which call it was
     * @param arguments how the arguments read in an error message
     * @return the result, not negative
     * @throws SystemCallException if it is an error
     */
    public static long check(long result, Sys sys, Supplier<String> arguments) {
        return result >= 0 ? result : check(result, sys, arguments.get());
    }

    /**
     * Checks a result.
     *
     * @param result what a {@code try} method returned
     * @param sys which call it was
     * @param arguments how the arguments read in an error message, where that is a constant
     * @return the result, not negative
     * @throws SystemCallException if it is an error
     */
    public static long check(long result, Sys sys, String arguments) {
        if (result >= 0) {
            return result;
        }
        Errno errno = Errno.of((int) -result);
        if (errno == Errno.ENOSYS) {
            throw new HostUnsupportedException(
                    sys.callName() + "(" + arguments + ") is refused as unknown; it needs Linux " + sys.since()
                            + " and no filter that forbids it",
                    new SystemCallException(sys.callName() + "(" + arguments + ")", errno));
        }
        throw new SystemCallException(sys.callName() + "(" + arguments + ")", errno);
    }

    /**
     * Clones the mount of a directory with all below it, {@code open_tree(2)}. Where those are locked, the kernel clones none alone.
     *
     * @param path an absolute path
     * @return its descriptor; the clone goes with it
     */
    public static Fd cloneTree(String path) {
        Constant how = Constant.or(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_RECURSIVE);
        try (Arena arena = Arena.ofConfined()) {
            long result = tryCall(
                    Sys.OPEN_TREE, AT_FDCWD.value(), arena.allocateFrom(path).address(), how.value());
            return new Fd(
                    (int) check(result, Sys.OPEN_TREE, () -> "AT_FDCWD, \"" + path + "\", " + how.name()),
                    "clone of " + path);
        }
    }

    /**
     * Opens a file, {@code openat(2)} with {@code O_CLOEXEC}.
     *
     * @param path an absolute path
     * @param flags access mode and flags
     * @param mode permissions of a file that is created
     * @return its descriptor
     */
    public static Fd open(String path, Constant flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long result = tryCall(
                    Sys.OPENAT,
                    AT_FDCWD.value(),
                    arena.allocateFrom(path).address(),
                    flags.value() | O_CLOEXEC.value(),
                    mode);
            return new Fd(
                    (int) check(result, Sys.OPENAT, () -> "AT_FDCWD, \"" + path + "\", " + flags.name() + "|O_CLOEXEC"),
                    path);
        }
    }

    /**
     * Reads a small file in one {@code read(2)}. The files of {@code /proc/sys} give their value to the first read only,
     * and the JDK may make several.
     *
     * @param path an absolute path
     * @return the first 4096 bytes, without white space at the ends
     */
    public static String readSysctl(String path) {
        try (Fd fd = open(path, O_RDONLY, 0)) {
            return readSmall(fd).strip();
        }
    }

    /**
     * Reads a small file in one {@code read(2)}.
     *
     * @param fd the file, open for reading
     * @return the first 4096 bytes
     */
    public static String readSmall(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SYSCTL_BYTES);
            long count = check(
                    tryCall(Sys.READ, fd.number(), buffer.address(), SYSCTL_BYTES),
                    Sys.READ,
                    () -> fd + ", " + SYSCTL_BYTES);
            return new String(buffer.asSlice(0, count).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    /**
     * A pipe, {@code pipe2(2)}.
     *
     * @param what what it carries
     * @return the end to read from, then the end to write to, both close-on-exec
     */
    public static Fd[] pipe(String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            check(tryCall(Sys.PIPE2, pair.address(), O_CLOEXEC.value()), Sys.PIPE2, "[…], O_CLOEXEC");
            return new Fd[] {
                new Fd(pair.get(JAVA_INT, 0), what + ", read end"), new Fd(pair.get(JAVA_INT, 4), what + ", write end")
            };
        }
    }

    /**
     * Two connected sockets that keep the bounds of messages, {@code socketpair(2)}.
     *
     * @param what what they carry
     * @return the two ends, close-on-exec
     */
    public static Fd[] socketPair(String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            check(
                    tryCall(
                            Sys.SOCKETPAIR,
                            AF_UNIX.value(),
                            SOCK_SEQPACKET.value() | SOCK_CLOEXEC.value(),
                            0,
                            pair.address()),
                    Sys.SOCKETPAIR,
                    "AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, […]");
            return new Fd[] {new Fd(pair.get(JAVA_INT, 0), what), new Fd(pair.get(JAVA_INT, 4), what)};
        }
    }

    /**
     * Sets how long a blocking receive waits, {@code setsockopt(SO_RCVTIMEO)}; it gives {@code EAGAIN} then.
     *
     * @param socket the socket
     * @param limit how long; zero for ever
     */
    public static void limitReceive(Fd socket, Duration limit) {
        long size = 16;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(size, 8);
            time.set(JAVA_LONG, 0, limit.toSeconds());
            time.set(JAVA_LONG, 8, limit.toNanosPart() / 1000);
            check(
                    tryCall(
                            Sys.SETSOCKOPT,
                            socket.number(),
                            SOL_SOCKET.value(),
                            SO_RCVTIMEO.value(),
                            time.address(),
                            size),
                    Sys.SETSOCKOPT,
                    () -> socket + ", SOL_SOCKET, SO_RCVTIMEO, " + limit);
        }
    }

    /**
     * Duplicates a descriptor onto the lowest free number from a given one on, {@code fcntl(F_DUPFD_CLOEXEC)}.
     *
     * @param number an open descriptor
     * @param lowest the lowest number wanted
     * @param what what the duplicate stands for
     * @return the duplicate, close-on-exec
     */
    public static Fd duplicate(int number, int lowest, String what) {
        return new Fd(
                (int) check(
                        tryCall(Sys.FCNTL, number, F_DUPFD_CLOEXEC.value(), lowest),
                        Sys.FCNTL,
                        () -> number + ", F_DUPFD_CLOEXEC, " + lowest),
                what);
    }

    /**
     * Makes one number another name of an open descriptor, {@code dup3(2)} with {@code O_CLOEXEC}.
     *
     * @param from the descriptor to duplicate
     * @param onto the number that is replaced
     */
    public static void replace(int from, int onto) {
        check(tryCall(Sys.DUP3, from, onto, O_CLOEXEC.value()), Sys.DUP3, () -> from + ", " + onto + ", O_CLOEXEC");
    }

    /**
     * Makes reads or writes return instead of waiting, {@code fcntl(F_SETFL, O_NONBLOCK)}.
     *
     * @param fd the descriptor; the mode belongs to its open file, which duplicates share
     */
    public static void setNonBlocking(Fd fd) {
        long flags = check(tryCall(Sys.FCNTL, fd.number(), F_GETFL.value()), Sys.FCNTL, () -> fd + ", F_GETFL");
        check(
                tryCall(Sys.FCNTL, fd.number(), F_SETFL.value(), flags | O_NONBLOCK.value()),
                Sys.FCNTL,
                () -> fd + ", F_SETFL, O_NONBLOCK");
    }

    /**
     * Locks or unlocks bytes of a file without waiting, {@code fcntl(F_OFD_SETLK)}. The lock belongs to the open file:
     * duplicates of the descriptor share it, and the kernel gives it up when the last of them is closed.
     *
     * @param fd an open file
     * @param type {@code F_RDLCK}, {@code F_WRLCK} or {@code F_UNLCK}
     * @param start the first byte, which may lie beyond the end of the file
     * @param length how many bytes, at least 1
     * @return 0; or an error, {@code EAGAIN} if another open file has a lock there
     */
    public static long tryLock(Fd fd, Constant type, long start, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lock = arena.allocate(FileLock.SIZE, 8);
            lock.copyFrom(MemorySegment.ofArray(FileLock.bytes(type, start, length)));
            return tryCall(Sys.FCNTL, fd.number(), F_OFD_SETLK.value(), lock.address());
        }
    }

    /**
     * Sends a signal, {@code pidfd_send_signal(2)}.
     *
     * @param pidfd descriptor of the process
     * @param signal the signal's number; 0 only asks whether the process is there
     * @return 0 or an error
     */
    public static long trySignal(Fd pidfd, int signal) {
        return tryCall(Sys.PIDFD_SEND_SIGNAL, pidfd.number(), signal);
    }
}
