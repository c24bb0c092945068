package io.lxc4j.layers;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.FileSystemStatus;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which file systems can't take what an overlay writes. The kernel says no more than {@code EINVAL}.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html#upper-and-lower">overlayfs: upper and lower</a>
 */
final class UpperFileSystems {
    /** Magic numbers as in {@code linux/magic.h}: without whiteouts, attributes or file types in directories, or on top of one another. */
    private static final Map<Long, String> UNFIT = Map.of(
            0x794c7630L, "overlayfs",
            0x6969L, "NFS",
            0x65735546L, "FUSE",
            0xff534d42L, "CIFS",
            0xfe534d42L, "SMB",
            0x01021997L, "9p",
            0x4d44L, "FAT",
            0xf15fL, "eCryptfs");

    private UpperFileSystems() {}

    /** What a directory is on that an overlay can't write to; empty if it can. */
    static Optional<String> unfit(Path directory) {
        return Optional.ofNullable(UNFIT.get(FileSystemStatus.type(directory.toString())));
    }

    static void check(Path directory) {
        unfit(directory).ifPresent(unfit -> {
            throw new HostUnsupportedException("the store's directory " + directory + " is on " + unfit
                    + ", which overlayfs can't write to; open the store on ext4, XFS, Btrfs or tmpfs, or with"
                    + " LayerDriver.COPY, or start from the image's root(), which keeps what is written in memory");
        });
    }
}
