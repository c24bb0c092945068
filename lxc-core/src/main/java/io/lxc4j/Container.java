package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.LaunchedProcess;
import io.lxc4j.launch.Launcher;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/**
 * A running container: processes of this machine that see a system of their own.
 *
 * <pre>{@code
 * try (Container container = Container.builder().command("sh", "-c", "hostname; id").start()) {
 *     container.process().getInputStream().transferTo(System.out);
 * }
 * }</pre>
 *
 * <p>It lives as long as its first process, and no longer than this JVM, even if that is killed. Thread-safe.
 */
public final class Container implements AutoCloseable {
    private final ContainerSpec specification;
    private final ContainerProcess process;
    private final Handle firstProcess = new Handle("process 1 of the container");

    Container(ContainerSpec specification, ContainerProcess process) {
        this.specification = specification;
        this.process = process;
    }

    /**
     * Describes a container. Everything has a default but the command.
     *
     * @return a builder
     */
    public static ContainerBuilder builder() {
        return new ContainerBuilder();
    }

    /**
     * Runs a command to its end in a container with all defaults.
     *
     * @param command the program and its arguments
     * @return how it ended and what it wrote
     * @throws ContainerException if it can't be started
     * @throws InterruptedException if this thread is interrupted; the container is ended then
     */
    public static ContainerResult run(String... command) throws InterruptedException {
        return builder().command(command).run();
    }

    /**
     * What the container was started from.
     *
     * @return the specification
     */
    public ContainerSpec specification() {
        return specification;
    }

    /**
     * The container's first process.
     *
     * @return the process
     */
    public ContainerProcess process() {
        return process;
    }

    /**
     * Describes one more process in the container.
     *
     * @param command a path inside, or a name to be looked for in the {@code PATH}; then the arguments
     * @return a builder, whose {@code start()} starts it
     * @throws io.lxc4j.error.InvalidSpecificationException if it is empty, or a part has a NUL character
     */
    public ExecBuilder exec(String... command) {
        return exec(List.of(command));
    }

    /**
     * Describes one more process in the container.
     *
     * @param command a path inside, or a name to be looked for in the {@code PATH}; then the arguments
     * @return a builder, whose {@code start()} starts it
     * @throws io.lxc4j.error.InvalidSpecificationException if it is empty, or a part has a NUL character
     */
    public ExecBuilder exec(List<String> command) {
        return new ExecBuilder(this, command);
    }

    /**
     * What runs in the container: its first process, those that were exec'd, and all that they have started.
     *
     * @return the processes by their ids inside; a look at a moment, which may be over
     * @throws io.lxc4j.error.HostUnsupportedException if {@code /proc} is not mounted
     */
    public List<RunningProcess> processes() {
        return new ProcessTable().inNamespaceOf(process.pid());
    }

    LaunchPlan plan(ExecBuilder exec) {
        return ContainerPlan.of(specification.settings(), exec, firstProcess);
    }

    ContainerProcess start(ExecBuilder exec, Redirect input) {
        return start(exec, LaunchProgram.compile(plan(exec)), input);
    }

    /** Starts a program compiled from this container's plan for a process; tests hand in faulty ones. */
    ContainerProcess start(ExecBuilder exec, LaunchProgram program, Redirect input) {
        StandardStreams streams = new StandardStreams(input, exec.out(), exec.err(), exec.mergedError);
        try (streams;
                Fd pidfd = process.pidfd()) {
            LaunchedProcess launched = Launcher.shared()
                    .launch(
                            program,
                            new LaunchInputs(
                                    streams.child(0), streams.child(1), streams.child(2), List.of(pidfd), null));
            return ContainerProcess.another(launched, streams);
        } catch (RuntimeException | Error e) {
            streams.abandon();
            throw e;
        }
    }

    /**
     * Ends everything in the container, waits until it is gone, and closes the streams of its process. A second call
     * does nothing.
     */
    @Override
    public void close() {
        process.end();
    }

    @Override
    public String toString() {
        return "container of " + process;
    }
}
