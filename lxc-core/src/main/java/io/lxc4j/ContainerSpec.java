package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.LaunchedProcess;
import io.lxc4j.launch.Launcher;
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
     * @throws ContainerException if a redirect's file can't be opened, or the process is killed while it starts
     */
    public Container start() {
        return start(settings.in(Redirect.PIPE));
    }

    private Container start(Redirect input) {
        List<Object> host = ContainerPlan.look(settings);
        Compiled current = compiled;
        if (current == null || !current.host.equals(host)) {
            current = new Compiled(host, LaunchProgram.compile(ContainerPlan.of(settings)));
            compiled = current;
        }
        return start(current.program, input);
    }

    /** Starts a program compiled from this specification's plan; tests hand in faulty ones. */
    Container start(LaunchProgram program, Redirect input) {
        IdLease lease = settings.namespaces().lease();
        try {
            return start(program, lease, input);
        } catch (RuntimeException | Error e) {
            if (lease != null) {
                lease.close();
            }
            throw e;
        }
    }

    private Container start(LaunchProgram program, @Nullable IdLease lease, Redirect input) {
        Namespaces namespaces = settings.namespaces();
        StandardStreams streams = new StandardStreams(input, settings.out(), settings.err(), settings.mergedError);
        try {
            IdMaps idMaps = lease == null || !namespaces.makesUsers()
                    ? null
                    : lease.ids().maps();
            LaunchedProcess process;
            try (streams) {
                process = launch(program, streams, namespaces, idMaps);
            }
            Runnable ended = lease == null ? () -> {} : lease::close;
            return new Container(
                    this,
                    namespaces.hasOwnProcesses()
                            ? ContainerProcess.first(process, streams, ended)
                            : ContainerProcess.firstAmongOthers(process, streams, ended),
                    lease);
        } catch (RuntimeException | Error e) {
            streams.abandon();
            throw e;
        }
    }

    private static LaunchedProcess launch(
            LaunchProgram program, StandardStreams streams, Namespaces namespaces, @Nullable IdMaps idMaps) {
        List<Fd> joined = namespaces.open();
        try {
            return Launcher.shared()
                    .launch(
                            program,
                            new LaunchInputs(streams.child(0), streams.child(1), streams.child(2), joined, idMaps));
        } finally {
            joined.forEach(Fd::close);
        }
    }

    /**
     * Runs the command to its end and captures what it writes, as far as the output is not redirected. Standard input
     * is empty unless redirected.
     *
     * @return how it ended and what it wrote
     * @throws ContainerTimeoutException if it takes longer than the timeout
     * @throws ContainerException if it can't be started, see {@link #start()}
     * @throws InterruptedException if this thread is interrupted; the container is ended then
     */
    public ContainerResult run() throws InterruptedException {
        try (Container container = start(settings.in(Redirect.from(new File("/dev/null"))))) {
            return new Capture(container, settings.outputLimitBytes(), settings.timeout).await();
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
        return settings.command;
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
        return "container specification of " + settings.command;
    }
}
