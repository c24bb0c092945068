package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where all JVMs of a user look for what ids are taken: a directory that nobody else can put anything into.
 *
 * @param uid the user
 * @param base a directory that is there, of root or the user
 * @param names of the directories below it
 */
record LockDirectory(long uid, Path base, List<String> names) {
    private static final int WRITABLE_FOR_OTHERS = 022;
    private static final int STICKY = 01000;
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;

    /** {@code /run/lxc4j/ids} for root, else one in the user's directory for such files, else one for temporary files. */
    static LockDirectory of(Caller caller) {
        return of(
                caller.uid(),
                Path.of("/run"),
                System.getenv("XDG_RUNTIME_DIR"),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    static LockDirectory of(long uid, Path run, @Nullable String runtime, Path temporary) {
        if (uid == 0) {
            return new LockDirectory(uid, run, List.of("lxc4j", "ids"));
        }
        // The variable is unset in some sessions of a user who has the directory.
        Path usual = runtime != null && runtime.startsWith("/")
                ? Path.of(runtime)
                : run.resolve("user").resolve(Long.toString(uid));
        return Files.isWritable(usual)
                ? new LockDirectory(uid, usual, List.of("lxc4j", "ids"))
                : new LockDirectory(uid, temporary, List.of("lxc4j-" + uid, "ids"));
    }

    /** The directory's path, be it there or not. */
    Path path() {
        Path path = base;
        for (String name : names) {
            path = path.resolve(name);
        }
        return path;
    }

    /** Makes what is missing of it, and makes sure that it is the user's. */
    Path make() {
        try {
            requireSafeBase();
            Path path = base;
            for (String name : names) {
                path = path.resolve(name);
                try {
                    Files.createDirectory(
                            path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                } catch (FileAlreadyExistsException _) {
                    // by an earlier JVM, or by somebody who wants to deceive this one
                }
                requireOwn(path);
            }
            return path;
        } catch (IOException e) {
            throw new HostUnsupportedException(
                    "making the directory of id locks: " + e + "; user " + uid + " must be able to make " + path(), e);
        }
    }

    private void requireSafeBase() throws IOException {
        Inode inode = Inode.read(base);
        boolean others = (inode.mode & WRITABLE_FOR_OTHERS) != 0 && (inode.mode & STICKY) == 0;
        if (others || (inode.owner != 0 && inode.owner != uid)) {
            throw unsafe(base, inode);
        }
    }

    private void requireOwn(Path path) throws IOException {
        Inode inode = Inode.read(path, LinkOption.NOFOLLOW_LINKS);
        if (inode.owner != uid || (inode.mode & TYPE) != DIRECTORY || (inode.mode & WRITABLE_FOR_OTHERS) != 0) {
            throw unsafe(path, inode);
        }
    }

    /** Whose a file is, and what it is. */
    private record Inode(long owner, int mode) {
        static Inode read(Path path, LinkOption... options) throws IOException {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,mode", options);
            return new Inode(Integer.toUnsignedLong((int) Objects.requireNonNull(attributes.get("uid"))), (int)
                    Objects.requireNonNull(attributes.get("mode")));
        }
    }

    private HostUnsupportedException unsafe(Path path, Inode inode) {
        return new HostUnsupportedException(
                "making the directory of id locks: " + path + " belongs to user " + inode.owner
                        + " and has mode " + Integer.toOctalString(inode.mode)
                        + "; it must be a directory, no symbolic link, into which only user " + uid
                        + " can write; remove it, or set XDG_RUNTIME_DIR to another");
    }
}
