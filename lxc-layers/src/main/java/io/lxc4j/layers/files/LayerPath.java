package io.lxc4j.layers.files;

import io.lxc4j.layers.tar.ByteStrings;
import java.util.ArrayList;
import java.util.List;

/**
 * A path in a layer.
 *
 * @param names the names on the way, strings of bytes, none of them {@code .} or {@code ..}; none at all for the root
 */
public record LayerPath(List<String> names) implements Comparable<LayerPath> {
    /** Makes the list immutable. */
    public LayerPath {
        names = List.copyOf(names);
    }

    /**
     * What the path of an archive's entry means: it begins at the layer's root, also if it is absolute, and must not go up.
     *
     * @throws LayerException if it has {@code ..}
     */
    static LayerPath of(String path) {
        List<String> names = new ArrayList<>();
        int at = 0;
        while (at <= path.length()) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(at, end);
            if (name.equals("..")) {
                throw new LayerException("the path " + ByteStrings.show(path) + " goes up, which no layer's needs");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
            at = end + 1;
        }
        return new LayerPath(names);
    }

    boolean isRoot() {
        return names.isEmpty();
    }

    int depth() {
        return names.size();
    }

    String name() {
        return names.getLast();
    }

    LayerPath parent() {
        return new LayerPath(names.subList(0, names.size() - 1));
    }

    LayerPath child(String name) {
        List<String> all = new ArrayList<>(names);
        all.add(name);
        return new LayerPath(all);
    }

    boolean startsWith(LayerPath other) {
        return names.size() >= other.names.size()
                && names.subList(0, other.names.size()).equals(other.names);
    }

    /** Compares name by name, so that what is in a directory follows it at once. */
    @Override
    public int compareTo(LayerPath other) {
        int common = Math.min(names.size(), other.names.size());
        for (int i = 0; i < common; i++) {
            int order = names.get(i).compareTo(other.names.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(names.size(), other.names.size());
    }

    /** Renders the path as a string of bytes, without a slash at either end; the root is empty. */
    @Override
    public String toString() {
        return String.join("/", names);
    }
}
