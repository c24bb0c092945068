package io.lxc4j.layers.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarWriter;
import io.lxc4j.testing.Requirement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As root, the tree of a layer can be made, and then unpacked as an ordinary user's would be. */
@DisplayName("What an ordinary user can't make of a layer")
class UnkeptIT {
    @TempDir
    Path directory;

    private Path tree;
    private Path files;

    @BeforeEach
    void make() throws IOException {
        Requirement.ROOT.assume();
        tree = Files.createDirectory(directory.resolve("tree"));
        files = Files.createDirectories(directory.resolve("layer/f"));
    }

    private byte[] layer(String script) throws IOException {
        Trees.shell(tree, "umask 022; " + script);
        return Trees.pack(tree);
    }

    private Unkept unpack(byte[] archive, List<Path> below) throws IOException {
        try (var root = Trees.open(files);
                LowerLayers lower = new LowerLayers(below, false);
                LayerUnpacker unpacker = new LayerUnpacker(root, false, UnpackLimits.USUAL)) {
            Unkept unkept = unpacker.unpack(new TarReader(new ByteArrayInputStream(archive)), lower)
                    .unkept();
            unkept.writeBeside(files);
            return unkept;
        }
    }

    private byte[] packAgain() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(bytes);
        try (var root = Trees.open(files);
                LayerPacker packer = LayerPacker.ofUnpacked(writer, Unkept.beside(files))) {
            packer.pack(root);
        }
        writer.finish();
        return bytes.toByteArray();
    }

    @Test
    @DisplayName("is as in its archive when it is packed again")
    void packed_again() throws Exception {
        byte[] archive = layer("""
            mkdir -p dev etc home/me; chown 1000:1001 home/me; mknod dev/null c 1 3; mknod dev/sda b 8 0; chown 0:6 dev/sda
            echo x > etc/x; chown 5:0 etc/x; ln etc/x etc/a; ln dev/null dev/also; ln -s x etc/link; chown -h 7:7 etc/link
            echo y > etc/y; setfattr -n trusted.mine -v yes etc/y; echo plain > etc/plain; chown 9:9 .; mkfifo pipe; chown 3 pipe
            printf zz > $'\\xff'; chown 4294967294:1 $'\\xff'; cp etc/y home/me/prog; chown 8 home/me/prog; chmod 4755 home/me/prog
            """);
        Unkept unkept = unpack(archive, List.of());
        assertThat(unkept.size()).isEqualTo(11);
        assertThat(Files.getAttribute(files.resolve("etc/x"), "unix:uid")).isEqualTo(0);
        assertThat(files.resolve("dev/null")).doesNotExist();
        byte[] again = packAgain();
        Path back = Files.createDirectory(directory.resolve("back"));
        Trees.unpack(again, back);
        Trees.shell(back, "ln -f dev/also dev/null"); // devices have one name each
        Trees.shell(back, "touch -r " + tree.resolve("dev") + " dev");
        assertThat(Trees.list(back)).isEqualTo(Trees.list(tree));
    }

    @Test
    @DisplayName("is noted of what is there in the end, not of what was replaced")
    void replaced() throws Exception {
        Trees.shell(tree, """
            echo x > x; chown 5 x; mkdir d; echo y > d/y; chown 6 d d/y; mknod n c 1 3
            tar -cf ../one.tar x d n; rm -r x d n
            echo x > x; echo d > d; echo n > n; tar -rf ../one.tar x d n
            """);
        byte[] archive = Files.readAllBytes(directory.resolve("one.tar"));
        assertThat(unpack(archive, List.of()).size()).isZero();
        assertThat(directory.resolve("layer/unkept.tar")).doesNotExist();
        assertThat(files.resolve("n")).hasContent("n");
    }

    @Test
    @DisplayName("of a directory is known above it, where an archive leaves that out")
    void implied() throws Exception {
        unpack(layer("mkdir usr; chown 5:6 usr; chmod 0711 usr"), List.of());
        Path lower = files;
        files = Files.createDirectories(directory.resolve("upper/f"));
        Trees.shell(tree, "echo x > usr/x; tar -cf ../alone.tar usr/x");
        Unkept unkept = unpack(Files.readAllBytes(directory.resolve("alone.tar")), List.of(lower));
        assertThat(unkept.find(LayerPath.of("usr")).orElseThrow().uid()).isEqualTo(5);
        assertThat(unkept.find(LayerPath.of("usr")).orElseThrow().gid()).isEqualTo(6);
        assertThat(unkept.size()).isEqualTo(1);
        assertThat(Files.getAttribute(files.resolve("usr"), "unix:mode")).isEqualTo(040711);
        assertThat(Unkept.beside(files)).isEqualTo(unkept);
    }
}
