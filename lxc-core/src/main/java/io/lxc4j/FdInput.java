package io.lxc4j;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What comes from a pipe or a terminal. A reader that must wait parks as in {@link Readiness}; closing wakes it, too.
 */
final class FdInput extends InputStream {
    private static final int LARGEST_READ = 65_536;

    /** The largest pipe that an ordinary user can make; more than that no container can leave. */
    private static final int LARGEST_REST = 1 << 20;

    private static final int END_OF_FILE = -1;
    private static final int NOTHING_YET = 0;

    private final Readiness readiness;

    /** What was still in the pipe when the writers had ended; the descriptor is closed then. */
    private byte[] rest = new byte[0];

    private int restFrom;
    private boolean draining;
    private boolean ended;
    private boolean closed;

    FdInput(Fd fd) {
        readiness = new Readiness(fd, Constants.EPOLLIN, this::drainFurther);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        readiness.lock();
        try {
            return readiness.await(() -> take(bytes, offset, length));
        } finally {
            readiness.unlock();
        }
    }

    /**
     * Reads as {@link #read(byte[])} does, but an interrupt ends the wait. Nothing that has been read is lost.
     *
     * @param bytes where to, not empty
     * @return a count, or -1 at the end of file
     */
    int readInterruptibly(byte[] bytes) throws IOException, InterruptedException {
        readiness.lock();
        try {
            return readiness.awaitInterruptibly(() -> take(bytes, 0, bytes.length));
        } finally {
            readiness.unlock();
        }
    }

    /** Calls with the descriptor unless it is freed, and nobody frees it meanwhile. */
    OptionalLong whileOpen(ToLongFunction<Fd> call) {
        return readiness.whileOpen(call);
    }

    /** Takes what is there: a count, {@link #NOTHING_YET} or {@link #END_OF_FILE}. */
    private int take(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("Stream closed");
        }
        if (restFrom < rest.length) {
            int count = Math.min(length, rest.length - restFrom);
            System.arraycopy(rest, restFrom, bytes, offset, count);
            restFrom += count;
            return count;
        }
        if (ended) {
            return END_OF_FILE;
        }
        int count = tryRead(bytes, offset, length);
        if (count == END_OF_FILE) {
            end();
        }
        return count;
    }

    /** Reads what is there: a count, {@link #NOTHING_YET} or {@link #END_OF_FILE}. */
    private int tryRead(byte[] bytes, int offset, int length) throws IOException {
        Fd fd = readiness.fd();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(length, LARGEST_READ));
            long count = Kernel.tryCall(Sys.READ, fd.number(), buffer.address(), buffer.byteSize());
            if (count == -Errno.EAGAIN.number() || count == -Errno.EINTR.number()) {
                return NOTHING_YET;
            }
            if (count == -Errno.EIO.number()) {
                return END_OF_FILE; // a terminal whose other end is closed
            }
            if (count < 0) {
                throw new IOException("reading " + fd + ": " + Errno.of((int) -count));
            }
            MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, offset, (int) count);
            return count == 0 ? END_OF_FILE : (int) count;
        }
    }

    private void end() {
        ended = true;
        readiness.end();
    }

    /**
     * Takes over what is left in the pipe, and frees the descriptor. Called when the container has ended, so that a
     * caller who never reads leaks nothing. If somebody else still holds the other end, as any process that is just
     * being started elsewhere in this JVM does for a moment, the rest is taken when that ends.
     */
    void drain() {
        readiness.lock();
        try {
            draining = true;
            drainFurther();
        } finally {
            readiness.unlock();
        }
    }

    /** As {@link #drain()}, but for somebody else who still holds the other end nobody waits. */
    void endNow() {
        readiness.lock();
        try {
            draining = true;
            drainFurther();
            if (!ended && !closed) {
                end();
            }
        } finally {
            readiness.unlock();
        }
    }

    private void drainFurther() {
        if (!draining) {
            return;
        }
        try {
            byte[] chunk = new byte[LARGEST_READ];
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(rest, restFrom, rest.length - restFrom);
            while (!ended && !closed && all.size() <= LARGEST_REST) {
                int count = tryRead(chunk, 0, chunk.length);
                if (count == NOTHING_YET) {
                    readiness.arm();
                    break;
                }
                if (count == END_OF_FILE) {
                    end();
                } else {
                    all.write(chunk, 0, count);
                }
            }
            if (!ended && !closed && all.size() > LARGEST_REST) {
                end(); // an outsider goes on writing what nobody reads
            }
            rest = all.toByteArray();
            restFrom = 0;
            readiness.signal();
        } catch (IOException | RuntimeException _) {
            if (!ended && !closed) {
                end();
            }
        }
    }

    @Override
    public int available() throws IOException {
        readiness.lock();
        try {
            if (closed) {
                throw new IOException("Stream closed");
            }
            if (ended || restFrom < rest.length) {
                return rest.length - restFrom;
            }
            Fd fd = readiness.fd();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment count = arena.allocate(8);
                Kernel.check(
                        Kernel.tryCall(Sys.IOCTL, fd.number(), Constants.FIONREAD.value(), count.address()),
                        Sys.IOCTL,
                        () -> fd + ", FIONREAD");
                return count.get(JAVA_INT, 0);
            }
        } finally {
            readiness.unlock();
        }
    }

    @Override
    public void close() {
        readiness.lock();
        try {
            if (!closed) {
                closed = true;
                if (!ended) {
                    end();
                }
                rest = new byte[0];
                restFrom = 0;
            }
        } finally {
            readiness.unlock();
        }
    }
}
