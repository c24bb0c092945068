package io.lxc4j.cgroups;

import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Files of one cgroup that stay open from one reading to the next, where it is read again within {@link #WATCHED}: opening and closing one
 * takes about eight times as long as reading it. An open file takes some 5 KB of the kernel's memory, so those of a cgroup that is not read
 * any more are closed, and all cgroups of this JVM together keep no more than {@link #most}.
 *
 * <p>Who reads has them alone, from {@link #tryBegin} to {@link #end}.
 */
final class KeptFiles {
    static final Duration WATCHED = Duration.ofSeconds(10);

    /** One in so many of the descriptors that this JVM may have. */
    private static final int SHARE = 2;

    private static final int MOST = 1 << 15;
    private static final Lazy<Integer> ALLOWED =
            new Lazy<>(() -> Math.clamp(Rlimit.soft(Constants.RLIMIT_NOFILE) / SHARE, 0, MOST));

    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final Set<KeptFiles> KEEPERS = ConcurrentHashMap.newKeySet();
    private static Clock.@Nullable Alarm alarm;

    private final ReentrantLock lock = new ReentrantLock();
    private Entry[] entries = new Entry[0];
    private int count;
    private int next;
    private long lastReading = System.nanoTime() - WATCHED.toNanos();
    private boolean watched;
    private boolean closed;

    private record Entry(Fd directory, StatsFile file, long number) {}

    /** How many files all cgroups of this JVM may keep open. */
    static int most() {
        return ALLOWED.get();
    }

    /** How many they keep open now. */
    static int open() {
        return OPEN.get();
    }

    /**
     * Begins a reading.
     *
     * @return false if another thread reads at this moment; this one has to open the files for itself then
     */
    boolean tryBegin() {
        if (!lock.tryLock()) {
            return false;
        }
        long now = System.nanoTime();
        watched = !closed && now - lastReading < WATCHED.toNanos();
        lastReading = now;
        next = 0;
        return true;
    }

    void end() {
        lock.unlock();
    }

    /** An open file; -1 if it is not open. They are asked for in the same order each time. */
    long find(Fd directory, StatsFile file) {
        for (int i = 0; i < count; i++) {
            Entry entry = entries[next];
            next = next + 1 == count ? 0 : next + 1;
            if (entry.file == file && entry.directory == directory) {
                return entry.number;
            }
        }
        return -1;
    }

    /**
     * Takes over an open file.
     *
     * @return false if it is not to be kept, and stays the caller's
     */
    boolean tryKeep(Fd directory, StatsFile file, long number) {
        if (!watched) {
            return false;
        }
        if (OPEN.incrementAndGet() > most()) {
            OPEN.decrementAndGet();
            return false;
        }
        if (count == 0) {
            KEEPERS.add(this);
            startClosing();
        }
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(32, 2 * count));
        }
        entries[count++] = new Entry(directory, file, number);
        return true;
    }

    /** Closes what is open, as one of it is of a file that the kernel has taken away; who reads has to open them anew. */
    void forget() {
        closeFiles();
        next = 0;
    }

    /** Closes the files, and keeps none from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            closeFiles();
        } finally {
            lock.unlock();
        }
    }

    private void closeFiles() {
        for (int i = 0; i < count; i++) {
            Kernel.tryCall(Sys.CLOSE, entries[i].number);
        }
        OPEN.addAndGet(-count);
        entries = new Entry[0];
        count = 0;
        KEEPERS.remove(this);
    }

    // ---- those that are not read any more

    private static synchronized void startClosing() {
        if (alarm == null) {
            alarm = Clock.shared()
                    .every(
                            WATCHED,
                            () -> Thread.ofVirtual().name("lxc4j-statistics").start(KeptFiles::closeIdle));
        }
    }

    private static void closeIdle() {
        KEEPERS.forEach(KeptFiles::closeIfIdle);
        stopClosing();
    }

    private static synchronized void stopClosing() {
        if (KEEPERS.isEmpty() && alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    private void closeIfIdle() {
        if (lock.tryLock()) {
            try {
                if (System.nanoTime() - lastReading >= WATCHED.toNanos()) {
                    closeFiles();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
