package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.IdLease;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable IdLease lease;

    Container(ContainerSpec specification, ContainerProcess process, @Nullable IdLease lease) {
        this.specification = specification;
        this.process = process;
        this.lease = lease;
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
     * Opens a namespace of the container, for other containers to join: containers that share a network, and what else they
     * need of each other, are a pod. The namespace stays as long as the handle or a container that has joined it, also if this
     * container ends.
     *
     * @param kind which
     * @return the handle, which is the caller's to close
     * @throws ContainerException if the container has ended
     */
    public NamespaceHandle namespace(NamespaceKind kind) {
        try (Fd pidfd = process.pidfd()) {
            return NamespaceHandle.ofContainer(pidfd, process.pid(), kind, lease);
        }
    }

    /**
     * Ends everything in the container, waits until it is gone, and closes the streams of its process. A second call
     * does nothing. In a container that has joined a PID namespace, that is its first process; the others end with process 1 of
     * that namespace.
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
