package io.lxc4j;

import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * The programs of what was executed last in a container: what is executed over and over, as a health check is, need not be
 * planned and compiled each time. Thread-safe.
 */
final class ExecPrograms {
    private static final int KEPT = 8;

    private final SequencedMap<ExecBuilder.Asked, LaunchProgram> known = new LinkedHashMap<>();

    /**
     * The program for a process.
     *
     * @param asked what the process is to be
     * @param plan its plan, made if it is not known
     */
    synchronized LaunchProgram of(ExecBuilder.Asked asked, Supplier<LaunchPlan> plan) {
        LaunchProgram program = known.get(asked);
        if (program == null) {
            program = LaunchProgram.compile(plan.get());
            if (known.size() == KEPT) {
                known.pollFirstEntry();
            }
            known.put(asked, program);
        }
        return program;
    }
}
