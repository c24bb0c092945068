package io.lxc4j;

import io.lxc4j.audit.Audit;
import io.lxc4j.audit.Auditor;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.RemoteHand;
import io.lxc4j.layers.Change;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootUse;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.NamespacePlan;
import io.lxc4j.security.Isolation;
import io.lxc4j.security.Rights;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
    private static final Duration FREEZE_LIMIT = Duration.ofSeconds(10);

    private final ContainerSpec specification;
    private final ContainerProcess process;
    private final RootUse use;
    private final @Nullable IdLease lease;
    private final @Nullable Cgroup cgroup;
    private final Errands errands;
    private final RunningMounts mounts;
    private final ExecPrograms programs = new ExecPrograms();
    private final Set<SystemCallSupervisor> supervisors = ConcurrentHashMap.newKeySet();

    Container(
            ContainerSpec specification,
            ContainerProcess process,
            RootUse use,
            @Nullable IdLease lease,
            @Nullable Cgroup cgroup) {
        this.use = use;
        this.specification = specification;
        this.process = process;
        this.lease = lease;
        this.cgroup = cgroup;
        errands = new Errands(specification.settings(), process);
        mounts = new RunningMounts(errands, cgroup);
        supervise(process);
    }

    /** A process whose calls nobody would answer is ended. */
    private void supervise(ContainerProcess started) {
        Fd listener = started.listener();
        if (listener == null) {
            return;
        }
        try {
            SystemCallSupervisor supervisor =
                    new SystemCallSupervisor(this, specification.settings().handlers, listener, supervisors::remove);
            supervisors.add(supervisor);
            supervisor.start();
        } catch (RuntimeException | Error e) {
            started.destroyForcibly();
            listener.close();
            throw e;
        }
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

    /**
     * Looks at what the container is really allowed, from outside and as the kernel says: namespaces, capabilities, filter of system
     * calls, mounts, devices and limits, and what of that is weak.
     *
     * @return the report; a look at a moment
     * @throws ContainerException if the container has ended
     */
    public Audit audit() {
        List<Long> others = processes().stream()
                .map(RunningProcess::hostPid)
                .filter(pid -> pid != process.pid())
                .toList();
        return Auditor.look(
                process.pid(), others, () -> cgroup().map(Cgroup::stats), cgroup().flatMap(Cgroup::devices));
    }

    /**
     * Copies a file, a directory with all that it holds, or a symbolic link into the container, with the rights of its first
     * process's user, to whom the copy belongs. Permissions are kept, but for set-user-id and the like. A file that is there is
     * overwritten, a directory filled up.
     *
     * @param source a path of the host; a symbolic link at its end is copied as such
     * @param target an absolute path inside, the name of the copy, in a directory that exists; symbolic links on the way are
     *     followed as inside, one at its end is not
     * @throws io.lxc4j.error.InvalidSpecificationException if the target is no absolute path or has {@code ..}
     * @throws ContainerException if something can't be read or written, is none of the three, or the container has ended; what
     *     was copied before stays
     */
    public void copyIn(Path source, String target) {
        try (RemoteHand hand = errands.hand()) {
            new CopyIn(hand).copy(source, InsidePath.check("copyIn", target));
        }
    }

    /**
     * Copies a file, a directory with all that it holds, or a symbolic link out of the container. The copy belongs to this JVM's
     * user. Permissions are kept, but for set-user-id and the like. Whatever the container does meanwhile, nothing is read from
     * outside of it, and nothing is written beside the target.
     *
     * @param source an absolute path inside; symbolic links on the way are followed as inside, one at its end is copied as
     *     such
     * @param target a path of the host, the name of the copy, which must not exist
     * @throws io.lxc4j.error.InvalidSpecificationException if the source is no absolute path or has {@code ..}
     * @throws ContainerException if something can't be read or written, is none of the three, or the container has ended;
     *     nothing is left of the copy then
     */
    public void copyOut(String source, Path target) {
        try (RemoteHand hand = errands.hand()) {
            new CopyOut(hand).copy(InsidePath.check("copyOut", source), target);
        }
    }

    /**
     * Mounts something in the running container, as {@link ContainerBuilder#mount} does before its start: over what is there, and
     * a target that is missing is made. All processes of the container see it, from one moment on and whole. What only root may
     * read on the host needs a JVM of root to be opened, as there. A device becomes one that the container may open.
     *
     * @param mount what is mounted, and {@linkplain Mount#at(String) where}; no {@link Mount#proc()}
     * @throws io.lxc4j.error.InvalidSpecificationException if it has no place, can't be had in a running container, or what is
     *     mounted is not there
     * @throws io.lxc4j.error.HostUnsupportedException if this host, or this user of it, can't mount it so
     * @throws io.lxc4j.error.LaunchException if a step fails; the message names it, and nothing is mounted. A target that was made
     *     stays
     * @throws ContainerException if the container has ended
     */
    public void mount(Mount mount) {
        mounts.add(mount);
    }

    /**
     * Takes away what was mounted last at a place, by {@link #mount} or before the start, with what is mounted below it. Processes
     * that have a file open there, or work in a directory of it, keep that.
     *
     * @param target the place, as it was mounted at; no part of it may be a symbolic link inside
     * @throws io.lxc4j.error.InvalidSpecificationException if nothing was mounted there, or it is masked or protected
     * @throws io.lxc4j.error.LaunchException if a step fails; the message names it, and nothing is unmounted
     * @throws ContainerException if the container has ended
     */
    public void unmount(String target) {
        mounts.remove(InsidePath.check("unmount", target));
    }

    LaunchPlan plan(ExecBuilder exec) {
        return ContainerPlan.of(specification.settings(), exec, Errands.FIRST_PROCESS);
    }

    Isolation isolation() {
        return specification.settings().isolation();
    }

    /** What a process has that joins it. */
    Rights rights() {
        return NamespacePlan.rights(specification.settings().namespaces());
    }

    ContainerProcess start(ExecBuilder exec, Redirect input) {
        return start(exec, programs.of(exec.asked(), () -> plan(exec)), input);
    }

    /** Starts a program compiled from this container's plan for a process; tests hand in faulty ones. */
    ContainerProcess start(ExecBuilder exec, LaunchProgram program, Redirect input) {
        try (Fd pidfd = process.pidfd();
                CgroupInput entry = cgroup == null ? null : cgroup.inputToJoin()) {
            ContainerProcess started = ContainerProcess.launch(
                    program,
                    exec.streams(input),
                    List.of(pidfd),
                    null,
                    entry,
                    pid -> {},
                    exec.launchLimit(),
                    false,
                    () -> {});
            supervise(started);
            return started;
        }
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
     * Asks the container's process to end, by the stop signal of its image, {@code SIGTERM} if it has none; and ends what is left
     * then, as {@link #close()} does.
     *
     * @param limit how long the process may take
     * @return whether it has ended by itself in that time
     * @throws InterruptedException if this thread is interrupted; everything is ended then
     */
    public boolean stop(Duration limit) throws InterruptedException {
        try {
            process.signal(specification.settings().execution().stopSignal());
            return process.waitFor(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        } finally {
            close();
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
        supervisors.forEach(SystemCallSupervisor::close);
        if (cgroup != null) {
            cgroup.close();
        }
        use.close();
    }

    /**
     * Makes an image of the container's files, whose processes are stopped for that time, so that all is of one moment. What programs have
     * not written yet is not in it, as after a power cut.
     *
     * @param message what has changed; may be empty
     * @param reference the name of the new image
     * @return the image, in the store of the container's
     * @throws io.lxc4j.error.InvalidSpecificationException if its root is neither that of a {@link io.lxc4j.layers.WritableLayer} nor
     *     {@link io.lxc4j.layers.Image#temporaryRoot()}
     * @throws io.lxc4j.error.HostUnsupportedException if it has no cgroup that could stop its processes
     * @throws ContainerException if they can't be stopped within ten seconds, something can't be read, or the container has ended
     * @throws InterruptedException if this thread is interrupted; the processes run on
     */
    public Image commit(String message, String reference) throws InterruptedException {
        return whileStopped("committing a running container", () -> use.commit(message, reference));
    }

    /**
     * What the container has changed of its image's files, whose processes are stopped for that time.
     *
     * @return the changes: each directory before what is in it, names sorted by their bytes
     * @throws io.lxc4j.error.InvalidSpecificationException if its root is neither that of a {@link io.lxc4j.layers.WritableLayer} nor
     *     {@link io.lxc4j.layers.Image#temporaryRoot()}
     * @throws io.lxc4j.error.HostUnsupportedException if it has no cgroup that could stop its processes
     * @throws ContainerException if they can't be stopped within ten seconds, something can't be read, or the container has ended
     * @throws InterruptedException if this thread is interrupted; the processes run on
     */
    public List<Change> changes() throws InterruptedException {
        return whileStopped("comparing a running container with its image", use::changes);
    }

    private <T> T whileStopped(String doing, Supplier<T> work) throws InterruptedException {
        Cgroup stopped = cgroup;
        if (stopped == null) {
            throw new HostUnsupportedException(doing + ": it has no cgroup that stops its processes"
                    + " meanwhile, see Cgroup.isAvailable(); take its writable layer when it has ended");
        }
        stopped.freeze(FREEZE_LIMIT);
        try {
            return work.get();
        } finally {
            letGoOn(stopped);
        }
    }

    private void letGoOn(Cgroup stopped) {
        try {
            stopped.thaw();
        } catch (ContainerException e) {
            if (process.isAlive()) { // else it was ended, and its cgroup with it
                throw e;
            }
        }
    }

    /** How many of its processes the kernel has ended for want of memory; 0 if that is not known. */
    long oomKills() {
        return cgroup == null ? 0 : cgroup.oomKills().orElse(0);
    }

    /**
     * Its cgroup: what it may use, which can be changed, what it uses, and what happens to it. It is gone when the container has ended;
     * then {@link Cgroup#oomKills()} still tells whether that was for want of memory.
     *
     * @return the cgroup; empty if none was asked for and this JVM can make none
     */
    public Optional<Cgroup> cgroup() {
        return Optional.ofNullable(cgroup);
    }

    @Override
    public String toString() {
        return "container of " + process;
    }
}
