package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_IN_ROOT;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;
import static io.lxc4j.kernel.Constants.S_IFREG;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Sys;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds and makes places in the new root, as descriptors. Another container may have a directory of it, too, and swap what
 * lies there for symbolic links meanwhile: so nothing is asked for twice, a name is made in a directory that is open, and only
 * the kernel follows links, within the new root.
 */
final class Places {
    /** Where fixed targets lie: no link is followed, so a hostile root can't lead elsewhere. */
    static final Constant STRICT = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS);

    /** Where a caller's targets lie: links are followed within the new root. */
    static final Constant WITHIN = Constant.or(RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS);

    private static final int TRIES = 4;

    private final Rows rows;
    private Argument root;

    Places(Rows rows, Argument root) {
        this.rows = rows;
        this.root = root;
    }

    /** A name in an open directory. */
    record Place(Argument directory, String name) {}

    Argument root() {
        return root;
    }

    void changeRoot(Argument newRoot) {
        root = newRoot;
    }

    /** The directory that a target lies in, links on the way being followed, and its name there. */
    Place parent(String target) {
        return parent(target, WITHIN);
    }

    /** The directory that a target lies in, and its name there. */
    Place parent(String target, Constant resolution) {
        int slash = target.lastIndexOf('/');
        String name = target.substring(slash + 1);
        return slash == 0
                ? new Place(root, name)
                : new Place(resolve(target.substring(0, slash), O_DIRECTORY, resolution), name);
    }

    /** Opens what exists. */
    Argument resolve(String target, Constant type, Constant resolution) {
        Argument.Register place = rows.register("at");
        Row.Label again = new Row.Label();
        rows.place(again);
        Row row = open(root, target.substring(1), type, resolution).into(place);
        if (resolution.equals(WITHIN)) {
            row.onError(again, Errno.EAGAIN);
        }
        return result(place);
    }

    /** Opens what may be missing; these errors lead to a label. */
    Argument find(String target, Constant type, Constant resolution, Row.Label missing, Errno... errors) {
        Argument.Register place = rows.register("at");
        Row.Label found = new Row.Label();
        tryToOpen(target.substring(1), type, resolution, place, found, errors);
        rows.last().onError(missing, errors);
        rows.place(found);
        return result(place);
    }

    /** Opens what may have to be made. */
    Argument resolve(String target, Missing missing) {
        return switch (missing) {
            case REFUSED -> resolve(target, Constant.or(), WITHIN);
            case DIRECTORY, FILE -> make(List.of(target.substring(1).split("/", -1)), missing);
        };
    }

    /** The longest part that exists is found from its end, and what is missing is made from there on. */
    private Argument make(List<String> names, Missing missing) {
        int count = names.size();
        List<Argument.Register> places =
                Stream.generate(() -> rows.register("at")).limit(count).toList();
        List<Row.Label> found = Stream.generate(Row.Label::new).limit(count).toList();
        for (int i = count - 1; i >= 0; i--) {
            String path = String.join("/", names.subList(0, i + 1));
            tryToOpen(path, Constant.or(), WITHIN, places.get(i), found.get(i), Errno.ENOENT);
            rows.last().tolerate(Errno.ENOENT);
        }
        Argument directory = root;
        for (int i = 0; i < count; i++) {
            makeHere(directory, names.get(i), i == count - 1 ? missing : Missing.DIRECTORY);
            open(directory, names.get(i), Constant.or(), STRICT).into(places.get(i));
            rows.place(found.get(i));
            directory = result(places.get(i));
        }
        return directory;
    }

    /** The kernel gives up where a link has ".." and anything on the host is renamed or mounted at that moment. */
    private void tryToOpen(
            String path,
            Constant type,
            Constant resolution,
            Argument.Register place,
            Row.Label found,
            Errno... errors) {
        for (int i = 1; i < TRIES && resolution.equals(WITHIN); i++) {
            open(root, path, type, resolution)
                    .into(place)
                    .tolerate(errors)
                    .tolerate(Errno.EAGAIN)
                    .onValue(found); // a descriptor is never 0
        }
        open(root, path, type, resolution).into(place).onValue(found);
    }

    private void makeHere(Argument directory, String name, Missing missing) {
        Row row = missing == Missing.FILE
                ? rows.add(Sys.MKNODAT, directory, text(name), octal(S_IFREG.value() | 0644), number(0))
                : rows.add(Sys.MKDIRAT, directory, text(name), octal(0755));
        row.tolerate(Errno.EEXIST);
    }

    private Row open(Argument directory, String path, Constant type, Constant resolution) {
        Constant[] flags =
                type.value() == 0 ? new Constant[] {O_PATH, O_CLOEXEC} : new Constant[] {O_PATH, O_CLOEXEC, type};
        return rows.open(directory, text(path), Constant.or(flags), resolution);
    }
}
