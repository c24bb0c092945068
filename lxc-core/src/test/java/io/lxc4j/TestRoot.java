package io.lxc4j;

import io.lxc4j.layers.RootFileSystem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A directory that serves as a root: the host's programs are bound into it. */
final class TestRoot {
    private final Path directory;

    private TestRoot(Path directory) {
        this.directory = directory;
    }

    /** Makes a root in an empty directory, with more directories at its top. */
    static TestRoot in(Path directory, String... more) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("proc", "sys", "dev", "usr", "tmp")) {
            Files.createDirectory(directory.resolve(name));
        }
        for (String name : more) {
            Files.createDirectory(directory.resolve(name));
        }
        try (DirectoryStream<Path> top = Files.newDirectoryStream(Path.of("/"), "{bin,sbin,lib*}")) {
            for (Path entry : top) {
                Path place = directory.resolve(entry.getFileName());
                if (Files.isSymbolicLink(entry)) {
                    Files.createSymbolicLink(place, Files.readSymbolicLink(entry));
                } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(place);
                }
            }
        }
        return new TestRoot(directory);
    }

    /** A root that was made before. */
    static TestRoot at(Path directory) {
        return new TestRoot(directory);
    }

    Path directory() {
        return directory;
    }

    ContainerBuilder readOnly() throws IOException {
        return bind(Container.builder().root(RootFileSystem.readOnly(directory)));
    }

    ContainerBuilder copyOnWrite() throws IOException {
        return bind(Container.builder().root(RootFileSystem.copyOnWrite(directory)));
    }

    private ContainerBuilder bind(ContainerBuilder builder) throws IOException {
        builder.bind(Path.of("/usr"), "/usr");
        try (DirectoryStream<Path> own = Files.newDirectoryStream(directory, "{bin,sbin,lib*}")) {
            for (Path entry : own) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    builder.bind(Path.of("/").resolve(entry.getFileName()), "/" + entry.getFileName());
                }
            }
        }
        return builder;
    }
}
