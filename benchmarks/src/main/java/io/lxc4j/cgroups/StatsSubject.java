package io.lxc4j.cgroups;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A cgroup with a process, made to be measured, and the reader of its statistics, which the library keeps to itself. On
 * machines with version 1 it has the version's five controllers, and pressure if the unified hierarchy is mounted, too.
 */
public final class StatsSubject implements AutoCloseable {
    private static final List<String> V1_CONTROLLERS = List.of("cpu", "cpuacct", "memory", "blkio", "pids");
    private static final List<String> PRESSURE = List.of("cpu.pressure", "memory.pressure", "io.pressure");
    private static final Map<String, List<String>> V1_FILES = Map.of(
            "cpu",
            List.of("cpu.stat"),
            "cpuacct",
            List.of("cpuacct.usage", "cpuacct.stat"),
            "memory",
            List.of(
                    "memory.usage_in_bytes",
                    "memory.max_usage_in_bytes",
                    "memory.limit_in_bytes",
                    "memory.kmem.usage_in_bytes",
                    "memory.failcnt",
                    "memory.stat",
                    "memory.oom_control"),
            "blkio",
            List.of("blkio.throttle.io_service_bytes_recursive"),
            "pids",
            List.of("pids.current", "pids.max", "pids.peak", "pids.events"));
    private static final List<String> V2_FILES = List.of(
            "cpu.stat",
            "memory.current",
            "memory.peak",
            "memory.max",
            "memory.swap.current",
            "memory.stat",
            "memory.events",
            "io.stat",
            "pids.current",
            "pids.max",
            "pids.peak",
            "pids.events");

    private final Map<String, Path> directories = new LinkedHashMap<>();
    private final Map<String, Fd> descriptors = new LinkedHashMap<>();
    private final boolean first;
    private final StatsReader reader;
    private final Process process;

    /**
     * Makes the cgroup as a child of this process's own, and a process that sleeps there.
     *
     * @throws IOException if that may not be done
     */
    public StatsSubject() throws IOException {
        CgroupLayout layout = CgroupLayout.detect();
        first = layout.kind() != CgroupLayout.Kind.V2;
        if (first) {
            for (String controller : V1_CONTROLLERS) {
                make(controller, layout.controller(controller));
            }
        }
        if (!first || layout.unified().isPresent()) {
            make(StatsReader.UNIFIED, layout.unified());
        }
        Map<String, StatsSource> sources = new HashMap<>();
        descriptors.forEach((name, fd) -> sources.put(
                name.equals("blkio") ? "io" : name,
                new StatsSource(fd, name.equals(StatsReader.UNIFIED) ? CgroupVersion.V2 : CgroupVersion.V1)));
        reader = new StatsReader(sources);
        process = new ProcessBuilder("sleep", "100000").start();
        for (Path directory : directories.values()) {
            Files.writeString(directory.resolve("cgroup.procs"), String.valueOf(process.pid()));
        }
    }

    private void make(String name, Optional<CgroupHierarchy> hierarchy) throws IOException {
        Path directory = hierarchy
                .flatMap(CgroupHierarchy::directory)
                .orElseThrow(() -> new IOException("no cgroup of " + name + " is mounted"))
                .resolve("statistics-benchmark-" + ProcessHandle.current().pid());
        if (!Files.exists(directory)) {
            Files.createDirectory(directory);
        }
        directories.put(name, directory);
        descriptors.put(
                name, Kernel.open(directory.toString(), Constant.or(Constants.O_PATH, Constants.O_DIRECTORY), 0));
    }

    /**
     * Reads all statistics.
     *
     * @return what the library tells
     */
    public CgroupStats read() {
        return reader.read();
    }

    /**
     * Whether the machine has controllers of version 1.
     *
     * @return whether {@link #descriptor} knows their names
     */
    public boolean isVersion1() {
        return first;
    }

    /**
     * A directory of the cgroup.
     *
     * @param name a controller of version 1; empty for the unified hierarchy
     * @return its descriptor; -1 if there is none
     */
    public int descriptor(String name) {
        Fd fd = descriptors.get(name);
        return fd == null ? -1 : fd.number();
    }

    /**
     * The files that the library reads, as far as they exist.
     *
     * @return their paths
     */
    public List<Path> files() {
        return directories.entrySet().stream()
                .flatMap(entry -> names(entry.getKey()).map(entry.getValue()::resolve))
                .filter(Files::exists)
                .toList();
    }

    private Stream<String> names(String controller) {
        if (!controller.equals(StatsReader.UNIFIED)) {
            return V1_FILES.getOrDefault(controller, List.of()).stream();
        }
        return first ? PRESSURE.stream() : Stream.concat(V2_FILES.stream(), PRESSURE.stream());
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        process.onExit().join();
        descriptors.values().forEach(Fd::close);
        for (Path directory : directories.values()) {
            Files.deleteIfExists(directory);
        }
    }
}
