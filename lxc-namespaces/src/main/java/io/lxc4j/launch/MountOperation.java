package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * An operation on the file tree, while the host's can still be reached.
 *
 * <p>A target is an absolute path in the new root. It is resolved there, never in the host's tree.
 */
public sealed interface MountOperation extends Operation {
    @Override
    default Phase phase() {
        return Phase.MOUNTS;
    }

    /**
     * Opens a file or directory of the host as a mount of its own, with the process's own rights, while the host's mount tree is
     * as the host has it.
     *
     * @param handle what later operations know it as
     * @param path an absolute path of the host
     * @param recursive whether what is mounted below it comes along
     */
    record OpenTree(Handle handle, String path, boolean recursive) implements MountOperation {
        @Override
        public String summary() {
            return "opening the tree " + path;
        }
    }

    /** Cuts the mount tree off from the host's: no mount travels in either direction. */
    record IsolateMounts() implements MountOperation {
        @Override
        public String summary() {
            return "isolating the mount tree";
        }
    }

    /**
     * Mounts a tmpfs that vanishes with the process and can't be seen from inside. It holds what is written. It becomes the
     * working directory, so that relative paths in later mount options lie in it.
     *
     * @param bytes its size
     */
    record MountScratch(long bytes) implements MountOperation {
        @Override
        public String summary() {
            return "mounting the scratch tmpfs";
        }
    }

    /**
     * Makes a directory in the scratch tmpfs.
     *
     * @param path a relative path whose parent exists
     * @param mode its permissions
     */
    record MakeScratchDirectory(String path, int mode) implements MountOperation {
        @Override
        public String summary() {
            return "making the scratch directory " + path;
        }
    }

    /**
     * Puts a tree on a directory of the scratch tmpfs, where mount options can name it.
     *
     * @param tree what
     * @param path a relative path of a directory
     */
    record AttachToScratch(Tree tree, String path) implements MountOperation {
        @Override
        public String summary() {
            return "putting " + tree + " on the scratch directory " + path;
        }
    }

    /**
     * Makes a file system, while the scratch tmpfs can be reached, to be bound later.
     *
     * @param handle what later operations know it as
     * @param fileSystem what
     */
    record MakeFileSystem(Handle handle, FileSystem fileSystem) implements MountOperation {
        @Override
        public String summary() {
            return "making an " + fileSystem.type();
        }
    }

    /**
     * Enters a mount namespace, whose root directory becomes the new root. By a descriptor of its own, not the pidfd of a
     * process there, as the rights over that may be gone by now.
     *
     * @param namespace a handed descriptor of it
     */
    record EnterMounts(Handle namespace) implements MountOperation {
        @Override
        public String summary() {
            return "entering " + namespace;
        }
    }

    /**
     * Takes away what is mounted last on a file or directory of the new root, with what is mounted below it. What has a file
     * open there keeps it.
     *
     * @param target where, reached through no symbolic link
     */
    record Unmount(String target) implements MountOperation {
        @Override
        public String summary() {
            return "unmounting " + target;
        }
    }

    /**
     * Takes a directory of the scratch tmpfs as the new root.
     *
     * @param path a relative path
     */
    record RootFromScratch(String path) implements MountOperation {
        @Override
        public String summary() {
            return "taking the scratch directory " + path + " as the root";
        }
    }

    /**
     * Takes a directory of the host, with what is mounted below it, as the new root.
     *
     * @param tree the directory
     */
    record RootFromDirectory(Tree tree) implements MountOperation {
        @Override
        public String summary() {
            return "taking " + tree + " as the root";
        }
    }

    /**
     * Takes a new file system as the new root.
     *
     * @param fileSystem what is mounted
     */
    record RootFromFileSystem(FileSystem fileSystem) implements MountOperation {
        @Override
        public String summary() {
            return "mounting the root " + fileSystem.type();
        }
    }

