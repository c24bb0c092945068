package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An image below a directory on a disk that takes what is written, which one container has at a time. */
final class DiskRoot extends RootFileSystem {
    private final LayerStore store;
    private final Image image;
    private final Driver driver;
    private final Supplier<HeldLayer> layers;
    private final boolean isVolatile;

    /** How it is planned: with the directory of one container, or, to be looked at only, with what stands for it. */
    private final RootFileSystem planned;

    /**
     * A root.
     *
     * @param store the image's store
     * @param image what lies below
     * @param driver how it becomes a root
     * @param shown the directory that is planned with before there is one
     * @param layers gives the layer of one container
     * @param isVolatile whether it is written to without syncs
     */
    DiskRoot(LayerStore store, Image image, Driver driver, Path shown, Supplier<HeldLayer> layers, boolean isVolatile) {
        this.store = store;
        this.image = image;
        this.driver = driver;
        this.layers = layers;
        this.isVolatile = isVolatile;
        planned = driver.root(shown, isVolatile);
    }

    @Override
    public RootUse use() {
        HeldLayer held = layers.get();
        try {
            driver.prepare(held, isVolatile);
            return new Use(held, driver.root(held.data(), isVolatile));
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    /** The container's, and that of whoever is reading what it has written: the last gives the layer back. */
    private final class Use extends RootUse {
        private final HeldLayer held;
        private final RootFileSystem root;
        private final AtomicInteger shares = new AtomicInteger(1);
        private final AtomicBoolean ended = new AtomicBoolean();

        Use(HeldLayer held, RootFileSystem root) {
            this.held = held;
            this.root = root;
        }

        @Override
        public RootFileSystem root() {
            return root;
        }

        @Override
        public void accept(long pid) {
            held.usedBy(pid);
        }

        @Override
        public void ended() {
            if (held.hasName()) {
                giveUp();
            } else {
                Thread.ofVirtual().name("lxc4j-layer-end").start(this::giveUp);
            }
        }

        @Override
        public void close() {
            giveUp();
            if (shares.get() == 0) {
                held.close(); // or waits for who is closing it
            }
        }

        private void giveUp() {
            if (ended.compareAndSet(false, true) && shares.decrementAndGet() == 0) {
                held.close();
            }
        }

        @Override
        public Image commit(String message, String reference) {
            return shared("committing", () -> WritableLayer.commit(store, image, held, message, reference));
        }

        @Override
        public List<Change> changes() {
            return shared("comparing", () -> driver.changes(held));
        }

        /** Does something for which the layer must stay, also if the container ends meanwhile. */
        private <T> T shared(String doing, Supplier<T> work) {
            if (shares.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
                throw new ContainerException(doing + " a container: it has ended");
            }
            try {
                return work.get();
            } finally {
                if (shares.decrementAndGet() == 0) {
                    held.close();
                }
            }
        }
    }

    static InvalidSpecificationException alwaysMapped(RootFileSystem root) {
        return new InvalidSpecificationException("unmapped for " + root
                + ": what one container writes there would belong to its ids on the disk, and not to those of"
                + " the next");
    }

    @Override
    public RootFileSystem unmapped() {
        throw alwaysMapped(this);
    }

    @Override
    public boolean needsOwnUsers() {
        return false;
    }

    @Override
    public boolean needsOwnProcesses() {
        return true;
    }

    @Override
    public Object look() {
        return planned.look();
    }

    @Override
    public boolean hasScratch() {
        return planned.hasScratch();
    }

    @Override
    @SuppressWarnings("exports")
    public void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId) {
        planned.contribute(plan, namespaces, setUserId);
    }

    @Override
    public String toString() {
        return planned.toString();
    }
}
