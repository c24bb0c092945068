package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What this JVM uses of a store, which nobody may remove meanwhile: digests, and short names of unpacked layers, as one that is replaced
 * by a repair may still be mounted. The file that says so is locked as long as it holds, so that a JVM that was killed holds nothing.
 * Thread-safe.
 */
final class Lease implements AutoCloseable {
    private static final String LEASES = "leases";

    private final Path file;
    private final StoreLock lock;
    private final Set<String> held = new HashSet<>();

    private Lease(Path file, StoreLock lock) {
        this.file = file;
        this.lock = lock;
    }

    static Lease open(StoreDirectory directory) {
        while (true) {
            Path file = directory.resolve(LEASES + "/"
                    + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36));
            Optional<StoreLock> lock = StoreLock.tryExclusive(file);
            if (lock.isPresent() && Files.exists(file)) { // not taken for one that was left, and removed
                return new Lease(file, lock.get());
            }
            lock.ifPresent(StoreLock::close);
        }
    }

    /** Holds some more, digests or short names of layers; nobody may be collecting. */
    synchronized void hold(Set<String> names) {
        Set<String> more = new LinkedHashSet<>(names);
        more.removeAll(held);
        if (more.isEmpty()) {
            return;
        }
        try {
            Files.writeString(file, "\n" + String.join("\n", more) + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ContainerException("noting in " + file + " what is used: " + e, e);
        }
        held.addAll(more);
    }

    @Override
    public synchronized void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ContainerException("removing " + file + ": " + e, e);
        } finally {
            lock.close();
        }
    }

    /** What living JVMs hold; what others have left is removed. */
    static Set<String> all(StoreDirectory directory) {
        Set<String> all = new HashSet<>();
        for (String name : directory.list(LEASES)) {
            Path file = directory.resolve(LEASES + "/" + name);
            try {
                Optional<StoreLock> abandoned = StoreLock.tryExclusive(file);
                if (abandoned.isPresent()) {
                    Files.deleteIfExists(file);
                    abandoned.get().close();
                } else {
                    all.addAll(Files.readAllLines(file));
                }
            } catch (IOException e) {
                throw new ContainerException("looking at " + file + ", which says what is used: " + e, e);
            }
        }
        return all;
    }
}
