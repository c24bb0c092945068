package io.lxc4j.layers;

import io.lxc4j.layers.tar.ByteStrings;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is different about a path in a later version of a file system. Immutable.
 *
 * @see Versions#diff(Image, Image)
 */
public sealed interface Change {
    /**
     * Where.
     *
     * @return the path from the root, without a slash at either end, a character for each byte; empty for the root itself
     */
    String path();

    /**
     * A path that was not there.
     *
     * @param path where
     * @param now what is there
     */
    record Added(String path, FileMetadata now) implements Change {
        @Override
        public String toString() {
            return "A " + shown(path);
        }
    }

    /**
     * A path that is not there any more.
     *
     * @param path where
     * @param before what was there
     */
    record Deleted(String path, FileMetadata before) implements Change {
        @Override
        public String toString() {
            return "D " + shown(path);
        }
    }

    /**
     * A path where something else is, or the same with other properties.
     *
     * @param path where
     * @param before what was there
     * @param now what is there
     * @param aspects in what they differ, at least one
     */
    record Changed(String path, FileMetadata before, FileMetadata now, Set<Aspect> aspects) implements Change {
        /** Copies. */
        public Changed {
            aspects = Set.copyOf(aspects);
        }

        /** Nothing but when it was changed: that is so of each directory that has got or lost a name. */
        boolean isOfTimeOnly() {
            return aspects.equals(Set.of(Aspect.MODIFIED));
        }

        @Override
        public String toString() {
            return "C " + shown(path) + " "
                    + new TreeSet<>(aspects)
                            .stream()
                                    .map(aspect -> aspect.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(","));
        }
    }

    /** In what two files differ. */
    enum Aspect {
        /** What they are; all else is not compared then. */
        TYPE,
        /** The bytes of regular files, which have been read unless the sizes differ. */
        CONTENT,
        /** Permissions, set-user-id, set-group-id, sticky bit; links have none. */
        MODE,
        /** User or group. */
        OWNER,
        /** When the content was last changed, to the nanosecond. */
        MODIFIED,
        /** Extended attributes, capabilities and access control lists among them. */
        ATTRIBUTES,
        /** Where symbolic links lead. */
        LINK_TARGET,
        /** The numbers of devices. */
        DEVICE
    }

    private static String shown(String path) {
        String quoted = ByteStrings.show(path);
        return path.isEmpty() ? "/" : "/" + quoted.substring(1, quoted.length() - 1);
    }
}
