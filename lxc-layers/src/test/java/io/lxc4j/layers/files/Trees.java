package io.lxc4j.layers.files;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarWriter;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes trees, packs and unpacks them, and lists them by other programs, so that two can be compared. */
final class Trees {
    private Trees() {}

    static boolean asRoot() {
        return Requirement.ROOT.problem().isEmpty();
    }

    static Fd open(Path directory) {
        return Kernel.open(directory.toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0);
    }

    static void shell(Path directory, String script) {
        Command.run("bash", "-euc", "cd \"$0\"; " + script, directory.toString())
                .orFail();
    }

    /** Type, permissions, owners, time, number of names, size, target, content and extended attributes of all that is in a tree. */
    static String list(Path directory) {
        return Command.run("bash", "-euc", """
            cd "$0"
            find . ! -type d -printf '%p %y %m %U %G %T@ %n %s %l\\n' | sort
            find . -type d -printf '%p %y %m %U %G %T@\\n' | sort
            find . -type f -print0 | sort -z | xargs -0r sha256sum
            find . \\( -type b -o -type c \\) -print0 | sort -z | xargs -0r stat -c '%n %t:%T'
            find . -print0 | sort -z | xargs -0r getfattr -h -d -m - -e hex
            find . -type f -links +1 -printf '%i %p\\n' | sort | awk '{ if ($1 != last) n++; last = $1; print n, $2 }'
            """, directory.toString()).orFail();
    }

    static UnpackResult unpack(byte[] archive, Path directory) throws IOException {
        return unpack(archive, directory, UnpackLimits.USUAL);
    }

    static UnpackResult unpack(byte[] archive, Path directory, UnpackLimits limits) throws IOException {
        try (Fd root = open(directory);
                LowerLayers lower = new LowerLayers(List.of(), asRoot());
                LayerUnpacker unpacker = new LayerUnpacker(root, asRoot(), limits)) {
            return unpacker.unpack(new TarReader(new ByteArrayInputStream(archive)), lower);
        }
    }

    static byte[] pack(Path directory) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(bytes);
        try (Fd root = open(directory);
                LayerPacker packer = new LayerPacker(writer, null)) {
            packer.pack(root);
        }
        writer.finish();
        return bytes.toByteArray();
    }
}
