package io.lxc4j.layers.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A copy of what layers show")
@Timeout(120)
class TreeCopierIT {
    @TempDir
    Path directory;

    private Path mounted = Path.of("/nowhere");

    @AfterEach
    void unmount() {
        if (Files.exists(mounted)) {
            Command.run("umount", mounted.toString()).orFail();
        }
    }

    private Path mount(String format, String size) throws Exception {
        Requirement.LOOP_DEVICES.assume();
        Requirement.SHARING_FILE_SYSTEMS.assume();
        Path mountPoint = Files.createDirectory(directory.resolve("mounted"));
        Command.run(
                        "sh",
                        "-euc",
                        "truncate -s " + size + " $0; " + format + " $0; mount -o loop $0 $1",
                        directory.resolve("disk").toString(),
                        mountPoint.toString())
                .orFail();
        mounted = mountPoint;
        return mountPoint;
    }

    private static void copy(List<Path> layers, Path target, boolean isShared) {
        try (MergedTree files = new MergedTree(layers);
                TreeCopier copier = new TreeCopier(Trees.asRoot(), isShared)) {
            copier.copy(files, target);
        }
    }

    private static Path make(Path parent, String name) throws Exception {
        return Files.createDirectory(parent.resolve(name));
    }

    private static void assertSame(Path copy, Path original) {
        assertThat(Trees.list(copy).lines())
                .containsExactlyElementsOf(Trees.list(original).lines().toList());
    }

    @Test
    @DisplayName("is the same in all that there is of files")
    void odd() throws Exception {
        Path tree = make(directory, "tree");
        Trees.makeOdd(tree);
        Path copy = make(directory, "copy");
        copy(List.of(tree), copy, false);
        assertSame(copy, tree);
        String blocks = "stat -c %b " + "$0/hole";
        assertThat(Command.run("sh", "-c", blocks, copy.toString()).orFail()).isEqualTo("0\n");
    }

    @Test
    @DisplayName("has what several layers show, without what they hide")
    void layers() throws Exception {
        Requirement.ROOT.assume();
        Path lower = make(directory, "lower");
        Path upper = make(directory, "upper");
        Trees.makeOdd(lower);
        Trees.shell(
                upper,
                "mkdir d empty new; mknod file c 0 0; mknod d/linked c 0 0; setfattr -n trusted.overlay.opaque -v y"
                    + " empty; setfattr -n user.overlay.opaque -v y empty; echo x > empty/x; echo pipe > pipe; ln pipe"
                    + " new/pipe");
        Path copy = make(directory, "copy");
        copy(List.of(upper, lower), copy, false);
        assertThat(copy.resolve("file")).doesNotExist();
        assertThat(copy.resolve("d/linked")).doesNotExist();
        assertThat(copy.resolve("d/e/f/x")).hasContent("x");
        assertThat(copy.resolve("empty").toFile().list()).containsExactly("x");
        assertThat(Command.run("sh", "-c", "cd $0; [ pipe -ef new/pipe ] && getfattr -d -m - empty", copy.toString())
                        .orFail())
                .isEmpty();
    }

    @Test
    @DisplayName("is of the same files if nobody will write to them")
    void shared() throws Exception {
        Path tree = make(directory, "tree");
        Trees.makeOdd(tree);
        Path copy = make(directory, "copy");
        copy(List.of(tree), copy, true);
        assertThat(Command.run(
                                "sh",
                                "-c",
                                "cd $0; find . ! -type d | while read -r f; do [ $f -ef $1/$f ] || [ -L $f ] || echo"
                                        + " $f; done",
                                copy.toString(),
                                tree.toString())
                        .orFail()
                        .lines()
                        .filter(name -> name.matches("[./a-z-]+")))
                .isEmpty();
        assertSame(copy, tree);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfs.xfs -q -m reflink=1", "mkfs.btrfs -q"})
    @DisplayName("shares its room with the layers where the file system can, and is another file")
    void reflinks(String format) throws Exception {
        Path disk = mount(format, "400M");
        Path tree = make(disk, "tree");
        Trees.shell(tree, "head -c 40000000 /dev/urandom > large; setfattr -n user.a -v b large; chmod 640 large");
        String used = "sync -f $0; df --output=used -B1 $0 | tail -1";
        long before = Long.parseLong(
                Command.run("sh", "-c", used, disk.toString()).orFail().strip());
        Path copy = make(disk, "copy");
        copy(List.of(tree), copy, false);
        assertSame(copy, tree);
        long after = Long.parseLong(
                Command.run("sh", "-c", used, disk.toString()).orFail().strip());
        assertThat(after - before).isLessThan(5_000_000);
        Trees.shell(copy, "echo changed | dd of=large conv=notrunc status=none");
        assertThat(Trees.list(copy)).isNotEqualTo(Trees.list(tree));
    }

    @Test
    @DisplayName("fails when the disk is full, and says which file")
    void full() throws Exception {
        Path disk = mount("mkfs.btrfs -q", "120M");
        Path tree = make(directory, "tree");
        Trees.shell(tree, "head -c 150000000 /dev/urandom > large");
        assertThatThrownBy(() -> copy(List.of(tree), make(disk, "copy"), true))
                .isInstanceOf(LayerException.class)
                .hasMessageContaining("copying")
                .hasMessageContaining("large")
                .hasMessageContaining("ENOSPC");
    }
}
