package io.lxc4j;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.Reactor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a container reads, written to a pipe. A writer that must wait, as the container does not read, parks as in
 * {@link PipeInput}.
 */
final class PipeOutput extends OutputStream {
    private static final int LARGEST_WRITE = 65_536;

    private final Fd fd;
    private final Reactor.Watch watch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition writable = lock.newCondition();
    private boolean closed;

    PipeOutput(Fd fd) {
        this.fd = fd;
        Kernel.setNonBlocking(fd);
        watch = Reactor.shared().watch(fd, Constants.EPOLLOUT, this::wake);
    }

    private void wake() {
        lock.lock();
        try {
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        lock.lock();
        try {
            int from = offset;
            while (from < offset + length) {
                if (closed) {
                    throw new IOException("Stream closed");
                }
                int count = tryWrite(bytes, from, offset + length - from);
                if (count < 0) {
                    watch.arm();
                    writable.awaitUninterruptibly();
                } else {
                    from += count;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what the pipe has room for: a count, or -1 if it is full. */
    private int tryWrite(byte[] bytes, int offset, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.min(length, LARGEST_WRITE));
            MemorySegment.copy(bytes, offset, buffer, JAVA_BYTE, 0, (int) buffer.byteSize());
            long count = Kernel.tryCall(Sys.WRITE, fd.number(), buffer.address(), buffer.byteSize());
            if (count == -Errno.EAGAIN.number() || count == -Errno.EINTR.number()) {
                return -1;
            }
            if (count < 0) {
                throw new IOException(Errno.of((int) -count).meaning() + ": writing to " + fd);
            }
            return (int) count;
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                watch.cancel();
                fd.close();
                writable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
