package io.lxc4j.benchmarks.launch;

import io.lxc4j.Container;
import io.lxc4j.cgroups.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code helper.c} has to make to give a child the cgroups, and the limits in them, that each container gets by default. */
final class CgroupArguments {
    private static final String DEVICES = "devices.list";

    /** In the order in which they are written. */
    private static final List<String> LIMITS =
            List.of("cpuset.cpus", "cpuset.mems", "pids.max", "memory.oom.group", "cpu.shares", "cpu.weight");

    private CgroupArguments() {}

    /** Reads them from a container. */
    static List<String> ofDefaults() throws IOException {
        List<String> arguments = new ArrayList<>();
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            for (Path directory : container.cgroup().map(Cgroup::directories).orElse(List.of())) {
                boolean unified = Files.exists(directory.resolve("cgroup.events"));
                arguments.addAll(List.of(
                        unified ? "cgroup2" : "cgroup",
                        directory.resolveSibling(".").normalize().toString()));
                for (String limit : LIMITS) {
                    if (Files.exists(directory.resolve(limit))) {
                        arguments.addAll(set(limit, Files.readString(directory.resolve(limit))));
                    }
                }
                if (Files.exists(directory.resolve(DEVICES))) {
                    arguments.addAll(set("devices.deny", "a"));
                    for (String device : Files.readAllLines(directory.resolve(DEVICES))) {
                        arguments.addAll(set("devices.allow", device));
                    }
                }
            }
        }
        return arguments;
    }

    private static List<String> set(String file, String value) {
        return List.of("set", file + "=" + value.strip());
    }
}
