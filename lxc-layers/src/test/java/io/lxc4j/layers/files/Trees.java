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
public final class Trees {
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

    private Trees() {}

    /** Fills a directory with all that a layer can hold, and this user can make. */
    public static void makeOdd(Path directory) {
        shell(directory, asRoot() ? ODD_TREE + ROOTS_TREE : ODD_TREE);
    }

    public static boolean asRoot() {
        return Requirement.ROOT.problem().isEmpty();
    }

    static Fd open(Path directory) {
        return Kernel.open(directory.toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0);
    }

    public static void shell(Path directory, String script) {
        Command.run("bash", "-euc", "cd \"$0\"; " + script, directory.toString())
                .orFail();
    }

    /** Type, permissions, owners, time, number of names, size, target, content and extended attributes of all that is in a tree. */
    public static String list(Path directory) {
        return Command.run("bash", "-euc", """
            cd "$0"
            find . ! -type d -printf '%p %y %m %U %G %T@ %n %s %l\\n' | sort
            find . -type d -printf '%p %y %m %U %G %T@\\n' | sort
            find . -type f -print0 | sort -z | xargs -0r sha256sum
            find . \\( -type b -o -type c \\) -print0 | sort -z | xargs -0r stat -c '%n %t:%T'
            find . -print0 | sort -z | xargs -0r getfattr -h -d -m - -e hex
            find . -type f -links +1 -printf '%p\\t%i\\n' | LC_ALL=C sort | awk -F '\\t' '{ if (!($2 in group)) group[$2] = ++n; print group[$2], $1 }'
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
