package io.lxc4j.benchmarks;

import io.lxc4j.benchmarks.launch.LaunchBenchmark;
import io.lxc4j.benchmarks.launch.LaunchServer;
import io.lxc4j.benchmarks.layers.LayersBenchmark;
import java.util.Arrays;

/** Runs the benchmarks that its arguments name. */
public final class Main {
    private static final String USAGE = """
        usage: mvn -q -pl benchmarks -am compile exec:exec -Dbench.args="ARGUMENTS"

        launch                    start a process in a container and wait for its end, beside ProcessBuilder,
                                  C, unshare, bwrap, crun and runc; as root, about 3 minutes
          --rounds N              rounds that count, by default 300
          --warmup N              rounds before them, by default 100
          --only SECTION,...      of main (30 s), exec (25 s), heap (15 s), descriptors (80 s), parallel (20 s),
                                  mounts (15 s), filter (60 s)
        stats                     read the statistics of 500 containers once a second; as root, a minute
        layers                    unpack, pack, fetch and start images, beside GNU tar, umoci and skopeo; as root, with
                                  debootstrap, umoci, skopeo and docker-registry; about 6 minutes
          --rounds N              rounds that count, by default 5
          --tree DIRECTORY        a root file system, instead of one that debootstrap fetches
        jmh ...                   system calls from Java, planning, compiling, filters and statistics; about 5 minutes;
                                  takes the arguments of JMH: jmh -h

        Those of launches and layers write their results to target/launch.json and target/layers.json, too.
        """;

    private Main() {}

    static void main(String[] args) throws Exception {
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (args.length == 0 ? "" : args[0]) {
            case "launch" -> LaunchBenchmark.run(rest);
            case LaunchServer.COMMAND -> LaunchServer.run(rest);
            case "stats" -> StatsWatch.run();
            case "layers" -> LayersBenchmark.run(rest);
            case "jmh" -> org.openjdk.jmh.Main.main(rest);
            default -> System.out.print(USAGE);
        }
    }
}
