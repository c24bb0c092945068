package io.lxc4j;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small image with a shell, and some files to change. */
final class BusyboxImage {
    private BusyboxImage() {}

    /** Imports it; it needs {@code Requirement.BUSYBOX}. */
    static Image importTo(LayerStore store, Path temporary) throws IOException {
        Path tree = Files.createDirectories(temporary.resolve("busybox"));
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; mkdir -p bin etc/dir proc sys dev tmp srv; cp /bin/busybox bin; chmod 1777 tmp; for"
                            + " each in sh cat ls id rm touch stat mv ln mkdir rmdir chown chmod sleep mknod find sort"
                            + " readlink sync; do ln -sf busybox bin/$each; done; echo one > etc/a; echo two > etc/b;"
                            + " echo three > etc/dir/c; echo four > etc/dir/d; ln -s a etc/link",
                        tree.toString())
                .orFail();
        return store.importTree(tree, "busybox:1");
    }
}
