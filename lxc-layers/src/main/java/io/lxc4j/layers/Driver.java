package io.lxc4j.layers;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.store.Store;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How an image's layers and what is written above them become one root, whose changes can be told. */
sealed interface Driver permits OverlayDriver, CopyDriver {
    /** Makes a held layer ready to be the root of a container. */
    void prepare(HeldLayer held, boolean isVolatile);

    /**
     * The root of a container.
     *
     * @param data the directory of a held layer, or what stands for it in a plan that is looked at only
     */
    RootFileSystem root(Path data, boolean isVolatile);

    /** What a container has changed, while nobody writes to it. */
    List<Change> changes(HeldLayer held);

    /** The same as a layer. */
    LayerSource layer(ImageMaker maker, HeldLayer held);

    /** Chooses. */
    static Driver of(Image image, Store store, LayerDriver wanted) {
        return switch (wanted) {
            case OVERLAY -> new OverlayDriver(image);
            case COPY -> new CopyDriver(image, false);
            case AUTOMATIC ->
                Choice.overlayCanWriteTo(store.root()) ? new OverlayDriver(image) : new CopyDriver(image, false);
        };
    }

    /** That of a layer which has been written to stays what it is. */
    static Driver of(Image image, HeldLayer held) {
        return held.isCopy() ? new CopyDriver(image, false) : new OverlayDriver(image);
    }

    /** What this machine can. */
    final class Choice {
        private static final Logger LOG = LoggerFactory.getLogger(LayerDriver.class);

        private static final Lazy<Boolean> HAS_OVERLAY = new Lazy<>(Choice::probe);

        private Choice() {}

        static boolean hasOverlay() {
            return HAS_OVERLAY.get();
        }

        /** Only root may ask; for others a start will tell. */
        private static boolean probe() {
            try (Arena arena = Arena.ofConfined()) {
                long opened = Kernel.tryCall(
                        Sys.FSOPEN, arena.allocateFrom("overlay").address(), Constants.FSOPEN_CLOEXEC.value());
                if (opened >= 0) {
                    new Fd((int) opened, "a new overlay").close();
                }
                if (opened == -Errno.ENODEV.number()) {
                    LOG.info("this kernel has no overlayfs; containers of images get copies of their files");
                }
                return opened != -Errno.ENODEV.number();
            }
        }

        static boolean overlayCanWriteTo(Path directory) {
            if (!hasOverlay()) {
                return false;
            }
            boolean can = UpperFileSystems.unfit(directory).isEmpty();
            if (!can) {
                LOG.debug(
                        "overlayfs can't write to {}, which is on {}; containers that do get copies of their image's"
                                + " files",
                        directory,
                        UpperFileSystems.unfit(directory).get());
            }
            return can;
        }
    }
}
