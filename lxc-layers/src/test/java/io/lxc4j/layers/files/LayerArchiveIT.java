package io.lxc4j.layers.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A layer's archive")
class LayerArchiveIT {
    @TempDir
    Path directory;

    private Path tree;
    private Path copy;

    @BeforeEach
    void make() throws Exception {
        tree = Files.createDirectory(directory.resolve("tree"));
        copy = Files.createDirectory(directory.resolve("copy"));
        Trees.makeOdd(tree);
    }

    static Stream<List<String>> formats() {
        return Stream.of(
                List.of("--format=pax", "--xattrs", "--xattrs-include=*"),
                List.of("--format=pax", "--xattrs", "--xattrs-include=*", "--sparse", "--sparse-version=1.0"),
                List.of("--format=pax", "--xattrs", "--xattrs-include=*", "--sparse", "--sparse-version=0.1"),
                List.of("--format=pax", "--xattrs", "--xattrs-include=*", "--sparse", "--sparse-version=0.0"),
                List.of("--format=gnu"),
                List.of("--format=gnu", "--sparse"));
    }

    private byte[] tar(List<String> options) throws Exception {
        Path archive = directory.resolve("archive.tar");
        List<String> command = Stream.of(
                        List.of("tar", "-C", tree.toString(), "-cf", archive.toString()), options, List.of("."))
                .flatMap(List::stream)
                .toList();
        Command.run(command).orFail();
        return Files.readAllBytes(archive);
    }

    /** The format of GNU has whole seconds and no attributes. */
    private void make_what_gnu_can_hold() {
        Trees.shell(tree, """
            find . -exec touch -hcd '2011-12-13 14:15:16 UTC' {} +
            find . -type f -exec setfattr -x user.text {} \\; -exec setfattr -x user.empty {} \\; 2>/dev/null || :
            chmod 0644 read-only; setfattr -x user.x read-only; chmod 0444 read-only
            setfattr -x user.binary d
            if [ -e null ]; then
                setfattr -x security.capability random; setfattr -x trusted.mine d; setfattr -x system.posix_acl_access random
                find . -exec touch -hcd '2011-12-13 14:15:16 UTC' {} +
            fi
            """);
    }

    @ParameterizedTest
    @MethodSource("formats")
    @DisplayName("of GNU tar is unpacked to the same files")
    void of_gnu_tar(List<String> options) throws Exception {
        if (options.contains("--format=gnu")) {
            make_what_gnu_can_hold();
        }
        UnpackResult result = Trees.unpack(tar(options), copy);
        assertThat(Trees.list(copy)).isEqualTo(Trees.list(tree));
        assertThat(result.implied()).isEmpty();
        assertThat(result.unkept().size() == 0).as("all is kept").isEqualTo(Trees.asRoot());
        assertThat(blocks(copy.resolve("hole")))
                .as("blocks of a file that is a hole")
                .isZero();
    }

    private static long blocks(Path file) {
        return Long.parseLong(
                Command.run("stat", "-c", "%b", file.toString()).orFail().strip());
    }

    @Test
    @DisplayName("is unpacked by GNU tar to the same files")
    void for_gnu_tar() throws Exception {
        Path archive = Files.write(directory.resolve("ours.tar"), Trees.pack(tree));
        Command.run(
                        "tar",
                        "-C",
                        copy.toString(),
                        "--xattrs",
                        "--xattrs-include=*",
                        "--same-owner",
                        "--numeric-owner",
                        "-xpf",
                        archive.toString())
                .orFail();
        assertThat(Trees.list(copy)).isEqualTo(Trees.list(tree));
    }

    @Test
    @DisplayName("has the same bytes whenever the same files are packed")
    void reproducible() throws Exception {
        byte[] once = Trees.pack(tree);
        Trees.unpack(once, copy);
        assertThat(Trees.list(copy)).isEqualTo(Trees.list(tree));
        assertThat(Trees.pack(copy)).isEqualTo(once);
    }
}
