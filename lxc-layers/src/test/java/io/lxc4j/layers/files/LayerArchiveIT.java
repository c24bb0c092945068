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
    private static final String ODD_TREE = """
        mkdir -p d/e/f 'with space' $'new\\nline' $'\\xff\\xfe not utf-8' empty
        printf hello > file; chmod 4755 file
        printf x > d/e/f/x; ln d/e/f/x d/linked; ln d/e/f/x 'with space/linked too'
        ln -s ../nowhere d/dangling; ln -s /etc/passwd absolute; ln -s "$(printf 'l%.0s' {1..300})" longlink
        ln -s file $'\\xff\\xfe not utf-8/link'
        mkfifo pipe; : > empty-file
        long=$(printf 'n%.0s' {1..200}); mkdir -p $long/$long; printf deep > $long/$long/$long
        truncate -s 3M sparse; printf start | dd of=sparse conv=notrunc status=none
        printf end | dd of=sparse bs=1 seek=2000000 conv=notrunc status=none
        truncate -s 10M hole
        head -c 1000000 /dev/urandom > random
        setfattr -n user.text -v "a = b % c" file; setfattr -n user.binary -v 0x00ff80fe0a00 d
        setfattr -n user.empty file
        printf r > read-only; setfattr -n user.x -v y read-only; chmod 0444 read-only
        chmod 1777 empty; chmod 2755 d/e
        touch -hd '1970-01-01 00:00:00.000000001 UTC' d/dangling
        touch -d '2286-11-20 17:46:40.5 UTC' file; touch -d '1950-01-01 12:00:00.25 UTC' pipe
        touch -d '2001-02-03 04:05:06.789012345 UTC' d/e/f/x d/e/f d
        """;

    private static final String ROOTS_TREE = """
        mknod null c 1 3; mknod big b 300 100000; chown 12345:54321 file; chown -h 3000000000:4294967294 absolute
        setfattr -n security.capability -v 0x0100000280200000000000000000000000000000 random
        setfattr -n trusted.mine -v yes d
        setfattr -n system.posix_acl_access -v 0x0200000001000600ffffffff02000600e803000004000400ffffffff10000600ffffffff20000400ffffffff random
        """;

    @TempDir
    Path directory;

    private Path tree;
    private Path copy;

    @BeforeEach
    void make() throws Exception {
        tree = Files.createDirectory(directory.resolve("tree"));
        copy = Files.createDirectory(directory.resolve("copy"));
        Trees.shell(tree, Trees.asRoot() ? ODD_TREE + ROOTS_TREE : ODD_TREE);
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