    /**
     * Mounts an overlay of many layers as the new root, by {@code mount(2)}, whose options may take a page where those of
     * {@code fsconfig(2)} take 255 bytes.
     *
     * @param directory a directory of the scratch tmpfs that the paths in the options begin at
     * @param target another one, which it is mounted on
     * @param options the options, at most 4095 bytes
     * @param flags {@code MS_*}
     */
    record RootFromOverlay(String directory, String target, String options, Constant flags) implements MountOperation {
        @Override
        public String summary() {
            return "mounting the root overlay";
        }
    }

    /**
     * Takes from the root what a container must not have of it, with all that is mounted below.
     *
     * @param readOnly whether nothing can be written to it
     * @param setUserId whether set-user-id programs act; devices never do
     */
    record RestrictRoot(boolean readOnly, boolean setUserId) implements MountOperation {
        @Override
        public String summary() {
            return readOnly ? "making the root read-only" : "making the root one without devices";
        }
    }

    /**
     * Makes a directory; one that exists is left as it is.
     *
     * @param target where
     * @param mode its permissions
     */
    record MakeDirectory(String target, int mode) implements MountOperation {
        @Override
        public String summary() {
            return "making the directory " + target;
        }
    }

    /**
     * Makes an empty file to mount on; one that exists is left as it is.
     *
     * @param target where
     */
    record MakeFile(String target) implements MountOperation {
        @Override
        public String summary() {
            return "making the file " + target;
        }
    }

    /**
     * Makes a symbolic link.
     *
     * @param target where
     * @param content what it points to
     */
    record MakeLink(String target, String content) implements MountOperation {
        @Override
        public String summary() {
            return "linking " + target + " to " + content;
        }
    }

    /**
     * Mounts a new file system.
     *
     * @param fileSystem what
     * @param target where; a directory that exists, reached through no symbolic link, or one that is to be made if it is missing;
     *     then symbolic links on the way are resolved in the new root
     * @param missing what is done if it is missing
     */
    record Mount(FileSystem fileSystem, String target, Missing missing) implements MountOperation {
        /**
         * Mounts on a directory that exists, reached through no symbolic link.
         *
         * @param fileSystem what
         * @param target where
         */
        public Mount(FileSystem fileSystem, String target) {
            this(fileSystem, target, Missing.REFUSED);
        }

        @Override
        public String summary() {
            return "mounting " + fileSystem.type() + " on " + target;
        }
    }

    /**
     * Mounts cgroup hierarchies below a tmpfs, as the process's cgroup namespace shows them; all of it is read-only.
     *
     * @param target where; a directory that exists, reached through no symbolic link
     * @param hierarchies each a directory of the tmpfs
     */
    record MountCgroups(String target, List<Hierarchy> hierarchies) implements MountOperation {
        /** Makes the list immutable. */
        public MountCgroups {
            hierarchies = List.copyOf(hierarchies);
        }

        /**
         * One hierarchy.
         *
         * @param directory the name of its directory
         * @param links other names for it
         * @param fileSystem what is mounted
         */
        public record Hierarchy(String directory, List<String> links, FileSystem fileSystem) {
            /** Makes the list immutable. */
            public Hierarchy {
                links = List.copyOf(links);
            }
        }

        @Override
        public String summary() {
            return "mounting cgroups on " + target;
        }
    }

    /** Opens {@code sys} of the proc that was mounted last, for {@link Operation.SetSysctl}, whatever is mounted over it later. */
    record OpenSysctls() implements MountOperation {
        @Override
        public String summary() {
            return "opening the sysctls";
        }
    }

    /**
     * Mounts a file or directory of the host, with what is mounted below it.
     *
     * @param source what
     * @param target where; symbolic links on the way are resolved in the new root
     * @param missing what is done if it is missing
     * @param flags what is set on all that is mounted
     */
    record Bind(Tree source, String target, Missing missing, MountFlags flags) implements MountOperation {
        /**
         * Mounts on what exists.
         *
         * @param source what
         * @param target where; symbolic links on the way are resolved in the new root
         * @param attributes {@code MOUNT_ATTR_*} set on all that is mounted
         */
        public Bind(Tree source, String target, Constant attributes) {
            this(source, target, Missing.REFUSED, MountFlags.of(attributes));
        }

