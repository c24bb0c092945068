package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What this JVM uses of a store, which nobody may remove meanwhile. The file that says so is locked as long as it holds, so that a JVM
 * that was killed holds nothing. Thread-safe.
 */
final class Lease implements AutoCloseable {
    private static final String LEASES = "leases";

    private final Path file;
    private final StoreLock lock;
    private final Set<Digest> held = new HashSet<>();

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

    /** Holds some more; nobody may be collecting. */
    synchronized void hold(Set<Digest> digests) {
        StringBuilder more = new StringBuilder();
        digests.stream().filter(held::add).forEach(digest -> more.append(digest).append('\n'));
        try {
            Files.writeString(file, more, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ContainerException("noting in " + file + " what is used: " + e, e);
        }
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
    static Set<Digest> all(StoreDirectory directory) {
        Set<Digest> all = new HashSet<>();
        for (String name : directory.list(LEASES)) {
            Path file = directory.resolve(LEASES + "/" + name);
            try {
                Optional<StoreLock> abandoned = StoreLock.tryExclusive(file);
                if (abandoned.isPresent()) {
                    Files.deleteIfExists(file);
                    abandoned.get().close();
                } else {
                    Files.readAllLines(file).forEach(line -> all.add(Digest.parse(line)));
                }
            } catch (IOException e) {
                throw new ContainerException("looking at " + file + ", which says what is used: " + e, e);
            }
        }
        return all;
    }
}
