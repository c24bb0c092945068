package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.build.ImageBuilder;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.HistoryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Builds an image of an application, runs it, and builds it again after a change: what has not changed is not done again. */
public final class Build {
    private static final Path PROGRAMS = Path.of("/usr");

    private Build() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws Exception if something goes wrong
     */
    public static void main(String[] arguments) throws Exception {
        Path work = Files.createTempDirectory("build-");
        try (LayerStore store = LayerStore.open(work.resolve("store"))) {
            Path application = Files.createDirectory(work.resolve("application"));
            for (String greeting : new String[] {"Hello", "Good morning"}) {
                Files.writeString(application.resolve("greet"), "echo " + greeting + ", $1. $(cat /srv/prepared)\n");
                long start = System.nanoTime();
                Image image = build(store, work, application);
                System.out.printf("Built in %d ms: ", (System.nanoTime() - start) / 1_000_000);
                System.out.print(Container.builder()
                        .image(image)
                        .bind(PROGRAMS, PROGRAMS.toString())
                        .run()
                        .output());
            }
            store.image("greeter:1").config().history().stream()
                    .map(HistoryEntry::createdBy)
                    .forEach(step -> System.out.println("    " + step));
        } finally {
            remove(work);
        }
    }

    /** The programs are this machine's, and only shown to the containers; a real image begins with {@code ImageBuilder.from}. */
    private static Image build(LayerStore store, Path work, Path application) throws Exception {
        return ImageBuilder.scratch(store)
                .containers(each -> each.bind(PROGRAMS, PROGRAMS.toString()))
                .output(System.out)
                .copy(links(work.resolve("root")), "/")
                .run(
                        "sh",
                        "-c",
                        "echo Preparing takes a second.; sleep 1; mkdir /srv; echo All is prepared. > /srv/prepared")
                .copy(application, "/opt/greeter")
                .label("org.opencontainers.image.title", "An application that greets")
                .entrypoint("sh", "/opt/greeter/greet")
                .cmd("world")
                .commit("greeter:1");
    }

    private static Path links(Path root) throws IOException {
        Files.createDirectories(root);
        for (String link : new String[] {"bin", "lib", "lib64"}) {
            if (!Files.isSymbolicLink(root.resolve(link))) {
                Files.createSymbolicLink(root.resolve(link), Path.of("usr", link));
            }
        }
        return root;
    }

    private static void remove(Path work) throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
