package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.progress.Progress;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes an image of a directory, saves it as an archive, loads that into another store and runs a container of it, with a bar for each step
 * that takes long.
 */
public final class Images {
    private static final int WIDTH = 30;

    private Images() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws Exception if something goes wrong
     */
    public static void main(String[] arguments) throws Exception {
        Path work = Files.createTempDirectory("images-");
        try (LayerStore store = LayerStore.open(work.resolve("store")).withProgress(Images::draw);
                LayerStore other = LayerStore.open(work.resolve("other")).withProgress(Images::draw)) {
            store.importTree(tree(work.resolve("tree")), "example:1");
            Path archive = work.resolve("example.tar");
            store.save("example:1", archive, ImageFormat.OCI_ARCHIVE);
            Image image = other.load(archive, "example:1");
            String output = Container.builder()
                    .root(image.root())
                    .bind(Path.of("/usr"), "/usr")
                    .command("sh", "-c", "ls / && tail -n 1 /srv/numbers")
                    .run()
                    .output();
            System.out.println(output + "That was " + image + "; its archive has " + Files.size(archive) + " bytes.");
        } finally {
            remove(work);
        }
    }

    /** One line, drawn over and over until what it shows is complete. */
    private static synchronized void draw(Progress progress) {
        long total = progress.total().orElse(0);
        int filled = total == 0 ? 0 : (int) (WIDTH * progress.done() / total);
        String bar = progress.isComplete() ? "=".repeat(WIDTH) : "=".repeat(filled) + " ".repeat(WIDTH - filled);
        System.out.printf(
                "\r%-6s %-19.19s [%s] %,11d %,8.1f MB/s",
                progress.activity(), progress.item(), bar, progress.done(), progress.perSecond() / 1e6);
        System.out.print(progress.isComplete() ? "\n" : "");
    }

    /** Some data; the programs are this machine's. */
    private static Path tree(Path tree) throws IOException {
        Files.createDirectories(tree.resolve("srv"));
        for (String link : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(tree.resolve(link), Path.of("usr", link));
        }
        try (BufferedWriter numbers = Files.newBufferedWriter(tree.resolve("srv/numbers"))) {
            for (int i = 1; i <= 10_000_000; i++) {
                numbers.write(i + "\n");
            }
        }
        return tree;
    }

    private static void remove(Path work) throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
