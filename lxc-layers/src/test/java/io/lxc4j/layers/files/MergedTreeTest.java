package io.lxc4j.layers.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The merged view of layers")
class MergedTreeTest {
    private static final Constant DIRECTORY = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);

    @TempDir
    Path directory;

    private Path upper;
    private Path lower;

    @BeforeEach
    void make() throws Exception {
        upper = Files.createDirectories(directory.resolve("upper/etc")).getParent();
        lower = Files.createDirectories(directory.resolve("lower/etc/deep"))
                .resolve("../..")
                .normalize();
        Files.writeString(lower.resolve("etc/kept"), "lower");
        Files.writeString(lower.resolve("etc/changed"), "lower");
        Files.writeString(lower.resolve("etc/removed"), "lower");
        Files.writeString(lower.resolve("etc/deep/file"), "deep");
        Files.writeString(upper.resolve("etc/changed"), "upper");
        whiteout(upper.resolve("etc"), "removed");
    }

    private static void whiteout(Path parent, String name) {
        try (FileTree tree = new FileTree();
                Fd opened = Kernel.open(parent.toString(), DIRECTORY, 0)) {
            Whiteout.make(tree, opened, name);
        }
    }

    private static void makeOpaque(Path path) {
        try (FileTree tree = new FileTree();
                Fd opened = Kernel.open(path.toString(), DIRECTORY, 0)) {
            Whiteout.makeOpaque(tree, opened, false);
        }
    }

    private MergedTree tree() {
        return new MergedTree(List.of(upper, lower));
    }

    private static Optional<String> read(MergedTree tree, String path) {
        return tree.read(path, 100).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("has the upper layer's files, and the lower one's that it does not hide")
    void merges() {
        try (MergedTree tree = tree()) {
            assertThat(read(tree, "/etc/kept")).hasValue("lower");
            assertThat(read(tree, "etc/changed")).hasValue("upper");
            assertThat(read(tree, "/etc/removed")).isEmpty();
            assertThat(tree.<Object>find("/etc", entry -> {
                        try (MergedTree.Directory etc = entry.openDirectory()) {
                            return List.copyOf(etc.names());
                        }
                    }))
                    .hasValue(List.of("changed", "deep", "kept"));
            assertThat(tree.find("/etc/kept", MergedTree.Entry::layer)).hasValue(1);
            assertThat(tree.find("/etc/changed", MergedTree.Entry::layer)).hasValue(0);
            assertThat(tree.find("/etc/deep/file", MergedTree.Entry::path)).hasValue("etc/deep/file");
        }
    }

    @Test
    @DisplayName("shows nothing below an opaque directory, a file or a whiteout")
    void hides() throws Exception {
        Files.createDirectory(upper.resolve("etc/deep"));
        try (MergedTree tree = tree()) {
            assertThat(read(tree, "/etc/deep/file")).hasValue("deep");
        }
        makeOpaque(upper.resolve("etc/deep"));
        try (MergedTree tree = tree()) {
            assertThat(read(tree, "/etc/deep/file")).isEmpty();
        }
        Files.delete(upper.resolve("etc/deep"));
        Files.writeString(upper.resolve("etc/deep"), "a file now");
        Path top = Files.createDirectories(directory.resolve("top/etc/deep"))
                .resolve("../..")
                .normalize();
        try (MergedTree tree = new MergedTree(List.of(top, upper, lower))) {
            assertThat(read(tree, "/etc/deep/file"))
                    .as("below a file in the middle")
                    .isEmpty();
        }
        Files.delete(upper.resolve("etc/deep"));
        whiteout(upper.resolve("etc"), "deep");
        try (MergedTree tree = new MergedTree(List.of(top, upper, lower))) {
            assertThat(read(tree, "/etc/deep/file"))
                    .as("below a whiteout in the middle")
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("follows links over layers, and never out of the root")
    void follows_links() throws Exception {
        Files.writeString(directory.resolve("secret"), "of the host");
        Files.createSymbolicLink(upper.resolve("absolute"), Path.of("/etc/kept"));
        Files.createSymbolicLink(upper.resolve("etc/up"), Path.of("../../../../../../etc/../etc/kept"));
        Files.createSymbolicLink(lower.resolve("config"), Path.of("etc"));
        Files.createSymbolicLink(upper.resolve("out"), directory.resolve("secret"));
        Files.createSymbolicLink(upper.resolve("round"), Path.of("round"));
        try (MergedTree tree = tree()) {
            assertThat(read(tree, "/absolute")).hasValue("lower");
            assertThat(read(tree, "/etc/up")).hasValue("lower");
            assertThat(read(tree, "/config/changed")).hasValue("upper");
            assertThat(read(tree, "/config/../config/deep/file")).hasValue("deep");
            assertThat(read(tree, "/out")).isEmpty();
            assertThat(read(tree, "/../../secret")).isEmpty();
            assertThatExceptionOfType(LayerException.class)
                    .isThrownBy(() -> read(tree, "/round"))
                    .withMessageContaining("more than 40 links");
        }
    }

    @Test
    @DisplayName("gives the bytes of regular files only, and not too many")
    void reads() throws Exception {
        Files.writeString(upper.resolve("large"), "x".repeat(101));
        try (MergedTree tree = tree()) {
            assertThat(read(tree, "/etc")).isEmpty();
            assertThat(read(tree, "/")).isEmpty();
            assertThat(read(tree, "/etc/kept/below")).isEmpty();
            assertThat(read(tree, "/none")).isEmpty();
            assertThatExceptionOfType(LayerException.class)
                    .isThrownBy(() -> read(tree, "/large"))
                    .withMessageContaining("it has 101 bytes");
        }
    }

    @Test
    @DisplayName("leaves no descriptor open")
    void closes() {
        long before = descriptors();
        for (int i = 0; i < 50; i++) {
            try (MergedTree tree = tree()) {
                read(tree, "/etc/deep/file");
                read(tree, "/etc/deep/../deep/none");
            }
        }
        assertThat(descriptors()).isLessThan(before + 20);
    }

    private static long descriptors() {
        String[] names = Path.of("/proc/self/fd").toFile().list();
        return names == null ? -1 : names.length;
    }
}
