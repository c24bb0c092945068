package io.lxc4j;

import io.lxc4j.launch.LaunchPlan;

/** Shows the plan of a container, which the library keeps to itself, to the benchmarks. */
public final class Plans {
    private Plans() {}

    /**
     * Plans a container.
     *
     * @param specification the container
     * @return what starting it would do
     */
    public static LaunchPlan of(ContainerSpec specification) {
        return specification.plan();
    }
}
