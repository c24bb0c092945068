package io.lxc4j.layers;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link Mount} shows. */
sealed interface MountSource {
    /** A file or directory of the host. */
    record Bind(Path path, boolean recursive, boolean idMapped) implements MountSource {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** A device node of the host. */
    record Device(Path path) implements MountSource {
        @Override
        public String toString() {
            return "the device " + path;
        }
    }

    /** Memory. */
    record Tmpfs(long sizeBytes, long inodes, int mode) implements MountSource {
        @Override
        public String toString() {
            return "a tmpfs of " + sizeBytes + " bytes";
        }
    }

    /** A view of the kernel's own. */
    enum Pseudo implements MountSource {
        PROC("proc"),
        SYSFS("sysfs"),
        MQUEUE("mqueue"),
        DEVPTS("devpts"),
        CGROUP("cgroup2");

        private final String type;

        Pseudo(String type) {
            this.type = type;
        }

        @Override
        public String toString() {
            return type;
        }
    }

    /**
     * Directories of the host, merged.
     *
     * @param lower from the topmost to the lowest
     * @param upper takes what is written; null if nothing is
     */
    record Overlay(List<Path> lower, @Nullable Upper upper, boolean idMapped) implements MountSource {
        @Override
        public String toString() {
            return "an overlay of " + lower + (upper == null ? "" : " and " + upper.upper);
        }
    }

    /** Two directories in one. */
    record Upper(Path upper, Path work) {
        Path parent() {
            return upper.resolveSibling("");
        }
    }
}
