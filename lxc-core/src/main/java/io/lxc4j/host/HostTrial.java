package io.lxc4j.host;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.LaunchedProcess;
import io.lxc4j.launch.Launcher;
import io.lxc4j.launch.Operation;
import io.lxc4j.namespaces.NamespacePlan;
import io.lxc4j.namespaces.Namespaces;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tries plans. A plan ends with the exec of a file that can't be there: if that is what fails, all before it worked,
 * and the process is gone, with all its namespaces and mounts.
 */
final class HostTrial implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final List<String> PATH = List.of("/usr/bin", "/bin", "/usr/local/bin");

    /** No file can be below one that is no directory. */
    private static final Operation.Exec NOWHERE =
            new Operation.Exec("/dev/null/nowhere", List.of("nowhere"), List.of(), List.of());

    /** The maps that a container of this user gets. */
    private final IdMaps maps = usualMaps();

    private final Fd idle = Kernel.open("/dev/null", Constants.O_RDWR, 0);

    private static IdMaps usualMaps() {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        NamespacePlan.contribute(plan, Namespaces.builder().build());
        return Objects.requireNonNull(plan.add(NOWHERE).build().idMaps());
    }

    IdMaps maps() {
        return maps;
    }

    /** Begins a plan for a process of this user. */
    static LaunchPlan.Builder plain() {
        return LaunchPlan.builder().add(new Operation.AwaitParent());
    }

    /** Begins a plan for the root of a new user namespace. */
    LaunchPlan.Builder asInnerRoot() {
        return asInnerRoot(maps);
    }

    static LaunchPlan.Builder asInnerRoot(IdMaps maps) {
        return plain().namespace(Namespace.USER)
                .idMaps(maps)
                .add(new Operation.SetIds(0, 0, maps.denySetgroups() ? null : List.of()));
    }

    /** Why a plan does not work; empty if it does. */
    Optional<HostFailure> failure(LaunchPlan.Builder plan) {
        try {
            LaunchProgram program = LaunchProgram.compile(plan.add(NOWHERE).build());
            end(Launcher.shared().launch(program, LaunchInputs.streams(idle, idle, idle)));
            throw new IllegalStateException("executed what can't be there");
        } catch (LaunchException e) {
            return e.operation().equals(NOWHERE.summary()) ? Optional.empty() : Optional.of(HostFailure.of(e));
        } catch (ContainerException e) {
            return Optional.of(HostFailure.of(e));
        }
    }

    /**
     * Makes a user namespace that no process is in.
     *
     * @return a descriptor that keeps it
     * @throws ContainerException if it can't be had, or the host has no {@code cat} to hold it meanwhile
     */
    Fd userNamespace() {
        LaunchPlan.Builder plan = asInnerRoot()
                .add(new Operation.DieWithParent())
                .add(new Operation.CloseDescriptors())
                .add(new Operation.Exec("cat", List.of("cat"), List.of(), PATH));
        Fd[] pipe = Kernel.pipe("input of a process that waits");
        try (Fd input = pipe[0];
                Fd _ = pipe[1]) {
            LaunchedProcess process = Launcher.shared()
                    .launch(LaunchProgram.compile(plan.build()), LaunchInputs.streams(input, idle, idle));
            try {
                return Kernel.open("/proc/" + process.pid() + "/ns/user", Constants.O_RDONLY, 0);
            } finally {
                end(process);
            }
        }
    }

    private static void end(LaunchedProcess process) {
        process.signal(SIGKILL);
        process.exit().join();
    }

    @Override
    public void close() {
        idle.close();
    }
}
