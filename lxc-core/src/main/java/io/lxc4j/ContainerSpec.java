package io.lxc4j;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootUse;
import io.lxc4j.namespaces.Namespaces;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container is to be. Immutable and thread-safe: one specification starts any number of containers, also at
 * once.
 */
public final class ContainerSpec {
    private final ContainerBuilder settings;

    /** What was launched last; as long as the host looks the same, it need not be planned again. */
    private volatile @Nullable Compiled compiled;

    private record Compiled(List<Object> host, LaunchProgram program) {}

    ContainerSpec(ContainerBuilder settings) {
        this.settings = settings;
    }

    /**
     * Starts a container.
     *
     * @return the running container; its program has been executed
     * @throws io.lxc4j.error.LaunchException if a step of the plan fails; the message names it
     * @throws io.lxc4j.error.HostUnsupportedException if this host can't have such a container
     * @throws InvalidSpecificationException if the root directory is not there
     * @throws io.lxc4j.error.LaunchTimeoutException if it has not started after 30 seconds, or its timeout
     * @throws ContainerException if a redirect's file can't be opened, or the process is killed while it starts
     */
    public Container start() {
        return start(settings.in(Redirect.PIPE));
    }

    private Container start(Redirect input) {
        RootUse use = settings.root().use();
        try {
            ContainerBuilder own = settings.withRoot(use.root());
            List<Object> host = ContainerPlan.look(own);
            Compiled current = compiled;
            if (current == null || !current.host.equals(host)) {
                current = new Compiled(host, LaunchProgram.compile(ContainerPlan.of(own)));
                compiled = current;
            }
            return start(current.program, use, input);
        } catch (RuntimeException | Error e) {
            use.close();
            throw e;
        }
    }

    /** Starts a program compiled from this specification's plan; tests hand in faulty ones. */
    Container start(LaunchProgram program, Redirect input) {
        return start(program, RootUse.of(settings.root()), input);
    }

    private Container start(LaunchProgram program, RootUse use, Redirect input) {
        IdLease lease = settings.namespaces().lease();
        Cgroup cgroup = null;
        try {
            cgroup = settings.makeCgroup();
            return start(program, use, lease, cgroup, input);
        } catch (RuntimeException | Error e) {
            if (cgroup != null) {
                cgroup.close();
            }
            if (lease != null) {
                lease.close();
            }
            throw e;
        }
    }

    private Container start(
            LaunchProgram program, RootUse use, @Nullable IdLease lease, @Nullable Cgroup cgroup, Redirect input) {
        Namespaces namespaces = settings.namespaces();
        List<Fd> joined = namespaces.open();
        try (CgroupInput entry = cgroup == null ? null : cgroup.input()) {
            ContainerProcess process = ContainerProcess.launch(
                    program,
                    settings.streams(input),
                    joined,
                    lease == null || !namespaces.makesUsers()
                            ? null
                            : lease.ids().maps(),
                    entry,
                    use,
                    settings.launchLimit(),
                    namespaces.hasOwnProcesses() && !settings.init,
                    () -> ended(use, lease, cgroup));
            try {
                return new Container(this, process, use, lease, cgroup);
            } catch (RuntimeException | Error e) {
                process.end();
                throw e;
            }
        } finally {
            joined.forEach(Fd::close);
        }
    }

    /** The reactor does not wait for the kernel to let go of a cgroup. */
    private static void ended(RootUse use, @Nullable IdLease lease, @Nullable Cgroup cgroup) {
        use.ended();
        if (cgroup != null) {
            Thread.ofVirtual().name("lxc4j-cgroup-end").start(cgroup::close);
        }
        if (lease != null) {
            lease.close();
        }
    }

    /**
     * Runs the command to its end and captures what it writes, as far as the output is not redirected. Standard input
     * is empty unless redirected. With a terminal the output is what it shows, errors included, in lines that end with
     * CR LF, and the end of file is typed at the beginning.
     *
     * @return how it ended and what it wrote
     * @throws ContainerTimeoutException if it takes longer than the timeout
     * @throws ContainerException if it can't be started, see {@link #start()}
     * @throws InterruptedException if this thread is interrupted; the container is ended then
     */
    public ContainerResult run() throws InterruptedException {
        try (Container container = start(settings.in(Redirect.from(new File("/dev/null"))))) {
            container.process().closeInput();
            return new Capture(
                            container.process(),
                            command(),
                            settings.outputLimitBytes(),
                            settings.timeout,
                            () -> container.oomKills() > 0)
                    .await();
        }
    }

    /**
     * What starting it would do on this host, system call by system call, without doing it.
     *
     * @return the plan, as {@code strace} would show it; lines that end with a line feed
     */
    public String explain() {
        return plan().explain();
    }

    /**
     * The command.
     *
     * @return the program and its arguments
     */
    public List<String> command() {
        return settings.execution().command();
    }

    /**
     * What is mounted in it beside what every container has.
     *
     * @return the mounts, in the order in which they are made
     */
    public List<Mount> mounts() {
        return List.copyOf(settings.mounts);
    }

    ContainerBuilder settings() {
        return settings;
    }

    LaunchPlan plan() {
        var _ = ContainerPlan.look(settings);
        return ContainerPlan.of(settings);
    }

    /**
     * A builder that has all of these settings, each of which may be set anew.
     *
     * @return a builder
     */
    public ContainerBuilder toBuilder() {
        return new ContainerBuilder(settings);
    }

    @Override
    public String toString() {
        return "container specification of " + command();
    }
}
