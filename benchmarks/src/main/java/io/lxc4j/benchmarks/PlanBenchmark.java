package io.lxc4j.benchmarks;

import io.lxc4j.Container;
import io.lxc4j.ContainerBuilder;
import io.lxc4j.ContainerSpec;
import io.lxc4j.Plans;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.ProgramFiles;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What Java does before the kernel gets to work: planning, compiling, encoding. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class PlanBenchmark {
    /** A directory as the root and the host's users, or all defaults. */
    @Param({"full", "host"})
    public String container;

    private ContainerSpec specification;
    private LaunchPlan plan;
    private LaunchPlan same;
    private ProgramFiles.Encoder encoder;

    /** Plans once. */
    @Setup
    public void plan() {
        ContainerBuilder builder = Container.builder().command("/bin/true");
        if (container.equals("full")) {
            builder.root(RootFileSystem.readOnly(Path.of("/tmp")))
                    .namespaces(Namespaces.builder().shareUsers().build());
        }
        specification = builder.build();
        plan = Plans.of(specification);
        same = Plans.of(specification);
        encoder = ProgramFiles.encoder(plan);
    }

    /** From a specification to a plan; each start does it, as it depends on the host. */
    @Benchmark
    public LaunchPlan planning() {
        return Plans.of(specification);
    }

    /** Whether the plan is still the same, which spares a second start the compiling. */
    @Benchmark
    public boolean comparing() {
        return plan.equals(same);
    }

    /** From a plan to a program, encoding included. */
    @Benchmark
    public LaunchProgram compiling() {
        return LaunchProgram.compile(plan);
    }

    /** From rows to the bytes of an ELF file. */
    @Benchmark
    public int encoding() {
        return encoder.encode();
    }

    /** The plan as text. */
    @Benchmark
    public String explaining() {
        return plan.explain();
    }
}
