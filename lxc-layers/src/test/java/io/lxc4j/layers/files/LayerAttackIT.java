package io.lxc4j.layers.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.RawArchive;
import io.lxc4j.layers.tar.RawArchive.Header;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The directory that is unpacked into lies beside files that no archive may touch. */
class LayerAttackIT {
    private static final String LONG = "x/".repeat(300);

    @TempDir
    Path directory;

    private Path target;
    private String outside;

    @BeforeEach
    void make() throws IOException {
        target = Files.createDirectory(directory.resolve("target"));
        Trees.shell(
                directory,
                "mkdir outside; echo secret > outside/file; chmod 600 outside/file; touch -d @1 outside/file outside");
        outside = listOutside();
    }

    private String listOutside() {
        return Trees.list(directory.resolve("outside"))
                + Command.run("ls", "-A", directory.toString()).orFail();
    }

    private static Arguments attack(String name, byte[] archive, String message) {
        return Arguments.of(name, archive, message);
    }

    private static RawArchive archive() {
        return new RawArchive();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                // paths
                attack("parent", archive().file("../outside/file", "x").end(), "goes up"),
                attack(
                        "parent in the middle",
                        archive()
                                .directory("a")
                                .file("a/../../outside/file", "x")
                                .end(),
                        "goes up"),
                attack("parent at the end", archive().directory("a/..").end(), "goes up"),
                attack(
                        "parent by PAX",
                        archive().pax("path=../outside/file").file("f", "x").end(),
                        "goes up"),
                attack(
                        "parent by GNU",
                        archive().text('L', "../outside/file\0").file("f", "x").end(),
                        "goes up"),
                attack(
                        "parent by prefix",
                        archive()
                                .add(new Header('0', "file").set(345, "../outside"))
                                .end(),
                        "goes up"),
                attack(
                        "absolute parent",
                        archive().file("/../outside/file", "x").end(),
                        "goes up"),
                attack(
                        "parent by a sparse name",
                        archive()
                                .pax(
                                        "GNU.sparse.major=1",
                                        "GNU.sparse.minor=0",
                                        "GNU.sparse.name=../outside/file",
                                        "GNU.sparse.realsize=0")
                                .add(new Header('0', "f").size(512), "0\n".getBytes(ByteStrings.BYTES))
                                .end(),
                        "goes up"),
                attack(
                        "directory above",
                        archive().add(new Header('5', "..").mode(0777)).end(),
                        "goes up"),
                attack(
                        "link with a parent in its name",
                        archive().symbolicLink("a/../../outside/l", "x").end(),
                        "goes up"),
                attack(
                        "NUL in a path",
                        archive().pax("path=a\0/../outside").file("f", "x").end(),
                        "NUL"),
                attack("no name", archive().add(new Header('0', "")).end(), "no name"),
                attack("root as a file", archive().file("./", "x").end(), "no directory"),
                attack("root as a link", archive().symbolicLink(".", "/").end(), "no directory"),
                attack(
                        "too deep",
                        archive()
                                .file(LONG.substring(0, 98), "x")
                                .pax("path=" + LONG + "f")
                                .file("f", "x")
                                .end(),
                        "directories deep"),
                attack(
                        "long name",
                        archive().pax("path=" + "n".repeat(300)).file("f", "x").end(),
                        "ENAMETOOLONG"),

                // links on the way
                attack(
                        "link to the outside and through it",
                        archive()
                                .symbolicLink("l", "../outside")
                                .file("l/file", "x")
                                .end(),
                        "l/file"),
                attack(
                        "absolute link and through it",
                        archive()
                                .symbolicLink("l", "/proc/self/cwd")
                                .file("l/x", "x")
                                .end(),
                        "l/x"),
                attack(
                        "link to /proc",
                        archive()
                                .symbolicLink("l", "/proc/self/root/etc")
                                .file("l/x", "x")
                                .end(),
                        "l/x"),
                attack(
                        "link to itself",
                        archive().symbolicLink("l", "l").file("l/x", "x").end(),
                        "ELOOP"),
                attack(
                        "file as a directory",
                        archive().file("f", "x").file("f/x", "y").end(),
                        "ENOTDIR"),

                // hard links
                attack(
                        "hard link to the outside",
                        archive().hardLink("l", "../outside/file").end(),
                        "goes up"),
                attack(
                        "hard link to an absolute path",
                        archive().hardLink("l", "/etc/shadow").end(),
                        "no file of this layer"),
                attack(
                        "hard link through a link",
                        archive()
                                .symbolicLink("d", "../outside")
                                .hardLink("l", "d/file")
                                .end(),
                        "l"),
                attack(
                        "hard link to nothing",
                        archive().hardLink("l", "missing").end(),
                        "no file of this layer"),
                attack("hard link to itself", archive().hardLink("l", "./l").end(), "leads to"),
                attack("hard link to the root", archive().hardLink("l", "/").end(), "leads to"),
                attack(
                        "hard link to a directory",
                        archive().directory("d").hardLink("l", "d").end(),
                        "no file of this layer"),
                attack(
                        "hard link to a whiteout",
                        archive().file(".wh.f", "").hardLink("l", "f").end(),
                        "no file of this layer"),
                attack(
                        "hard link without a target",
                        archive().add(new Header('1', "l")).end(),
                        "leads nowhere"),
                attack(
                        "link without a target",
                        archive().add(new Header('2', "l")).end(),
                        "leads nowhere"),

                // whiteouts
                attack("whiteout of nothing", archive().file("d/.wh.", "").end(), "hides no name"),
                attack("whiteout of itself", archive().file("d/.wh..", "").end(), "hides no name"),
                attack("whiteout of the one above", archive().file(".wh...", "").end(), "hides no name"),
                attack(
                        "opaque through a link",
                        archive()
                                .symbolicLink("l", "../outside")
                                .file("l/.wh..wh..opq", "")
                                .end(),
                        "l/"),
                attack(
                        "whiteout through a link",
                        archive()
                                .symbolicLink("l", "../outside")
                                .file("l/.wh.file", "")
                                .end(),
                        "l/"),
                attack(
                        "device that is a whiteout",
                        archive().add(new Header('3', "d").device(0, 0)).end(),
                        "0:0"),

                // attributes
                attack(
                        "opaque by attribute",
                        archive()
                                .pax("SCHILY.xattr.trusted.overlay.opaque=y")
                                .directory("d")
                                .end(),
                        "overlayfs could be told"),
                attack(
                        "redirect by attribute",
                        archive()
                                .pax("SCHILY.xattr.trusted.overlay.redirect=/etc")
                                .directory("d")
                                .end(),
                        "overlayfs could be told"),
                attack(
                        "metacopy by attribute",
                        archive()
                                .pax("SCHILY.xattr.user.overlay.metacopy=")
                                .file("f", "")
                                .end(),
                        "overlayfs could be told"),
                attack(
                        "origin by attribute",
                        archive()
                                .pax("SCHILY.xattr.user.overlay.origin=x")
                                .file("f", "")
                                .end(),
                        "overlayfs could be told"),
                attack(
                        "attribute of no kind",
                        archive().pax("SCHILY.xattr.nonsense=x").file("f", "").end(),
                        "nonsense"),
                attack(
                        "attribute too large",
                        archive()
                                .pax("SCHILY.xattr.user.x=" + "v".repeat(70_000))
                                .file("f", "")
                                .end(),
                        "user.x"),

                // numbers
                attack(
                        "uid beyond 32 bits",
                        archive().pax("uid=4294967296").file("f", "").end(),
                        "4294967296"),
                attack(
                        "uid that is -1",
                        archive().pax("uid=4294967295").file("f", "").end(),
                        "4294967295"),
                attack(
                        "gid that is negative",
                        archive().pax("gid=-5").file("f", "").end(),
                        "no number in range"),
                attack(
                        "negative size",
                        archive()
                                .add(new Header('0', "f").size("\u00ff".repeat(12)))
                                .end(),
                        "size -1"),
                attack(
                        "negative size by PAX",
                        archive().pax("size=-1").file("f", "").end(),
                        "no number in range"),
                attack(
                        "size beyond 64 bits",
                        archive()
                                .add(new Header('0', "f").size("\u0080\u00ff".repeat(6)))
                                .end(),
                        "too large"),
                attack(
                        "size of 8 EiB",
                        archive()
                                .add(new Header('0', "f").size("\u0080\0\0\0" + "\u007f" + "\u00ff".repeat(7)))
                                .end(),
                        "size"),
                attack(
                        "size that is text",
                        archive()
                                .add(new Header('0', "f").size("9zzzzzzzzzz\0"))
                                .end(),
                        "no number"),
                attack(
                        "time that is text",
                        archive().pax("mtime=yesterday").file("f", "").end(),
                        "no time"),
                attack(
                        "time beyond time",
                        archive().pax("mtime=99999999999999").file("f", "").end(),
                        "far away"),
                attack(
                        "time of a million digits",
                        archive()
                                .pax("mtime=1." + "1".repeat(100_000))
                                .file("f", "")
                                .end(),
                        "no time"),
                attack(
                        "device number too large",
                        archive().add(new Header('3', "d").device(1_048_576, 0)).end(),
                        "from 0 to"),

                // structure
                attack(
                        "no archive",
                        "this is no tar archive".repeat(100).getBytes(ByteStrings.BYTES),
                        "no tar archive"),
                attack(
                        "wrong checksum",
                        archive().add(new Header('0', "f").withoutChecksum()).end(),
                        "checksum"),
                attack("unknown type", archive().add(new Header('Z', "f")).end(), "unknown type"),
                attack(
                        "multi-volume",
                        archive().add(new Header('M', "f").size(1024)).end(),
                        "unknown type"),
                attack("cut off in a header", archive().file("f", "x").cutOff(1000), "cut off"),
                attack("cut off in data", archive().file("f", "x".repeat(5000)).cutOff(3000), "cut off"),
                attack("cut off in PAX", archive().pax("path=f").cutOff(500), "cut off"),
                attack(
                        "endless PAX",
                        archive().add(new Header('x', "h").size(1L << 33)).end(),
                        "bytes of names"),
                attack(
                        "endless long name",
                        archive().add(new Header('L', "h").size(1L << 33)).end(),
                        "bytes of names"),
                attack("PAX without an end", archive().text('x', "99 path=f\n").end(), "PAX"),
                attack(
                        "PAX with a length of 0",
                        archive().text('x', "0 path=f\n").end(),
                        "PAX"),
                attack(
                        "PAX with a negative length",
                        archive().text('x', "-9 path=f\n").end(),
                        "PAX"),
                attack("PAX without a value", archive().text('x', "7 path\n").end(), "PAX"),
                attack(
                        "PAX without a line end",
                        archive().text('x', "9 path=fx").end(),
                        "PAX"),

                // sparse files
                attack(
                        "sparse, overlapping",
                        archive()
                                .pax("GNU.sparse.map=0,10,5,10", "GNU.sparse.size=20")
                                .file("f", "x".repeat(20))
                                .end(),
                        "overlap"),
                attack(
                        "sparse, beyond its end",
                        archive()
                                .pax("GNU.sparse.map=100,10", "GNU.sparse.size=20")
                                .file("f", "x".repeat(10))
                                .end(),
                        "beyond its end"),
                attack(
                        "sparse, offset overflow",
                        archive()
                                .pax("GNU.sparse.map=9223372036854775807,10", "GNU.sparse.size=20")
                                .file("f", "x".repeat(10))
                                .end(),
                        "beyond its end"),
                attack(
                        "sparse, less data than it says",
                        archive()
                                .pax("GNU.sparse.map=0,30", "GNU.sparse.size=30")
                                .file("f", "x".repeat(20))
                                .end(),
                        "by its map"),
                attack(
                        "sparse, odd map",
                        archive()
                                .pax("GNU.sparse.map=0,1,2", "GNU.sparse.size=30")
                                .file("f", "x")
                                .end(),
                        "offsets and lengths"),
                attack(
                        "sparse, a length first",
                        archive().pax("GNU.sparse.numbytes=1").file("f", "x").end(),
                        "do not match"),
                attack(
                        "sparse, unknown format",
                        archive()
                                .pax("GNU.sparse.major=2", "GNU.sparse.realsize=1")
                                .file("f", "x")
                                .end(),
                        "only 0.0, 0.1 and 1.0"),
                attack(
                        "sparse, map that is none",
                        archive()
                                .pax("GNU.sparse.major=1", "GNU.sparse.realsize=1")
                                .file("f", "x")
                                .end(),
                        "map"),
                attack(
                        "sparse, more parts than there are",
                        archive()
                                .pax("GNU.sparse.major=1", "GNU.sparse.realsize=1")
                                .file("f", "99999999999\n")
                                .end(),
                        "parts"));
    }

    @ParameterizedTest(name = "tar-traversal, whiteout-traversal, hostile-overlay-xattr: {0}")
    @MethodSource
    void refused(String name, byte[] archive, String message) {
        assertThatThrownBy(() -> Trees.unpack(archive, target))
                .isInstanceOfAny(LayerException.class, IOException.class)
                .hasMessageContaining(message);
        assertThat(listOutside()).isEqualTo(outside);
    }

    static Stream<Arguments> taken() {
        return Stream.of(
                attack("absolute path", archive().file("/etc/passwd", "mine").end(), "etc/passwd"),
                attack(
                        "link to the outside alone",
                        archive().symbolicLink("l", "../outside/file").end(),
                        "l"),
                attack(
                        "link replaced by a file",
                        archive()
                                .symbolicLink("l", "../outside/file")
                                .file("l", "mine")
                                .end(),
                        "l"),
                attack(
                        "link replaced by a directory",
                        archive()
                                .symbolicLink("l", "../outside")
                                .directory("l")
                                .file("l/file", "mine")
                                .end(),
                        "l/file"),
                attack(
                        "link replaced half way",
                        archive()
                                .directory("d")
                                .file("d/a", "1")
                                .symbolicLink("d", "../outside")
                                .directory("d")
                                .file("d/file", "mine")
                                .end(),
                        "d/file"),
                attack(
                        "hard link replaced by a file",
                        archive()
                                .file("a", "1")
                                .hardLink("b", "a")
                                .file("b", "mine")
                                .end(),
                        "b"),
                attack(
                        "hard link to a link",
                        archive()
                                .symbolicLink("a", "../outside/file")
                                .hardLink("b", "a")
                                .end(),
                        "b"),
                attack(
                        "link within the layer and through it",
                        archive()
                                .directory("usr/lib")
                                .symbolicLink("lib", "/usr/lib")
                                .file("lib/x", "mine")
                                .end(),
                        "usr/lib/x"),
                attack(
                        "directory replaced by a file",
                        archive()
                                .directory("d")
                                .file("d/x", "1")
                                .file("d", "mine")
                                .end(),
                        "d"),
                attack(
                        "pipe replaced by a file",
                        archive().add(new Header('6', "p")).file("p", "mine").end(),
                        "p"),
                attack(
                        "control characters",
                        archive().file("a\nb\u001b[2J", "mine").end(),
                        "a\nb\u001b[2J"));
    }

    @ParameterizedTest(name = "tar-traversal: {0} stays inside")
    @MethodSource
    void taken(String name, byte[] archive, String path) throws IOException {
        Trees.unpack(archive, target);
        assertThat(Files.exists(target.resolve(path), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(listOutside()).isEqualTo(outside);
    }

    @Test
    @DisplayName("bombs: bytes, entries and depth are limited")
    void bombs() {
        UnpackLimits limits = new UnpackLimits(1000, 10, 3);
        assertThatThrownBy(() ->
                        Trees.unpack(archive().file("f", "x".repeat(1001)).end(), target, limits))
                .hasMessageContaining("more than 1000 bytes");
        RawArchive many = archive();
        for (int i = 0; i < 11; i++) {
            many.file("f" + i, "");
        }
        assertThatThrownBy(() -> Trees.unpack(many.end(), target, limits)).hasMessageContaining("more than 10 entries");
        assertThatThrownBy(() -> Trees.unpack(archive().file("a/b/c/d", "").end(), target, limits))
                .hasMessageContaining("more than 3 directories deep");
        byte[] hole = archive()
                .pax("GNU.sparse.map=0,0", "GNU.sparse.size=9000000000000000000")
                .file("f", "")
                .end();
        assertThatThrownBy(() -> Trees.unpack(hole, target, limits))
                .isInstanceOfAny(LayerException.class, IOException.class);
    }

    @Test
    @DisplayName("set-user-id programs and devices are for containers only")
    void devices() throws IOException {
        assumeThat(Trees.asRoot()).as("root can make devices").isTrue();
        Trees.unpack(
                archive()
                        .add(new Header('3', "null").device(1, 3))
                        .add(new Header('0', "su").mode(04755))
                        .end(),
                target);
        assertThat(Command.run("stat", "-c", "%a %t:%T", target.resolve("null").toString())
                        .orFail()
                        .strip())
                .isEqualTo("644 1:3");
        assertThat(Command.run("stat", "-c", "%a", target.resolve("su").toString())
                        .orFail()
                        .strip())
                .isEqualTo("4755");
    }

    @Test
    @DisplayName("whiteouts become what overlayfs knows, and whiteouts again")
    void whiteouts() throws IOException {
        byte[] archive = archive()
                .directory("d/")
                .file("d/.wh..wh..opq", "")
                .file("d/kept", "k")
                .file(".wh.gone", "")
                .file(".wh..wh.plnk", "")
                .directory("both/")
                .file(".wh.both", "")
                .file("file", "f")
                .file(".wh.file", "")
                .end();
        Trees.unpack(archive, target);
        assertThat(Command.run("stat", "-c", "%F %t:%T", target.resolve("gone").toString())
                        .orFail()
                        .strip())
                .isEqualTo("character special file 0:0");
        for (String opaque : new String[] {"d", "both"}) {
            assertThat(Command.run(
                                    "getfattr",
                                    "-m",
                                    "-",
                                    "-d",
                                    target.resolve(opaque).toString())
                            .orFail())
                    .contains("user.overlay.opaque=\"y\"");
        }
        assertThat(target.resolve("file")).hasContent("f");
        assertThat(target.resolve(".wh..wh.plnk")).doesNotExist();
        Path packed = Files.write(directory.resolve("packed.tar"), Trees.pack(target));
        assertThat(Command.run("tar", "-tf", packed.toString()).orFail().lines())
                .containsExactly(
                        "./", "both/", "both/.wh..wh..opq", "d/", "d/.wh..wh..opq", "d/kept", "file", ".wh.gone");
    }
}
