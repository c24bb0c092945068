package io.lxc4j.layers.files;

import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarType;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a layer's archive makes of each path, as {@link LayerUnpacker} would: which entry it has its content from, and what of lower layers
 * is hidden. The archive is one that has been unpacked, so no rule is checked again that does not matter here. Paths are without a slash at
 * either end.
 */
final class LayerNames {
    private static final int MOST_LINKS = 40;

    /** There is no entry of a directory that others only imply. */
    static final int IMPLIED = -1;

    private final SortedMap<String, Member> members = new TreeMap<>();
    private final SortedSet<String> whiteouts = new TreeSet<>();
    private final SortedSet<String> opaque = new TreeSet<>();

    /**
     * What is at a path.
     *
     * @param entry the number of the entry that makes it, from 0; of a hard link that of the file; of an implied directory {@link #IMPLIED}
     * @param directory whether it is one
     * @param target what a symbolic link leads to; else empty
     */
    record Member(int entry, boolean directory, String target) {}

    private LayerNames() {}

    static LayerNames read(TarReader archive) throws IOException {
        LayerNames names = new LayerNames();
        TarEntry entry;
        for (int number = 0; (entry = archive.next()) != null; number++) {
            if (number >= UnpackLimits.USUAL.entries()) {
                throw new LayerException("the layer has more than " + UnpackLimits.USUAL.entries() + " entries");
            }
            names.add(entry, number);
        }
        return names;
    }

    SortedMap<String, Member> members() {
        return members;
    }

    /** Paths that lower layers have no more. */
    SortedSet<String> whiteouts() {
        return whiteouts;
    }

    /** Directories that show nothing of lower layers. */
    SortedSet<String> opaque() {
        return opaque;
    }

    private void add(TarEntry entry, int number) {
        LayerPath path = LayerPath.of(entry.path());
        if (path.isRoot()) {
            members.put("", new Member(number, true, ""));
            return;
        }
        String name = path.name();
        if (Whiteout.isInternal(name)) {
            return;
        }
        String parent = directory(path.parent());
        if (name.equals(Whiteout.OPAQUE)) {
            opaque.add(parent);
            return;
        }
        var hidden = Whiteout.hidden(name);
        if (hidden.isPresent()) {
            hide(join(parent, hidden.get()));
        } else {
            put(join(parent, name), entry, number);
        }
    }

    private void hide(String path) {
        Member there = members.get(path);
        if (there == null) {
            whiteouts.add(path);
        } else if (there.directory) {
            opaque.add(path);
        }
    }

    private void put(String path, TarEntry entry, int number) {
        Member there = members.get(path);
        if (entry.type() == TarType.DIRECTORY) {
            if (whiteouts.remove(path)) {
                opaque.add(path);
            }
            members.put(path, new Member(number, true, ""));
            return;
        }
        if (there != null && there.directory) {
            members.subMap(path + "/", path + "0").clear(); // "0" comes after "/"
            whiteouts.subSet(path + "/", path + "0").clear();
            opaque.subSet(path, path + "0").removeIf(each -> each.equals(path) || each.startsWith(path + "/"));
        }
        whiteouts.remove(path);
        members.put(path, entry.type() == TarType.HARD_LINK ? linked(entry) : new Member(number, false, target(entry)));
    }

    private static String target(TarEntry entry) {
        return entry.type() == TarType.SYMBOLIC_LINK ? entry.linkTarget() : "";
    }

    private Member linked(TarEntry entry) {
        LayerPath target = LayerPath.of(entry.linkTarget());
        Member file = target.isRoot() ? null : members.get(join(directory(target.parent()), target.name()));
        if (file == null || file.directory) {
            throw new LayerException("the hard link " + ByteStrings.show(entry.path()) + " leads to "
                    + ByteStrings.show(entry.linkTarget()) + ", which is no file of this layer");
        }
        return file;
    }

    // ---- directories on the way, which may be links

    private String directory(LayerPath path) {
        String current = "";
        int[] links = {0};
        for (String name : path.names()) {
            current = enter(current, name, links);
        }
        return current;
    }

    private String enter(String directory, String name, int[] links) {
        String path = join(directory, name);
        Member there = members.get(path);
        if (there == null) {
            members.put(path, new Member(IMPLIED, true, ""));
            return path;
        }
        if (there.directory) {
            return path;
        }
        if (there.target.isEmpty() || ++links[0] > MOST_LINKS) {
            throw new LayerException("the path " + ByteStrings.show(path) + " is no directory");
        }
        String current = there.target.startsWith("/") ? "" : directory;
        for (String part : Arrays.asList(there.target.split("/", -1))) {
            if (part.equals("..")) {
                current = current.substring(0, Math.max(0, current.lastIndexOf('/')));
            } else if (!part.isEmpty() && !part.equals(".")) {
                current = enter(current, part, links);
            }
        }
        return current;
    }

    static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }
}
