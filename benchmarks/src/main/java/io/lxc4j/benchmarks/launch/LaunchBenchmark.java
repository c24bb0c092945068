package io.lxc4j.benchmarks.launch;

import io.lxc4j.benchmarks.race.Contender;
import io.lxc4j.benchmarks.race.Pressure;
import io.lxc4j.benchmarks.race.Race;
import io.lxc4j.benchmarks.race.Results;
import io.lxc4j.benchmarks.race.Summary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the same static program, which does nothing, on the same root directory in every way this machine offers,
 * waits for its end, and prints how long that takes.
 */
public final class LaunchBenchmark {
    private static final int DESCRIPTORS = 19_500;
    private static final int MOUNTS = 200;
    /** How many times as long as a launch the calls of one round take, about. */
    private static final int CALLS_LONGER = 10;

    private static final String SMALL_HEAP = "64m";
    private static final String LARGE_HEAP = "8g";

    private final Options options;
    private final Workshop workshop;
    private static final int WARM_UP_LAUNCHES = 2000;

    private final Results results;
    private final Acceptance acceptance;

    private LaunchBenchmark(Options options, Workshop workshop, Results results) {
        this.options = options;
        this.workshop = workshop;
        this.results = results;
        acceptance = new Acceptance(results);
    }

    /**
     * Measures, prints, and writes {@code target/launch.json}.
     *
     * @param arguments what {@code Main} prints as its usage
     * @throws IOException if a process can't be started
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(String[] arguments) throws IOException, InterruptedException {
        Options options = Options.parse(arguments);
        try (Workshop workshop = new Workshop()) {
            Results results = new Results(options.warmup(), options.rounds());
            LaunchBenchmark benchmark = new LaunchBenchmark(options, workshop, results);
            for (Options.Section section : options.sections()) {
                switch (section) {
                    case MAIN -> benchmark.all();
                    case EXEC -> benchmark.exec();
                    case HEAP -> benchmark.heap();
                    case DESCRIPTORS -> benchmark.descriptors();
                    case PARALLEL -> benchmark.parallel();
                    case MOUNTS -> benchmark.mounts();
                    case FILTER -> benchmark.filter();
                }
            }
            results.write(Files.createDirectories(Path.of("target")).resolve("launch.json"));
        }
    }

    private void all() throws IOException, InterruptedException {
        Path root = workshop.root();
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contenders.processBuilder(root));
        contenders.add(Contenders.plain(root));
        contenders.add(Contenders.container(Contenders.FULL, Contenders.full(root)));
        contenders.add(Contenders.container(Contenders.FULL_WITH_USERS, Contenders.fullWithUsers(root)));
        contenders.add(Contenders.container("lxc4j host root (all defaults)", Contenders.hostRoot(root)));
        // The C programs are as fast at their first launch; the JVM compiles for some thousand.
        for (Contender contender : contenders) {
            for (int i = 0; i < WARM_UP_LAUNCHES; i++) {
                contender.launch();
            }
        }
        contenders.addAll(Peers.of(workshop));
        race("main", "one at a time, interleaved", contenders);
        acceptance.acceptance();
    }

    private void exec() throws IOException, InterruptedException {
        try (ExecContenders containers = new ExecContenders(workshop)) {
            List<Contender> contenders = containers.ofJava();
            for (Contender contender : contenders) {
                for (int i = 0; i < WARM_UP_LAUNCHES; i++) {
                    contender.launch();
                }
            }
            contenders.addAll(containers.peers());
            race("exec", "one more process in a running container, beside the start of one", contenders);
            acceptance.execAcceptance();
        }
    }

    private void heap() throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        for (String size : List.of(SMALL_HEAP, LARGE_HEAP)) {
            Helper server = LaunchServer.start(
                    workshop.root(), LaunchServer.Load.NONE, "-Xms" + size, "-Xmx" + size, "-XX:+AlwaysPreTouch");
            addBoth(contenders, server, "heap " + size);
        }
        race("heap", "JVMs with heaps of different sizes, all of it touched", contenders);
    }

    private void descriptors() throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        addBoth(contenders, LaunchServer.start(workshop.root(), LaunchServer.Load.NONE), "no more open");
        int threads = 2 * Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        for (int launches : new int[] {0, 1, threads}) {
            Helper server = LaunchServer.start(workshop.root(), new LaunchServer.Load(DESCRIPTORS, launches));
            addBoth(contenders, server, DESCRIPTORS + " opened after " + launches + " launches");
        }
        race("descriptors", "JVMs with many open descriptors", contenders);
    }

    private static void addBoth(List<Contender> contenders, Helper server, String condition) {
        contenders.add(server.contender(Contenders.PROCESS_BUILDER + ", " + condition, LaunchServer.PROCESS));
        contenders.add(server.contender(Contenders.FULL + ", " + condition, LaunchServer.FULL));
    }

    private void parallel() throws IOException, InterruptedException {
        Path root = workshop.root();
        Pressure pressure = new Pressure();
        List<Throughput> rates = Throughput.measure(List.of(
                Contenders.processBuilder(root),
                Contenders.container(Contenders.FULL, Contenders.full(root)),
                Contenders.container(Contenders.FULL_WITH_USERS, Contenders.fullWithUsers(root))));
        acceptance.throughput(rates, pressure);
    }

    /** Differences to the same without mounts, so that the cost of a container and of a fork is no part of it. */
    private void mounts() throws IOException, InterruptedException {
        Path root = workshop.root();
        Path places = Files.createDirectories(root.resolve("places"));
        for (int i = 0; i < MOUNTS; i++) {
            Files.createDirectories(places.resolve(Integer.toString(i)));
        }
        List<Contender> contenders = new ArrayList<>();
        for (int count : new int[] {0, MOUNTS}) {
            contenders.add(Contenders.container("lxc4j, " + count + " mounts", Contenders.withMounts(root, count)));
        }
        if (workshop.helper().isPresent()) {
            for (int count : new int[] {0, MOUNTS}) {
                contenders.add(new Helper(List.of(
                                workshop.helper().get().toString(),
                                "mounts",
                                root.toString(),
                                root.resolve("bin").toString(),
                                Integer.toString(count)))
                        .contender("C, " + count + " mounts", 'm'));
            }
        }
        try (Race race = new Race(contenders)) {
            Pressure pressure = new Pressure();
            List<Summary> summaries = race.run(options.warmup(), options.rounds());
            results.table("mounts", MOUNTS + " binds in one container", summaries, Peers.LIMIT, pressure);
            results.each("mounts-each", MOUNTS, summaries);
        }
    }

    private void filter() throws IOException, InterruptedException {
        List<Contender> starts = FilterContenders.ofStarts(workshop.root());
        for (Contender contender : starts) {
            for (int i = 0; i < WARM_UP_LAUNCHES; i++) {
                contender.launch();
            }
        }
        race("filter", "starts with and without a filter of system calls", starts);
        acceptance.filterAcceptance();
        if (!workshop.hasCalls()) {
            System.out.println("skipped: the system calls of a container, as there is no gcc");
            return;
        }
        try (Race race = new Race(FilterContenders.ofCalls(workshop))) {
            Pressure pressure = new Pressure();
            results.table(
                    "calls",
                    "a million system calls, so that milliseconds are the nanoseconds of one",
                    race.run(1, Math.max(1, options.rounds() / CALLS_LONGER)),
                    Peers.LIMIT,
                    pressure);
            acceptance.callsAcceptance();
        }
    }

    private void race(String section, String title, List<Contender> contenders)
            throws IOException, InterruptedException {
        try (Race race = new Race(contenders)) {
            Pressure pressure = new Pressure();
            results.table(section, title, race.run(options.warmup(), options.rounds()), Peers.LIMIT, pressure);
        }
    }
}
