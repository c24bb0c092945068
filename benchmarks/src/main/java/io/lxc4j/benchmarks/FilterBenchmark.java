package io.lxc4j.benchmarks;

import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.BpfProgram;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.seccomp.SeccompProfile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
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
import org.openjdk.jmh.annotations.Warmup;

/** What the standard filter costs before the kernel has it; add {@code -prof gc} for the bytes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class FilterBenchmark {
    private static final Abi ABI = Abi.current();
    private static final int PERSONALITY = Sys.PERSONALITY.number(Architecture.current());
    private static final Set<String> CAPABILITIES = Set.of("CAP_CHOWN", "CAP_SYS_CHROOT");

    private String json;
    private SeccompProfile profile;
    private SeccompFilter filter;
    private BpfProgram program;

    /** Reads and compiles once. */
    @Setup
    public void read() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(SeccompProfile.class.getResourceAsStream("standard-profile.json"))) {
            json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        profile = SeccompProfile.fromJson(json);
        filter = profile.filter(CAPABILITIES);
        program = filter.program(ABI);
    }

    /** From JSON to a profile. */
    @Benchmark
    public SeccompProfile reading() {
        return SeccompProfile.fromJson(json);
    }

    /** From a profile to a program. */
    @Benchmark
    public BpfProgram compiling() {
        return profile.filter(CAPABILITIES).program(ABI);
    }

    /** The same program, compiled in advance: what the first start does, once for each set of capabilities. */
    @Benchmark
    public BpfProgram compiledInAdvance() {
        return SeccompProfile.standard().filter(CAPABILITIES).program(ABI);
    }

    /** From a program to what the kernel takes. */
    @Benchmark
    public byte[] encoding() {
        return program.toBytes();
    }

    /** What happens to a call, decided by its fifth test of an argument; the checks of the program included. */
    @Benchmark
    public SeccompAction deciding() {
        return filter.decide(ABI, PERSONALITY, 0xffffffffL);
    }
}
