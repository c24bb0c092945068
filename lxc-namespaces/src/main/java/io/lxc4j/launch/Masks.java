package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.S_IFREG;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Sys;
import org.jspecify.annotations.Nullable;

/**
 * Hides files and directories behind an empty file and an empty directory of a tmpfs of their own, which goes away with the
 * old root. No device of the host is needed for that, so none can be a false one.
 */
final class Masks {
    private static final String EMPTY_DIRECTORY = "directory";
    private static final String EMPTY_FILE = "file";

    private final Rows rows;
    private final Places places;
    private final MountCompiler mounts;
    private Argument.@Nullable Register fileSystem;

    Masks(Rows rows, Places places, MountCompiler mounts) {
        this.rows = rows;
        this.places = places;
        this.mounts = mounts;
    }

    /** Makes what the masks are taken from, if it is not there yet. */
    void prepare() {
        var _ = fileSystem();
    }

    void mask(String target, Constant resolution) {
        Argument masks = result(fileSystem());
        Row.Label isFile = new Row.Label();
        Row.Label done = new Row.Label();
        Argument directory = places.find(target, O_DIRECTORY, resolution, isFile, Errno.ENOTDIR, Errno.ENOENT);
        cover(masks, EMPTY_DIRECTORY, directory);
        rows.add(Sys.GETPID).onValue(done); // never 0: a jump
        rows.place(isFile);
        Argument file = places.find(target, Constant.or(), resolution, done, Errno.ENOTDIR, Errno.ENOENT);
        cover(masks, EMPTY_FILE, file);
        rows.place(done);
    }

    private void cover(Argument masks, String name, Argument place) {
        Argument.Register mask = rows.register("mask");
        mounts.openTree(masks, name, false, mask);
        mounts.attach(result(mask), place, MountCompiler.EMPTY);
    }

    private Argument.Register fileSystem() {
        Argument.Register known = fileSystem;
        if (known == null) {
            known = rows.register("masks");
            mounts.create(
                    MountOperation.FileSystem.of(
                            "tmpfs",
                            Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC),
                            "size",
                            "4096",
                            "nr_inodes",
                            "4"),
                    known);
            rows.add(Sys.MKDIRAT, result(known), text(EMPTY_DIRECTORY), octal(0555));
            rows.add(Sys.MKNODAT, result(known), text(EMPTY_FILE), octal(S_IFREG.value() | 0444), number(0));
            mounts.makeReadOnly(result(known));
            mounts.stage(known); // until Linux 6.15 nothing can be copied of what is attached nowhere
            fileSystem = known;
        }
        return known;
    }
}
