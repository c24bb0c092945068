package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a process does to itself on its way to its program. Operations are data: what asks for them says
 * what is wanted, and only the compiler knows the system calls.
 *
 * <p>A target is an absolute path in the new root. It is resolved there, never in the host's tree.
 */
public sealed interface Operation {
    /**
     * When it happens.
     *
     * @return its phase
     */
    Phase phase();

    /**
     * What is being done, as plans and errors name it.
     *
     * @return a phrase in the present participle, for instance {@code mounting proc on /proc}
     */
    String summary();

    /** An operation on the file tree. */
    sealed interface InTree extends Operation {
        @Override
        default Phase phase() {
            return Phase.MOUNTS;
        }
    }

    /** An operation on what the new root and the new namespaces hold. */
    sealed interface InSystem extends Operation {
        @Override
        default Phase phase() {
            return Phase.SYSTEM;
        }
    }

    /** Waits for the parent's word to go on, and ends if the parent ends. */
    record AwaitParent() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SYNCHRONISE;
        }

        @Override
        public String summary() {
            return "waiting for the parent's work to be done";
        }
    }

    /**
     * Takes on a user and a group.
     *
     * @param uid real, effective and saved user id, as seen in the user namespace
     * @param gid real, effective and saved group id
     * @param groups supplementary groups, or null to leave them, as a caller without privilege must
     */
    record SetIds(int uid, int gid, @Nullable List<Integer> groups) implements Operation {
        /** Makes the list immutable. */
        public SetIds {
            groups = groups == null ? null : List.copyOf(groups);
        }

        @Override
        public Phase phase() {
            return Phase.IDENTITY;
        }

        @Override
        public String summary() {
            return "taking on user " + uid + " and group " + gid;
        }
    }

    /** Makes the cgroup it is in the root of its view. */
    record NewCgroupNamespace() implements Operation {
        @Override
        public Phase phase() {
            return Phase.CGROUP;
        }

        @Override
        public String summary() {
            return "making a cgroup namespace";
        }
    }

    /** Leaves the parent's session and its controlling terminal. */
    record NewSession() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "leaving the parent's session";
        }
    }

    /** Has the kernel kill it when the parent ends. */
    record DieWithParent() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "arranging to die with the parent";
        }
    }

    /** Cuts the mount tree off from the host's: no mount travels in either direction. */
    record IsolateMounts() implements InTree {
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
    record MountScratch(long bytes) implements InTree {
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
    record MakeScratchDirectory(String path, int mode) implements InTree {
        @Override
        public String summary() {
            return "making the scratch directory " + path;
        }
    }

    /**
     * Takes a directory of the scratch tmpfs as the new root.
     *
     * @param path a relative path
     */
    record RootFromScratch(String path) implements InTree {
        @Override
        public String summary() {
            return "taking the scratch directory " + path + " as the root";
        }
    }

    /**
     * Takes a directory of the host, with what is mounted below it, as the new root.
     *
     * @param path an absolute path
     */
    record RootFromDirectory(String path) implements InTree {
        @Override
        public String summary() {
            return "taking " + path + " as the root";
        }
    }

    /**
     * Takes a new file system as the new root.
     *
     * @param fileSystem what is mounted
     */
    record RootFromFileSystem(FileSystem fileSystem) implements InTree {
        @Override
        public String summary() {
            return "mounting the root " + fileSystem.type();
        }
    }

    /** Makes all mounts of the new root, so far, read-only, and inert: no devices, no set-user-id. */
    record MakeRootReadOnly() implements InTree {
        @Override
        public String summary() {
            return "making the root read-only";
        }
    }

    /**
     * Makes a directory; one that exists is left as it is.
     *
     * @param target where
     * @param mode its permissions
     */
    record MakeDirectory(String target, int mode) implements InTree {
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
    record MakeFile(String target) implements InTree {
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
    record MakeLink(String target, String content) implements InTree {
        @Override
        public String summary() {
            return "linking " + target + " to " + content;
        }
    }

    /**
     * Mounts a new file system.
     *
     * @param fileSystem what
     * @param target where; a directory that exists, reached through no symbolic link
     */
    record Mount(FileSystem fileSystem, String target) implements InTree {
        @Override
        public String summary() {
            return "mounting " + fileSystem.type() + " on " + target;
        }
    }

    /**
     * Mounts a file or directory of the host, with what is mounted below it.
     *
     * @param source an absolute path of the host
     * @param target where; symbolic links on the way are resolved in the new root
     * @param attributes {@code MOUNT_ATTR_*} set on all that is mounted
     */
    record Bind(String source, String target, Constant attributes) implements InTree {
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
    record MountDev(List<CharacterDevice> devices, boolean mayMakeNodes) implements InTree {
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
    record BindScratch(String path, String target) implements InTree {
        @Override
        public String summary() {
            return "mounting the scratch directory " + path + " on " + target;
        }
    }

    /**
     * Makes a file or directory of the new root read-only by a mount of it onto itself. What is missing needs no
     * protection.
     *
     * @param target where; reached through no symbolic link
     */
    record ProtectFromWrites(String target) implements InTree {
        @Override
        public String summary() {
            return "making " + target + " read-only";
        }
    }

    /** Makes the new root the root of the process, and lets go of the host's mounts. */
    record PivotRoot() implements Operation {
        @Override
        public Phase phase() {
            return Phase.ROOT;
        }

        @Override
        public String summary() {
            return "changing to the new root";
        }
    }

    /**
     * Sets the host name.
     *
     * @param name 1 to 64 bytes
     */
    record SetHostName(String name) implements InSystem {
        @Override
        public String summary() {
            return "setting the host name " + name;
        }
    }

    /** Brings up the loopback device. */
    record BringUpLoopback() implements InSystem {
        @Override
        public String summary() {
            return "bringing up the loopback device";
        }
    }

    /**
     * Sets the file mode creation mask.
     *
     * @param mask permissions that new files don't get
     */
    record SetUmask(int mask) implements InSystem {
        @Override
        public String summary() {
            return "setting the umask";
        }
    }

    /**
     * Changes the working directory.
     *
     * @param path an absolute path in the new root
     */
    record ChangeDirectory(String path) implements Operation {
        @Override
        public Phase phase() {
            return Phase.DESCRIPTORS; // when no descriptor is left that a path below /proc could lead to
        }

        @Override
        public String summary() {
            return "changing to the working directory " + path;
        }
    }

    /** Closes every descriptor but the three standard streams. */
    record CloseDescriptors() implements Operation {
        @Override
        public Phase phase() {
            return Phase.DESCRIPTORS;
        }

        @Override
        public String summary() {
            return "closing descriptors";
        }
    }

    /** Forbids itself and its descendants to gain privileges by exec. */
    record ForbidNewPrivileges() implements Operation {
        @Override
        public Phase phase() {
            return Phase.CAPABILITIES;
        }

        @Override
        public String summary() {
            return "forbidding new privileges";
        }
    }

    /**
     * Gives up for good the capabilities that are not in a set: no exec brings them back. The ambient and the
     * inheritable set become empty.
     *
     * @param kept bit n is capability n; what the process has not got must not be in it
     */
    record LimitCapabilities(long kept) implements Operation {
        @Override
        public Phase phase() {
            return Phase.CAPABILITIES;
        }

        @Override
        public String summary() {
            return "limiting capabilities";
        }
    }

    /**
     * Becomes the program.
     *
     * @param file a path in the new root, or a name that is looked for in {@code path}
     * @param arguments the program's arguments, its own name first
     * @param environment entries {@code NAME=value}
     * @param path directories to search for a name without a slash
     */
    record Exec(String file, List<String> arguments, List<String> environment, List<String> path) implements Operation {
        /** Makes the lists immutable. */
        public Exec {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
            path = List.copyOf(path);
            if (path.isEmpty() && !file.contains("/")) {
                throw new IllegalArgumentException("no directories to search for " + file);
            }
        }

        @Override
        public Phase phase() {
            return Phase.EXEC;
        }

        @Override
        public String summary() {
            return file.contains("/")
                    ? "executing " + file
                    : "executing " + file + " (searched in " + String.join(":", path) + ")";
        }

        /** Shows all but the environment, which may hold secrets. */
        @Override
        public String toString() {
            return "Exec[" + file + " " + arguments + "]";
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
