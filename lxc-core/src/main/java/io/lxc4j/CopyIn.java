package io.lxc4j;

import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_TRUNC;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.launch.RemoteHand;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies from the host into a container. All that is made there is made by a hand, in directories that it holds. */
final class CopyIn {
    private static final Constant HERE = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS);

    private final RemoteHand hand;

    CopyIn(RemoteHand hand) {
        this.hand = hand;
    }

    void copy(Path source, String target) {
        InsidePlace place = InsidePlace.of(target);
        String doing = "copying " + source + " to " + target + " inside";
        try (RemoteHand.Grip parent = place.open(hand, doing)) {
            copy(doing, source, parent, place.name());
        } catch (SystemCallException e) {
            throw new ContainerException(doing + ": " + e.getMessage(), e);
        }
    }

    private void copy(String doing, Path source, RemoteHand.Grip directory, String name) {
        if (Files.isSymbolicLink(source)) {
            hand.makeLink(doing, content(doing, source), directory, name);
            return;
        }
        Constant how = Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK);
        try (Fd opened = Kernel.open(source.toAbsolutePath().toString(), how, 0)) {
            FileStatus status = FileStatus.of(opened);
            if (status.isDirectory()) {
                directory(doing, source, status, directory, name);
            } else if (status.isRegular()) {
                file(doing, opened, status, directory, name);
            } else {
                throw new ContainerException(doing + ": " + source + " is no file, directory or symbolic link");
            }
        }
    }

    private static String content(String doing, Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new ContainerException(doing + ": reading the symbolic link " + link, e);
        }
    }

    private void directory(String doing, Path source, FileStatus status, RemoteHand.Grip directory, String name) {
        try {
            hand.makeDirectory(doing, directory, name, status.permissions());
        } catch (LaunchException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        try (RemoteHand.Grip made =
                        hand.open(doing, directory, name, Constant.or(O_PATH, O_DIRECTORY, O_NOFOLLOW), 0, HERE);
                DirectoryStream<Path> entries = Files.newDirectoryStream(source)) {
            for (Path entry : entries) {
                copy(doing, entry, made, entry.getFileName().toString());
            }
        } catch (IOException e) {
            throw new ContainerException(doing + ": listing " + source, e);
        }
    }

    private void file(String doing, Fd source, FileStatus status, RemoteHand.Grip directory, String name) {
        Constant how = Constant.or(O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK);
        try (RemoteHand.Grip made = hand.open(doing, directory, name, how, status.permissions(), HERE);
                Fd target = hand.fetch(made)) {
            if (!FileStatus.of(target).isRegular()) {
                throw new ContainerException(doing + ": " + name + " is there and no file");
            }
            OpenFile.copy(source, target, status.size());
        }
    }
}
