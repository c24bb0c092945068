package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Isolation;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sets up one more process in a running container. It has the container's namespaces, root file system and privileges, and
 * the environment that was set for the container, as far as it does not set its own. It ends with the container, and with
 * this JVM.
 *
 * <p>Not thread-safe.
 */
public final class ExecBuilder extends CommandBuilder<ExecBuilder> {
    private final Container container;

    private @Nullable Capabilities capabilities;

    /**
     * All that the plan of a process depends on beside its container.
     *
     * @param command the program and its arguments
     * @param environment its own variables, in their order
     * @param workingDirectory where it starts, or null
     * @param user whom it is to be, or null
     * @param terminal the size of its terminal, or null
     * @param rights what gives it capabilities of its own, or null
     */
    record Asked(
            List<String> command,
            List<Map.Entry<String, String>> environment,
            @Nullable String workingDirectory,
            @Nullable String user,
            @Nullable WindowSize terminal,
            RightsOperation.@Nullable LimitCapabilities rights) {
        /** Of all texts, in characters. */
        long length() {
            return command.stream().mapToLong(String::length).sum()
                    + environment.stream()
                            .mapToLong(variable -> variable.getKey().length()
                                    + variable.getValue().length())
                            .sum();
        }
    }

    ExecBuilder(Container container, List<String> command) {
        this.container = container;
        setCommand(command);
    }

    @Override
    ExecBuilder self() {
        return this;
    }

    /**
     * Sets which capabilities the process has; by default those that the container was started with.
     *
     * @param capabilities no more than the container's
     * @return this builder
     * @throws InvalidSpecificationException if the container has one of them not
     * @throws io.lxc4j.error.HostUnsupportedException if the kernel does not know one
     */
    public ExecBuilder capabilities(Capabilities capabilities) {
        unset("capabilities", this.capabilities, capabilities);
        this.capabilities = capabilities;
        var _ = isolation();
        return this;
    }

    Isolation isolation() {
        Isolation whole = container.isolation();
        return capabilities == null ? whole : whole.within(capabilities, container.rights());
    }

    Asked asked() {
        List<Map.Entry<String, String>> variables =
                environment.entrySet().stream().map(Map.Entry::copyOf).toList();
        RightsOperation.LimitCapabilities limit = capabilities == null ? null : capabilities.limit(container.rights());
        return new Asked(command, variables, workingDirectory, user, terminal, limit);
    }

    /**
     * Starts the process.
     *
     * @return the running process; its program has been executed
     * @throws io.lxc4j.error.LaunchException if a step fails, also as the container has ended; the message names it
     * @throws InvalidSpecificationException if settings contradict each other
     * @throws io.lxc4j.error.LaunchTimeoutException if it has not started after 30 seconds, or its timeout
     * @throws ContainerException if a redirect's file can't be opened, or the process is killed while it starts
     */
    public ContainerProcess start() {
        checkCommand(command);
        return container.start(this, in(Redirect.PIPE));
    }

    /**
     * Runs the command to its end and captures what it writes, as far as the output is not redirected. Standard input
     * is empty unless redirected. With a terminal the output is what it shows, errors included, in lines that end with
     * CR LF, and the end of file is typed at the beginning.
     *
     * @return how it ended and what it wrote
     * @throws ContainerTimeoutException if it takes longer than the timeout
     * @throws ContainerException if it can't be started, see {@link #start()}
     * @throws InterruptedException if this thread is interrupted; the process is ended then
     */
    public ContainerResult run() throws InterruptedException {
        checkCommand(command);
        long before = container.oomKills();
        ContainerProcess process = container.start(this, in(Redirect.from(new File("/dev/null"))));
        try {
            process.closeInput();
            return new Capture(process, command, outputLimitBytes(), timeout, () -> container.oomKills() > before)
                    .await();
        } finally {
            process.end();
        }
    }

    /**
     * What starting it would do, system call by system call, without doing it.
     *
     * @return the plan, as {@code strace} would show it; lines that end with a line feed
     */
    public String explain() {
        checkCommand(command);
        return container.plan(this).explain();
    }
}
