package io.lxc4j.layers;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Lazy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a path of the host leads to, symbolic links followed.
 *
 * @param fileSystem the number of its file system
 * @param type the bits of its mode that are no permissions
 * @param device of a device node, which device
 */
record HostFile(long fileSystem, int type, long device) {
    private static final int TYPE_MASK = 0170000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int DIRECTORY = 0040000;
    private static final int BLOCK_DEVICE = 0060000;

    private static final Lazy<HostFile> PROC = new Lazy<>(() -> {
        try {
            return at(Path.of("/proc"));
        } catch (IOException e) {
            throw new HostUnsupportedException("looking at /proc", e);
        }
    });

    static HostFile at(Path path) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:dev,mode,rdev");
        return new HostFile(number(found, "dev"), (int) number(found, "mode") & TYPE_MASK, number(found, "rdev"));
    }

    private static long number(Map<String, Object> found, String name) {
        return found.get(name) instanceof Number number ? number.longValue() : 0;
    }

    boolean isDirectory() {
        return type == DIRECTORY;
    }

    boolean isDevice() {
        return type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
    }

    boolean isOfProc() {
        return fileSystem == PROC.get().fileSystem();
    }
}
