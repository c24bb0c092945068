package io.lxc4j;

import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_EXCL;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.launch.RemoteHand;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies from a container, which may be hostile, to the host. All is opened by a hand, and made anew by name in directories
 * that this made itself.
 */
final class CopyOut {
    private static final Constant HERE = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS);

    /** More than any honest tree has; a hostile one could be deeper than this JVM has descriptors. */
    private static final int MOST_LEVELS = 256;

    private static final int MOST_ENTRIES = 1_000_000;
    private static final int WRITABLE = 0700;
    private static final int FILE_OF_ITS_OWN = 0600;

    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

    private final RemoteHand hand;

    /** Whether what has the target's name was made here, and is to be taken away if the copy fails. */
    private boolean begun;

    CopyOut(RemoteHand hand) {
        this.hand = hand;
    }

    void copy(String source, Path target) {
        InsidePlace place = InsidePlace.of(source);
        String doing = "copying " + source + " from inside to " + target;
        Path absolute = target.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        if (directory == null || Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new ContainerException(doing + ": there is something of that name");
        }
        try (RemoteHand.Grip parent = place.open(hand, doing);
                Fd destination = Kernel.open(directory.toString(), Constant.or(O_PATH, O_DIRECTORY), 0)) {
            copy(
                    doing,
                    parent,
                    place.name(),
                    destination,
                    absolute.getFileName().toString(),
                    MOST_LEVELS);
        } catch (SystemCallException e) {
            removeIfBegun(absolute, e);
            throw new ContainerException(doing + ": " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            removeIfBegun(absolute, e);
            throw e;
        }
    }

    /** Takes a copy that failed half way away again. */
    private void removeIfBegun(Path copy, Throwable failure) {
        if (!begun) {
            return;
        }
        try {
            Files.walkFileTree(copy, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    Files.setPosixFilePermissions(directory, OWNERS); // it may have those of the original already
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (!(e instanceof AccessDeniedException)) {
                        throw e;
                    }
                    Files.setPosixFilePermissions(file, OWNERS); // a directory that can't be listed
                    Files.walkFileTree(file, this);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void copy(String doing, RemoteHand.Grip directory, String name, Fd destination, String copy, int levels) {
        try (RemoteHand.Grip grip =
                        hand.open(doing, directory, name, Constant.or(O_PATH, O_NOFOLLOW), 0, RESOLVE_BENEATH);
                Fd file = hand.fetch(grip)) {
            FileStatus status = FileStatus.of(file);
            if (status.isLink()) {
                OpenFile.makeLink(OpenFile.readLink(file), destination, copy);
                begun = true;
            } else if (status.isDirectory()) {
                if (levels == 0) {
                    throw new ContainerException(doing + ": more than " + MOST_LEVELS + " directories in each other");
                }
                directory(doing, grip, status, destination, copy, levels);
            } else if (status.isRegular()) {
                file(doing, directory, name, destination, copy);
            } else {
                throw new ContainerException(doing + ": " + name + " is no file, directory or symbolic link");
            }
        }
    }

    private void directory(
            String doing, RemoteHand.Grip directory, FileStatus status, Fd destination, String copy, int levels) {
        OpenFile.makeDirectory(destination, copy, WRITABLE);
        begun = true;
        try (Fd made = OpenFile.open(destination, copy, Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW), 0);
                RemoteHand.Grip listing =
                        hand.open(doing, directory, ".", Constant.or(O_RDONLY, O_DIRECTORY), 0, HERE);
                Fd entries = hand.fetch(listing)) {
            List<String> names = OpenFile.list(entries, MOST_ENTRIES + 1);
            if (names.size() > MOST_ENTRIES) {
                throw new ContainerException(doing + ": a directory with more than " + MOST_ENTRIES + " entries");
            }
            for (String entry : names) {
                copy(doing, directory, entry, made, entry, levels - 1);
            }
            OpenFile.permissions(made, status.permissions());
        }
    }

    /** It may be another by now; what is opened is looked at again. */
    private void file(String doing, RemoteHand.Grip directory, String name, Fd destination, String copy) {
        try (RemoteHand.Grip grip =
                        hand.open(doing, directory, name, Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK), 0, HERE);
                Fd source = hand.fetch(grip)) {
            FileStatus status = FileStatus.of(source);
            if (!status.isRegular()) {
                throw new ContainerException(doing + ": " + name + " has become something else");
            }
            Constant how = Constant.or(O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW);
            try (Fd made = OpenFile.open(destination, copy, how, FILE_OF_ITS_OWN)) {
                begun = true;
                OpenFile.copy(source, made, status.size());
                OpenFile.permissions(made, status.permissions());
            }
        }
    }
}