        @Override
        public String summary() {
            return "binding " + source + " on " + target;
        }
    }

    /**
     * Mounts a {@code /dev} of its own: the standard devices, pseudo terminals, shared memory and links.
     *
     * @param devices the devices
     * @param mayMakeNodes whether the process may make device nodes; else the host's are bound
     */
    record MountDev(List<CharacterDevice> devices, boolean mayMakeNodes) implements MountOperation {
        /** Makes the list immutable. */
        public MountDev {
            devices = List.copyOf(devices);
        }

        @Override
        public String summary() {
            return "making /dev";
        }
    }

    /**
     * Mounts a directory of the scratch tmpfs.
     *
     * @param path a relative path
     * @param target where; a directory that exists, reached through no symbolic link
     */
    record BindScratch(String path, String target) implements MountOperation {
        @Override
        public String summary() {
            return "mounting the scratch directory " + path + " on " + target;
        }
    }

    /**
     * Makes a file or directory of the new root read-only, with what is mounted below it, by a mount of it onto itself. What is
     * missing needs no protection.
     *
     * @param target where
     * @param fixed whether it is reached through no symbolic link; else links are resolved in the new root
     */
    record ProtectFromWrites(String target, boolean fixed) implements MountOperation {
        @Override
        public String summary() {
            return "making " + target + " read-only";
        }
    }

    /**
     * Makes a mount of a file system with parts that are read-only, and parts that are hidden behind empty ones. It is attached
     * nowhere yet. What is missing needs neither.
     *
     * @param handle names the mount
     * @param fileSystem what is mounted
     * @param readOnly paths in it, without a slash at the beginning
     * @param masked paths in it
     */
    record MakeProtected(Handle handle, FileSystem fileSystem, List<String> readOnly, List<String> masked)
            implements MountOperation {
        /** Makes the lists immutable. */
        public MakeProtected {
            readOnly = List.copyOf(readOnly);
            masked = List.copyOf(masked);
        }

        @Override
        public String summary() {
            return "making a mount of " + fileSystem.type() + ", with parts read-only and hidden";
        }
    }

    /**
     * Hides what a file or directory of the new root holds behind an empty one. What is missing needs no hiding.
     *
     * @param target where
     * @param fixed whether it is reached through no symbolic link; else links are resolved in the new root
     */
    record Mask(String target, boolean fixed) implements MountOperation {
        @Override
        public String summary() {
            return "masking " + target;
        }
    }

    /**
     * A file system to mount.
     *
     * @param type its name in {@code /proc/filesystems}
     * @param options its options, in order; an empty value is a flag
     * @param attributes {@code MOUNT_ATTR_*} of the mount
     */
    record FileSystem(String type, SequencedMap<String, String> options, Constant attributes) {
        /** Makes the options immutable. */
        public FileSystem {
            options = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(options));
        }

        /**
         * A file system with its options in a row.
         *
         * @param type its name in {@code /proc/filesystems}
         * @param attributes {@code MOUNT_ATTR_*} of the mount
         * @param options a key, its value, the next key, and so on
         * @return the file system
         */
        public static FileSystem of(String type, Constant attributes, String... options) {
            SequencedMap<String, String> map = new LinkedHashMap<>();
            for (int i = 0; i < options.length; i += 2) {
                map.put(options[i], options[i + 1]);
            }
            return new FileSystem(type, map, attributes);
        }
    }

    /**
     * A device node.
     *
     * @param name its name below {@code /dev}
     * @param major its major number
     * @param minor its minor number
     */
    record CharacterDevice(String name, int major, int minor) {}
}
