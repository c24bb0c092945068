package io.lxc4j.launch;

import io.lxc4j.kernel.Fd;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What one launch of a program has to itself. The descriptors stay open and the caller's.
 *
 * @param input the process's standard input
 * @param output its standard output
 * @param error its standard error
 * @param given the descriptors of the plan's {@link LaunchPlan#given() given handles}, in their order
 * @param idMaps the id maps to write, or null for those of the plan
 * @param cgroup the cgroup of the process, or null where the plan has none
 * @param met is told the process's id while that waits for the parent's work, before it has done anything
 * @param limit how long the process may take from one word of it to the next until it has become its program
 */
public record LaunchInputs(
        Fd input,
        Fd output,
        Fd error,
        List<Fd> given,
        @Nullable IdMaps idMaps,
        @Nullable CgroupInput cgroup,
        LongConsumer met,
        Duration limit) {
    /** What nothing takes that goes well, on a host that is busy. */
    public static final Duration USUAL_LIMIT = Duration.ofSeconds(30);

    /** Makes the list immutable. */
    public LaunchInputs {
        given = List.copyOf(given);
    }

    /**
     * Nothing but the streams.
     *
     * @param input the process's standard input
     * @param output its standard output
     * @param error its standard error
     * @return the inputs of a plan without given handles
     */
    public static LaunchInputs streams(Fd input, Fd output, Fd error) {
        return new LaunchInputs(input, output, error, List.of(), null, null, pid -> {}, USUAL_LIMIT);
    }

    int[] streamNumbers() {
        return new int[] {input.number(), output.number(), error.number()};
    }
}
