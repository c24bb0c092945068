package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.files.TreeRemover;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A writable layer that is this one's alone until it is closed, or this JVM ends. A container of a JVM that was killed ends a moment after
 * it, so its process is noted, and waited for by the next.
 *
 * <p>Thread-safe.
 */
public final class HeldLayer implements AutoCloseable {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final long LONGEST_END_NANOS = 5_000_000_000L;
    private static final long PAUSE_NANOS = 1_000_000;

    private final StoreDirectory directory;
    private final Path layer;
    private final String doing;
    private final @Nullable StoreLock lock;
    private final StoreDirectory.@Nullable Workshop workshop;
    private boolean closed;

    private HeldLayer(
            StoreDirectory directory,
            Path layer,
            String doing,
            @Nullable StoreLock lock,
            StoreDirectory.@Nullable Workshop workshop) {
        this.directory = directory;
        this.layer = layer;
        this.doing = doing;
        this.lock = lock;
        this.workshop = workshop;
    }

    static HeldLayer temporary(StoreDirectory directory, Path layer, StoreDirectory.Workshop workshop) {
        return new HeldLayer(directory, layer, "starting a container", null, workshop);
    }

    /**
     * The same for somebody who does not give it back.
     *
     * @return the layer, whose closing does nothing
     */
    public HeldLayer lent() {
        return new HeldLayer(directory, layer, doing, null, null);
    }

    static HeldLayer named(StoreDirectory directory, Path layer, StoreLock lock, String doing) {
        HeldLayer held = new HeldLayer(directory, layer, doing, lock, null);
        try {
            held.awaitEnd();
            if (!Files.isDirectory(held.data())) {
                held.renew(); // somebody was killed while resetting it
            }
            return held;
        } catch (IOException e) {
            throw held.failed(e);
        }
    }

    /**
     * Where it is: a directory with {@code upper} and {@code work}.
     *
     * @return its directory
     */
    public Path data() {
        return layer.resolve("d");
    }

    /**
     * What was written.
     *
     * @return the upper directory
     */
    public Path upper() {
        return data().resolve("upper");
    }

    // ---- copies

    /**
     * Where a copy of an image's files lies.
     *
     * @param data the directory of a held layer
     * @return a directory, which need not be there
     */
    public static Path copyIn(Path data) {
        return data.resolve("copy");
    }

    /**
     * Whether it is a copy of its image's files, and not what was written above them.
     *
     * @return whether it was made one
     */
    public boolean isCopy() {
        return Files.isDirectory(copyIn(data()));
    }

    /**
     * Whether nothing was written to it above the image's files.
     *
     * @return whether its upper directory is empty
     */
    public boolean isUntouched() {
        try (Stream<Path> written = Files.list(upper())) {
            return written.findFirst().isEmpty();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Makes it a copy, unless it is one: whole or not at all.
     *
     * @param synced whether it is to survive a power cut
     * @param maker fills an empty directory
     */
    public void copy(boolean synced, Consumer<Path> maker) {
        if (isCopy()) {
            return;
        }
        try (StoreDirectory.Workshop place = directory.workshop()) {
            Path made = Files.createDirectory(place.path().resolve("copy"));
            maker.accept(made);
            if (synced) {
                syncAll();
            }
            StoreDirectory.place(made, copyIn(data()));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Whether it is kept when it is closed.
     *
     * @return whether it has a name
     */
    public boolean hasName() {
        return lock != null;
    }

    private ContainerException failed(IOException e) {
        return new ContainerException(doing + ": working on the writable layer " + layer + ": " + e, e);
    }

    // ---- who used it

    private Path process() {
        return layer.resolve("process");
    }

    private void awaitEnd() throws IOException {
        ProcessStamp last;
        try {
            last = ProcessStamp.parse(Files.readString(process()));
        } catch (NoSuchFileException _) {
            return;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
            Files.delete(process()); // cut off by a power cut, after which nothing runs
            return;
        }
        long end = System.nanoTime() + LONGEST_END_NANOS;
        while (last.isAlive()) {
            if (System.nanoTime() - end > 0) {
                throw new ContainerException(doing + ": the writable layer " + layer.getFileName()
                        + " is in use by the process " + last.pid() + ", whose JVM is gone; end that process first");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        Files.deleteIfExists(process());
    }

    /**
     * Notes who is about to use it, before that one does.
     *
     * @param pid the container's process
     */
    public void usedBy(long pid) {
        try {
            Files.writeString(process(), ProcessStamp.of(pid).toString());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    // ---- before it is mounted

    /**
     * Makes it ready to be mounted.
     *
     * @param volatil whether the kernel will write it to the disk only when it likes to
     * @throws ContainerException if it was used so before the machine was last started: then something may be missing of it
     */
    public void prepare(boolean volatil) {
        Path mark = layer.resolve("volatile");
        String boot = Kernel.readSysctl(BOOT_ID.toString());
        try {
            if (Files.exists(mark)) {
                if (!Files.readString(mark).equals(boot)) {
                    throw new ContainerException(doing + ": the writable layer " + layer.getFileName()
                            + " was written to without syncs when the machine went down, so what is in it may be"
                            + " incomplete; reset or remove it. It is in " + upper());
                }
                if (!volatil) {
                    syncAll();
                    Files.delete(mark);
                }
            }
            if (volatil && !Files.exists(mark)) {
                directory.write(mark, boot);
            }
            TreeRemover.remove(
                    data().resolve("work")); // where a volatile overlay leaves a mark that it can't be mounted again
            WritableLayers.makeWork(data());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void syncAll() {
        try (Fd open = Kernel.open(data().toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0)) {
            Kernel.check(Kernel.tryCall(Sys.SYNCFS, open.number()), Sys.SYNCFS, () -> open.toString());
        }
    }

    // ---- undoing it

    /** Empties it: at once, whatever happens meanwhile. */
    public void reset() {
        try {
            renew();
            Files.deleteIfExists(layer.resolve("volatile"));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void renew() throws IOException {
        try (StoreDirectory.Workshop rubbish = directory.workshop()) {
            if (Files.isDirectory(data())) {
                StoreDirectory.place(data(), rubbish.path().resolve("old"));
            }
            WritableLayers.makeData(layer, rubbish.path());
        }
    }

    /** Removes it; closing it is still to be done. */
    public void remove() {
        try (StoreDirectory.Workshop rubbish = directory.workshop()) {
            StoreDirectory.place(layer, rubbish.path().resolve("old"));
            StoreDirectory.sync(directory.resolve("writable"));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Gives it back, or removes it if it has no name; a second call does nothing. No process may use it any more. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (workshop != null) {
            workshop.close();
        }
        if (lock != null) {
            try (lock) {
                Files.deleteIfExists(process());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
