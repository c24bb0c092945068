package io.lxc4j.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.cgroups.CgroupStats;
import io.lxc4j.cgroups.StatsSubject;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One complete reading of a cgroup's statistics: by this library, by a C library that reads and parses the same files, and
 * by Java as one would write it at first. Needs root and gcc; add {@code -prof gc} for the bytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("restricted") // the C library is called to be measured
public class StatsBenchmark {
    private StatsSubject subject;
    private List<Path> files;
    private MethodHandle readV1;
    private MethodHandle readV2;
    private MethodHandle keepOpen;

    /** Makes a cgroup, and compiles the C library. */
    @Setup
    public void prepare() throws IOException, InterruptedException {
        SymbolLookup library = compile();
        readV1 = Linker.nativeLinker()
                .downcallHandle(
                        library.findOrThrow("read_v1"),
                        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
        readV2 = Linker.nativeLinker()
                .downcallHandle(library.findOrThrow("read_v2"), FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
        keepOpen = Linker.nativeLinker()
                .downcallHandle(library.findOrThrow("keep_open"), FunctionDescriptor.ofVoid(JAVA_INT));
        subject = new StatsSubject();
        files = subject.files();
    }

    private SymbolLookup compile() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lxc4j-stats-");
        Path source = directory.resolve("stats.c");
        Path library = directory.resolve("stats.so");
        try {
            try (InputStream in = Objects.requireNonNull(StatsBenchmark.class.getResourceAsStream("stats.c"))) {
                Files.copy(in, source);
            }
            int exit = new ProcessBuilder("gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("gcc does not compile stats.c: exit code " + exit);
            }
            return SymbolLookup.libraryLookup(library, Arena.global());
        } finally {
            Files.deleteIfExists(source);
            Files.deleteIfExists(library);
            Files.delete(directory);
        }
    }

    /** Removes the cgroup. */
    @TearDown
    public void remove() throws IOException {
        subject.close();
    }

    /** This library. */
    @Benchmark
    public CgroupStats library() {
        return subject.read();
    }

    /** The same calls and parsing in C, into a structure that is there already; the files stay open, too. */
    @Benchmark
    public long inC() throws Throwable {
        keepOpen.invokeExact(1);
        return readInC();
    }

    /** The same in C, with every file opened and closed for each reading, as tools do. */
    @Benchmark
    public long inCOpening() throws Throwable {
        keepOpen.invokeExact(0);
        return readInC();
    }

    private long readInC() throws Throwable {
        return subject.isVersion1()
                ? (long) readV1.invokeExact(
                        subject.descriptor("cpu"),
                        subject.descriptor("cpuacct"),
                        subject.descriptor("memory"),
                        subject.descriptor("blkio"),
                        subject.descriptor("pids"),
                        subject.descriptor(""))
                : (long) readV2.invokeExact(subject.descriptor(""));
    }

    /** The same files by {@code Files.readString} and {@code split}, into a map. */
    @Benchmark
    public Map<String, Long> plainJava() throws IOException {
        Map<String, Long> values = new HashMap<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            for (String line : Files.readString(file).split("\n", -1)) {
                String[] words = line.split(" ", -1);
                if (words.length == 1) {
                    put(values, name, words[0]);
                } else if (words.length == 2) {
                    put(values, name + " " + words[0], words[1]);
                } else {
                    for (String word : words) {
                        String[] pair = word.split("=", 2);
                        if (pair.length == 2) {
                            put(values, name + " " + words[0] + " " + pair[0], pair[1].replace(".", ""));
                        }
                    }
                }
            }
        }
        return values;
    }

    private static void put(Map<String, Long> values, String key, String value) {
        if (!value.isEmpty() && !value.equals("max")) {
            values.put(key, Long.parseLong(value));
        }
    }
}
