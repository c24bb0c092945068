package io.lxc4j.benchmarks.layers;

import io.lxc4j.Container;
import io.lxc4j.benchmarks.race.Contender;
import io.lxc4j.benchmarks.race.Pressure;
import io.lxc4j.benchmarks.race.Race;
import io.lxc4j.benchmarks.race.Results;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.registry.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Unpacks, packs, fetches and starts images in every way that this machine offers, and prints how long that takes. Needs root, and for its
 * peers GNU tar, umoci, skopeo, docker-registry and, for a tree that is worth it, debootstrap.
 */
public final class LayersBenchmark {
    private static final int SMALL_FILES = 100_000;
    private static final int CHEAP_ROUNDS = 20;
    private static final int MANY_LAYERS = 100;
    private static final String LXC4J = "lxc4j ";

    private final Path directory;
    private final int rounds;
    private final Results results;

    private LayersBenchmark(Path directory, int rounds) throws IOException {
        this.directory = directory;
        this.rounds = rounds;
        results = new Results(1, rounds);
    }

    /**
     * Measures, prints, and writes {@code target/layers.json}.
     *
     * @param arguments {@code --rounds N}; {@code --tree DIRECTORY}: what is unpacked instead of what debootstrap makes; {@code --only PART}:
     *     unpack, pack, pull, commit or start
     * @throws IOException if something can't be made
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(String[] arguments) throws IOException, InterruptedException {
        int rounds = 5;
        Optional<Path> tree = Optional.empty();
        Set<String> parts = Set.of("unpack", "pack", "pull", "commit", "start");
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--rounds" -> rounds = Integer.parseInt(arguments[i + 1]);
                case "--tree" -> tree = Optional.of(Path.of(arguments[i + 1]).toAbsolutePath());
                case "--only" -> parts = Set.of(arguments[i + 1].split(","));
                default -> throw new IllegalArgumentException("unknown: " + arguments[i]);
            }
        }
        Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "lxc4j-layers-");
        try (Registry registry = new Registry(directory.resolve("registry"))) {
            LayersBenchmark benchmark = new LayersBenchmark(directory, rounds);
            Path debian = tree.orElse(directory.resolve("debian"));
            if (tree.isEmpty()) {
                Programs.run("debootstrap", "--variant=minbase", "bookworm", debian.toString());
            }
            Material large = Material.of("debian", debian, directory, registry);
            benchmark.files(large, registry, parts);
            if (parts.contains("start")) {
                benchmark.start(large);
            }
            Material many = Material.of(
                    "small-files", Material.smallFiles(directory.resolve("small"), SMALL_FILES), directory, registry);
            benchmark.files(many, registry, parts);
            if (parts.contains("commit")) {
                benchmark.commit(many);
            }
            benchmark.results.write(Files.createDirectories(Path.of("target")).resolve("layers.json"));
        } finally {
            Programs.remove(directory);
        }
    }

    private void files(Material material, Registry registry, Set<String> parts)
            throws IOException, InterruptedException {
        if (parts.contains("unpack")) {
            unpack(material);
        }
        if (parts.contains("pack")) {
            pack(material);
        }
        if (parts.contains("pull")) {
            pull(material, registry);
        }
    }

    private void unpack(Material material) throws IOException, InterruptedException {
        Path target = directory.resolve("unpacked");
        Programs.Step clean = () -> Programs.remove(target);
        String tar = "GNU tar, unpack " + material.name();
        String umoci = "umoci, unpack " + material.name();
        String own = LXC4J + "unpack " + material.name();
        List<Contender> contenders = List.of(
                Programs.timed(
                        tar,
                        () -> Files.createDirectory(target),
                        () -> Programs.run(
                                "tar",
                                "--extract",
                                "--gzip",
                                "--file",
                                material.layer().toString(),
                                "--directory",
                                target.toString(),
                                "--preserve-permissions",
                                "--same-owner",
                                "--xattrs",
                                "--xattrs-include=*"),
                        clean),
                Programs.timed(
                        umoci,
                        Programs.Step.none(),
                        () -> Programs.run(
                                "umoci", "raw", "unpack", "--image", material.layout() + ":latest", target.toString()),
                        clean),
                Programs.timed(
                        own,
                        () -> forgetUnpacked(material),
                        () -> {
                            try (LayerStore store = LayerStore.open(material.store())) {
                                var _ = store.image(material.reference()).root();
                            }
                        },
                        Programs.Step.none()));
        List<String> lines = new ArrayList<>();
        race("unpack-" + material.name(), contenders, rounds);
        results.atMost(lines, own, 1 / 1.5, umoci);
        results.atMost(lines, own, 1.2, tar);
        results.conclude("unpack-" + material.name() + "-acceptance", lines);
    }

    /** As if the image had come just now. */
    private static void forgetUnpacked(Material material) throws IOException, InterruptedException {
        for (String part : List.of("layers", "keys")) {
            Path all = material.store().resolve(part);
            Programs.remove(all);
            Files.createDirectory(all);
        }
    }

