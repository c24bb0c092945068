package io.lxc4j.cgroups;

import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A disk that nobody else uses: an empty one of the virtual machine of the tests, or else a loop device. */
final class TestDisk implements AutoCloseable {
    private static final long BYTES = 256L << 20;

    private final String path;
    private final @Nullable Path file;

    private TestDisk(String path, @Nullable Path file) {
        this.path = path;
        this.file = file;
    }

    static TestDisk take() throws IOException {
        Requirement.ROOT.assume();
        String given = System.getenv("V2VM_DISK");
        if (given != null) {
            return new TestDisk(given, null);
        }
        Requirement.LOOP_DEVICES.assume();
        Path file = Files.createTempFile("lxc4j-disk-", "");
        try (RandomAccessFile empty = new RandomAccessFile(file.toFile(), "rw")) {
            empty.setLength(BYTES);
        }
        return new TestDisk(run("losetup", "--find", "--show", file.toString()), file);
    }

    String path() {
        return path;
    }

    BlockDevice device() {
        String[] numbers = run("stat", "--format=%Hr:%Lr", path).split(":", -1);
        return new BlockDevice(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    static String run(String... command) {
        return Command.run(List.of(command)).orFail().strip();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            run("losetup", "--detach", path);
            Files.delete(file);
        }
    }
}
