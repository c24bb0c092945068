package io.lxc4j;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What goes into a pipe or a terminal. A writer that must wait, as nobody reads, parks as in {@link Readiness}; closing
 * wakes it, too.
 */
final class FdOutput extends OutputStream {
    private static final int LARGEST_WRITE = 65_536;

    private final Readiness readiness;
    private boolean closed;

    FdOutput(Fd fd) {
        readiness = new Readiness(fd, Constants.EPOLLOUT, () -> {});
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        readiness.lock();
        try {
            int written = 0;
            while (written < length) {
                int from = written;
                written += readiness.await(() -> put(bytes, offset + from, length - from));
            }
        } finally {
            readiness.unlock();
        }
    }

    /** Writes all bytes, but an interrupt ends the wait; then some of them may have been written. */
    void writeInterruptibly(byte[] bytes, int length) throws IOException, InterruptedException {
        readiness.lock();
        try {
            int written = 0;
            while (written < length) {
                int from = written;
                written += readiness.awaitInterruptibly(() -> put(bytes, from, length - from));
            }
        } finally {
            readiness.unlock();
        }
    }

    /** Calls with the descriptor unless it is freed, and nobody frees it meanwhile. */
    OptionalLong whileOpen(ToLongFunction<Fd> call) {
        return readiness.whileOpen(call);
    }

    /** Writes what there is room for: a count, 0 if it is full. */
    private int put(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("Stream closed");
        }
        Fd fd = readiness.fd();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(length, LARGEST_WRITE));
            MemorySegment.copy(bytes, offset, buffer, JAVA_BYTE, 0, (int) buffer.byteSize());
            long count = Kernel.tryCall(Sys.WRITE, fd.number(), buffer.address(), buffer.byteSize());
            if (count == -Errno.EAGAIN.number() || count == -Errno.EINTR.number()) {
                return 0;
            }
            if (count < 0) {
                throw new IOException(Errno.of((int) -count).meaning() + ": writing to " + fd);
            }
            return (int) count;
        }
    }

    @Override
    public void close() {
        close(new byte[0]);
    }

    /** Closes after a few last bytes, which are lost if there is no room for them. */
    void close(byte[] last) {
        readiness.lock();
        try {
            if (!closed) {
                if (last.length > 0) {
                    put(last, 0, last.length);
                }
                closed = true;
                readiness.end();
            }
        } catch (IOException _) {
            closed = true;
            readiness.end();
        } finally {
            readiness.unlock();
        }
    }
}