    private void pack(Material material) throws IOException, InterruptedException {
        Path archive = directory.resolve("packed.tar.gz");
        Path layout = directory.resolve("packed.layout");
        Path store = directory.resolve("packed.store");
        String tar = "GNU tar, pack " + material.name();
        String umoci = "umoci, pack " + material.name();
        String own = LXC4J + "pack " + material.name();
        String zstd = LXC4J + "pack " + material.name() + " by zstd";
        List<Contender> contenders = List.of(
                Programs.timed(
                        tar,
                        Programs.Step.none(),
                        () -> Programs.run(
                                "tar",
                                "--create",
                                "--gzip",
                                "--file",
                                archive.toString(),
                                "--directory",
                                material.tree().toString(),
                                "--xattrs",
                                "."),
                        () -> Files.delete(archive)),
                Programs.timed(
                        umoci,
                        () -> {
                            Programs.run("umoci", "init", "--layout", layout.toString());
                            Programs.run("umoci", "new", "--image", layout + ":latest");
                        },
                        () -> Programs.run(
                                "umoci",
                                "insert",
                                "--image",
                                layout + ":latest",
                                material.tree().toString(),
                                "/"),
                        () -> Programs.remove(layout)),
                importing(own, material, store, Compression.GZIP),
                importing(zstd, material, store, Compression.ZSTD));
        List<String> lines = new ArrayList<>();
        race("pack-" + material.name(), contenders, rounds);
        results.atMost(lines, own, 1 / 2.0, umoci);
        results.atMost(lines, zstd, 1 / 2.0, umoci);
        results.conclude("pack-" + material.name() + "-acceptance", lines);
    }

    private static Contender importing(String name, Material material, Path store, Compression compression) {
        return Programs.timed(
                name,
                Programs.Step.none(),
                () -> {
                    try (LayerStore opened = LayerStore.open(store).withCompression(compression)) {
                        opened.importTree(material.tree(), "packed");
                    }
                },
                () -> Programs.remove(store));
    }

    private void pull(Material material, Registry registry) throws IOException, InterruptedException {
        Path layout = directory.resolve("pulled.layout");
        Path store = directory.resolve("pulled.store");
        RegistryClient client = Material.client(registry);
        String skopeo = "skopeo, pull " + material.name();
        String own = LXC4J + "pull " + material.name();
        List<Contender> contenders = List.of(
                Programs.timed(
                        skopeo,
                        Programs.Step.none(),
                        () -> Programs.run(
                                "skopeo",
                                "copy",
                                "--src-tls-verify=false",
                                "docker://" + material.reference(),
                                "oci:" + layout + ":latest"),
                        () -> Programs.remove(layout)),
                Programs.timed(
                        own,
                        Programs.Step.none(),
                        () -> {
                            try (LayerStore opened = LayerStore.open(store)) {
                                opened.pull(material.reference(), client);
                            }
                        },
                        () -> Programs.remove(store)));
        List<String> lines = new ArrayList<>();
        race("pull-" + material.name(), contenders, rounds);
        results.atMost(lines, own, 1, skopeo);
        results.conclude("pull-" + material.name() + "-acceptance", lines);
    }

    /** One file changed in many: the time in itself counts. */
    private void commit(Material material) throws IOException, InterruptedException {
        Path upper = Files.createDirectories(directory.resolve("upper/packages/p0/q0"));
        Files.writeString(upper.resolve("file0"), "changed\n");
        try (LayerStore store = LayerStore.open(material.store())) {
            Image base = store.image(material.reference());
            race(
                    "commit",
                    List.of(Programs.timed(
                            LXC4J + "commit 1 changed file of " + SMALL_FILES,
                            Programs.Step.none(),
                            () -> store.commit(base, directory.resolve("upper"), "", "committed"),
                            Programs.Step.none())),
                    CHEAP_ROUNDS);
        }
    }

    private void start(Material material) throws IOException, InterruptedException {
        Path upper = Files.createDirectories(directory.resolve("layer"));
        try (LayerStore store = LayerStore.open(material.store())) {
            Image one = store.image(material.reference());
            Image many = one;
            for (int i = 1; i < MANY_LAYERS; i++) {
                Files.writeString(upper.resolve("layer" + i), "layer " + i + "\n");
                many = store.commit(many, upper, "", "many");
                Files.delete(upper.resolve("layer" + i));
            }
            String few = LXC4J + "start from 1 layer";
            String all = LXC4J + "start from " + MANY_LAYERS + " layers";
            List<String> lines = new ArrayList<>();
            race("start", List.of(start(few, one), start(all, many)), CHEAP_ROUNDS * 10);
            results.atMost(lines, all, 1.2, few);
            results.conclude("start-acceptance", lines);
        }
    }

    private static Contender start(String name, Image image) {
        var specification =
                Container.builder().root(image.root()).command("/bin/true").build();
        return Programs.timed(
                name,
                Programs.Step.none(),
                () -> {
                    try (Container container = specification.start()) {
                        container.process().waitFor();
                    }
                },
                Programs.Step.none());
    }

    private void race(String section, List<Contender> contenders, int times) throws IOException, InterruptedException {
        try (Race race = new Race(contenders)) {
            Pressure pressure = new Pressure();
            results.table(section, "interleaved", race.run(Math.max(1, times / 10), times), "", pressure);
        }
    }
}
