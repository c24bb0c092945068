package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.LayerSource;
import java.nio.file.Path;
import java.util.List;

/**
 * Mounts the layers over each other; what is written lies in a directory of its own.
 *
 * @param image whose layers
 */
record OverlayDriver(Image image) implements Driver {
    @Override
    public void prepare(HeldLayer held, boolean isVolatile) {
        if (held.isCopy()) {
            throw new ContainerException("starting a container with the writable layer in " + held.data()
                    + ": it is a copy of its image's files, and can't be mounted over them; open the store with"
                    + " LayerDriver.AUTOMATIC or COPY");
        }
        UpperFileSystems.check(held.data());
        held.prepare(isVolatile);
    }

    @Override
    public RootFileSystem root(Path data, boolean isVolatile) {
        return image.rootKeptIn(data, isVolatile);
    }

    @Override
    public List<Change> changes(HeldLayer held) {
        return List.copyOf(TreeDiff.written(image.layerDirectories(), image.layersBelow(held.upper())));
    }

    @Override
    public LayerSource layer(ImageMaker maker, HeldLayer held) {
        return maker.tree(held.upper());
    }
}
