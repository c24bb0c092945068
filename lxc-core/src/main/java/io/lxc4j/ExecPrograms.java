package io.lxc4j;

import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The programs of what was executed last in a container: what is executed over and over, as a health check is, need not be
 * planned and compiled each time. Thread-safe.
 */
final class ExecPrograms {
    private static final int KEPT = 8;

    /** What is larger costs more memory than time. */
    private static final int LARGEST = 1 << 14;

    /** Those used last at the end. */
    private final SequencedMap<ExecBuilder.Asked, LaunchProgram> known = new LinkedHashMap<>();

    /**
     * The program for a process.
     *
     * @param asked what the process is to be
     * @param plan its plan, made if it is not known
     */
    LaunchProgram of(ExecBuilder.Asked asked, Supplier<LaunchPlan> plan) {
        LaunchProgram program = find(asked);
        if (program == null) {
            program = LaunchProgram.compile(plan.get());
            if (asked.length() <= LARGEST) {
                keep(asked, program);
            }
        }
        return program;
    }

    private synchronized @Nullable LaunchProgram find(ExecBuilder.Asked asked) {
        LaunchProgram program = known.get(asked);
        if (program != null) {
            known.putLast(asked, program);
        }
        return program;
    }

    private synchronized void keep(ExecBuilder.Asked asked, LaunchProgram program) {
        known.putLast(asked, program);
        if (known.size() > KEPT) {
            known.pollFirstEntry();
        }
    }
}
