package io.lxc4j;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.security.Isolation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up a container. A setting is made once; a second value is rejected. Not thread-safe. */
public final class ContainerBuilder extends CommandBuilder<ContainerBuilder> {
    @Nullable
    RootFileSystem root;

    @Nullable
    Image image;

    private boolean rootOfImage;

    @Nullable
    List<String> arguments;

    /** Known when all is set. */
    private @Nullable Execution execution;

    @Nullable
    Namespaces namespaces;

    private @Nullable ProcessAttributes attributes;

    private static final Logger LOG = LoggerFactory.getLogger(ContainerBuilder.class);

    /** So many that no usual program needs more, and few enough that a fork bomb harms nobody else. */
    private static final Limits USUAL_LIMITS =
            Limits.builder().pidsMax(4096).memoryOomGroup(true).build();

    /** What others have, too: so that a cgroup of the CPUs is there, without which a JVM inside would look for no limit at all. */
    private static final Limits USUAL_WEIGHT =
            USUAL_LIMITS.toBuilder().cpuWeight(100).build();

    private @Nullable Isolation isolation;
    private @Nullable Limits limits;

    @Nullable
    String hostName;

    boolean init;

    final Map<String, SystemCallHandler> handlers = new LinkedHashMap<>();
    final List<Mount> mounts = new ArrayList<>();
    final Set<String> maskedPaths = new LinkedHashSet<>();
    final Set<String> protectedPaths = new LinkedHashSet<>();

    ContainerBuilder() {}

    ContainerBuilder(ContainerBuilder other) {
        super(other);
        root = other.root;
        image = other.image;
        rootOfImage = other.rootOfImage;
        arguments = other.arguments;
        namespaces = other.namespaces;
        attributes = other.attributes;
        isolation = other.isolation;
        limits = other.limits;
        hostName = other.hostName;
        init = other.init;
        handlers.putAll(other.handlers);
        mounts.addAll(other.mounts);
        maskedPaths.addAll(other.maskedPaths);
        protectedPaths.addAll(other.protectedPaths);
    }

    @Override
    ContainerBuilder self() {
        return this;
    }

    /**
     * Sets the program and its arguments.
     *
     * @param command a path inside, or a name to be looked for in the container's {@code PATH}; then the arguments
     * @return this builder
     * @throws InvalidSpecificationException if it is empty, or a part has a NUL character
     */
    public ContainerBuilder command(String... command) {
        return command(List.of(command));
    }

    /**
     * Sets the program and its arguments.
     *
     * @param command a path inside, or a name to be looked for in the container's {@code PATH}; then the arguments
     * @return this builder
     * @throws InvalidSpecificationException if it is empty, or a part has a NUL character
     */
    public ContainerBuilder command(List<String> command) {
        setCommand(command);
        return this;
    }

    /**
     * Sets what it is a container of: the image's files, below a tmpfs that takes what is written and vanishes with the container, unless
     * {@link #root} says how they are to be used; and what its configuration says, where this builder does not: the
     * program and its arguments, environment, user, working directory (which is made if it is missing) and {@linkplain Container#stop stop
     * signal}. What is written to its volumes vanishes with all else; a {@linkplain #mount mount} keeps it. Ports are
     * not published, as a container has a network of its own.
     *
     * @param image the image
     * @return this builder
     * @see Image#config()
     */
    public ContainerBuilder image(Image image) {
        unset("image", this.image, image);
        this.image = image;
        if (rootOfImage) {
            root = null;
            rootOfImage = false;
        }
        return this;
    }

    /**
     * Sets the arguments of the image's program, its entry point, in the place of those that the image has for it. If the image has no
     * entry point, the first one is the program.
     *
     * @param arguments the arguments; none is possible
     * @return this builder
     * @throws InvalidSpecificationException if one has a NUL character
     */
    public ContainerBuilder arguments(String... arguments) {
        List<String> all = List.of(arguments);
        unset("arguments", this.arguments, all);
        all.forEach(argument -> noNul("arguments", argument));
        this.arguments = all;
        return this;
    }

    /**
     * Sets where the files come from; by default the image, and without one {@link RootFileSystem#host()}.
     *
     * @param root the root file system
     * @return this builder
     */
    public ContainerBuilder root(RootFileSystem root) {
        unset("root", this.root, root);
        this.root = root;
        return this;
    }

    /**
     * Sets what is shared with the host; by default nothing.
     *
     * @param namespaces the namespaces
     * @return this builder
     */
    public ContainerBuilder namespaces(Namespaces namespaces) {
        unset("namespaces", this.namespaces, namespaces);
        this.namespaces = namespaces;
        return this;
    }

    /**
     * Sets limits and attributes of the processes: of the command, whose descendants inherit them.
     *
     * @param attributes the attributes; by default nothing but the usual umask is set
     * @return this builder
     */
    public ContainerBuilder attributes(ProcessAttributes attributes) {
        unset("attributes", this.attributes, attributes);
        this.attributes = attributes;
        return this;
    }

    /**
     * Sets what the processes may do; by default {@link Isolation#standard()}.
     *
     * @param isolation the isolation
     * @return this builder
     */
    public ContainerBuilder isolation(Isolation isolation) {
        unset("isolation", this.isolation, isolation);
        this.isolation = isolation;
        return this;
    }

    /**
     * Limits what all of its processes may use together, also those that are executed later. By default it has at most 4096
     * processes and threads, is ended as a whole when memory is short, and may open the {@linkplain
     * io.lxc4j.cgroups.DeviceAccess#standard() usual devices} and those that mounts give it, each where the host, and this user of
     * it, can limit that. Devices of {@link #device} are allowed in any case. Limits can be changed while it runs, see {@link
     * Container#cgroup()}. Inside they can be read at {@code /sys/fs/cgroup}, where a JVM looks for the memory and processors that it
     * has, unless the cgroup namespace is shared or joined.
     *
     * @param limits the limits, in addition to those, of the same kind instead of them
     * @return this builder
     */
    public ContainerBuilder limits(Limits limits) {
        unset("limits", this.limits, limits);
        this.limits = limits;
        return this;
    }

    /**
     * Has this JVM decide on a system call of the container's processes, or emulate it, while they wait. Other rules for that call
     * do not count then, and one that is not asked for costs nothing. Needs Linux 5.0, and 5.14 to give descriptors.
     *
     * <pre>{@code
     * .onSystemCall("mknodat", (container, call) -> {
     *     container.mount(Mount.device(Path.of("/dev/null")).at(call.string(1)));
     *     return SystemCallAnswer.value(0);
     * })
     * }</pre>
     *
     * @param name the call; none that the launch itself makes at its end, as {@code execve}
     * @param handler what decides
     * @return this builder
     * @throws InvalidSpecificationException if it has a handler already, is made by the launch, or is none of a system call up to Linux
     *     6.18
     */
    public ContainerBuilder onSystemCall(String name, SystemCallHandler handler) {
        unset("onSystemCall of " + printable(name), handlers.get(name), handler);
        Isolation.standard().supervising(Set.of(name)).check(true);
        handlers.put(name, handler);
        return this;
    }

    /**
     * Sets the host name inside; by default {@code container}.
     *
     * @param name 1 to 64 ASCII letters, digits, hyphens and dots; a letter or digit at both ends
     * @return this builder
     */
    public ContainerBuilder hostName(String name) {
        unset("hostName", hostName, name);
        hostName = Namespaces.builder().hostName(name).build().hostName();
        return this;
    }

    /**
     * Shows a file or directory of the host inside, read-only. Directories on the way that are missing are made.
     *
     * @param source an absolute path of the host
     * @param target an absolute path inside
     * @return this builder
     */
    public ContainerBuilder bind(Path source, String target) {
        return mount(Mount.bind(source).at(target));
    }

    /**
     * Shares a file or directory of the host for reading and writing. What the container may do there is up to the
     * permissions of its users on the host. With the host's root as this JVM's user, each container has ids of its
     * own there, so others can't read what it has written unless everybody may; {@link
     * io.lxc4j.namespaces.IdMapping#ranges()} gives several containers the same.
     *
     * @param source an absolute path of the host
     * @param target an absolute path inside
     * @return this builder
     */
    public ContainerBuilder bindWritable(Path source, String target) {
        return mount(Mount.bind(source).writable().at(target));
    }

    /**
     * Adds something to the file tree, after what was added before. Directories on the way to its place that are missing are made,
     * in the container's root alone.
     *
     * @param mount what is mounted, and {@linkplain Mount#at(String) where}
     * @return this builder
     * @throws InvalidSpecificationException if it has no place, or another one has the same
     */
    public ContainerBuilder mount(Mount mount) {
        for (Mount other : mounts) {
            if (other.target().equals(mount.target())) {
                throw new InvalidSpecificationException(
                        "two mounts at " + mount.target() + ": " + other.describe() + " and " + mount.describe());
            }
        }
        mounts.add(mount);
        return this;
    }

    /**
     * Shows a device node of the host at the same path. Nothing else of the host's devices is there, but those that every program
     * expects, as {@code /dev/null}.
     *
     * @param device an absolute path of the host, for instance {@code /dev/fuse}
     * @return this builder
     * @see Mount#device(Path)
     */
    public ContainerBuilder device(Path device) {
        return mount(Mount.device(device));
    }

    /**
     * Hides a file or directory behind an empty one that is read-only, whatever was mounted there; one that is missing is not
     * made. Always hidden are the parts of {@code /proc} and {@code /sys} that tell of the host's memory, hardware and keys.
     *
     * @param path an absolute path inside; symbolic links are followed within the container's root
     * @return this builder
     */
    public ContainerBuilder mask(String path) {
        maskedPaths.add(below("mask", path));
        return this;
    }

    /**
     * Makes a file or directory read-only, with what is mounted below it; one that is missing is not made. The parts of {@code /proc}
     * that change the kernel always are, and so is {@code /sys}.
     *
     * @param path an absolute path inside; symbolic links are followed within the container's root
     * @return this builder
     */
    public ContainerBuilder protect(String path) {
        protectedPaths.add(below("protect", path));
        return this;
    }

    private static String below(String setting, String path) {
        String checked = InsidePath.check(setting, path);
        if (checked.equals("/")) {
            throw new InvalidSpecificationException(
                    setting + " is for a part of the root, not for / itself; RootFileSystem.readOnly(…) protects all");
        }
        return checked;
    }

    /**
     * Has an init of this library as process 1, and the command as its child; by default the command is process 1. The init
     * collects orphans, passes signals on to the command, and ends with it. So a command that was not made to be
     * process 1 is treated by the kernel as anywhere else.
     *
     * @return this builder
     */
    public ContainerBuilder init() {
        init = true;
        return this;
    }

    /**
     * Finishes.
     *
     * @return the specification
     * @throws InvalidSpecificationException if settings are missing or contradict each other
     */
    public ContainerSpec build() {
        if (arguments != null && (image == null || !command.isEmpty())) {
            throw new InvalidSpecificationException(
                    "arguments are those of an image's program: set an image and no command; a command has its own");
        }
        if (image != null && root == null) {
            ContainerBuilder complete = new ContainerBuilder(this);
            complete.root = image.root();
            complete.rootOfImage = true;
            return complete.build();
        }
        execution = null;
        execution = execution();
        if (image != null && execution.command().isEmpty()) {
            throw new InvalidSpecificationException("command is not set, and " + image + " names no program");
        }
        checkCommand(execution.command());
        if (hostName != null && namespaces != null) {
            throw new InvalidSpecificationException("hostName \"" + hostName
                    + "\" and namespaces are both set; set the host name in Namespaces.builder()");
        }
        ContainerPlan.searchPath(execution.environment());
        RootFileSystem files = root();
        if (files.needsOwnUsers() && !namespaces().hasOwnUsers()) {
            throw new InvalidSpecificationException("the host's files with shareUsers would show the container"
                    + " what only the host's root may read; use users of its own, or another root");
        }
        if (files.needsOwnProcesses() && !namespaces().hasOwnProcesses()) {
            throw new InvalidSpecificationException(
                    files + " needs a PID namespace of the container's own, as processes"
                            + " that outlive it in another could still write there when the next container has it");
        }
        mounts.forEach(mount -> mount.check(namespaces(), mounts));
        isolation().check(namespaces().hasOwnUsers());
        if (isolation().procOptions().containsKey("subset")
                && !namespaces().sysctls().isEmpty()) {
            throw new InvalidSpecificationException(
                    "sysctls are set in /proc/sys, which onlyProcessesInProc takes away: "
                            + namespaces().sysctls() + "; leave one of them out");
        }
        ContainerBuilder finished = new ContainerBuilder(this);
        finished.execution = execution;
        return new ContainerSpec(finished);
    }

    /**
     * Finishes, and starts a container.
     *
     * @return the running container
     * @throws ContainerException see {@link #build()} and {@link ContainerSpec#start()}
     */
    public Container start() {
        return build().start();
    }

    /**
     * Finishes, and runs the command to its end.
     *
     * @return how it ended and what it wrote
     * @throws ContainerException see {@link #build()} and {@link ContainerSpec#run()}
     * @throws InterruptedException if this thread is interrupted; the container is ended then
     */
    public ContainerResult run() throws InterruptedException {
        return build().run();
    }

    Execution execution() {
        return execution == null ? Execution.of(this) : execution;
    }

    /** The same for one container, which has a root of its own. */
    ContainerBuilder withRoot(RootFileSystem own) {
        if (own == root()) {
            return this;
        }
        ContainerBuilder bound = new ContainerBuilder(this);
        bound.execution = execution;
        bound.root = own;
        return bound;
    }

    RootFileSystem root() {
        return root == null ? RootFileSystem.host() : root;
    }

    Namespaces namespaces() {
        if (namespaces != null) {
            return namespaces;
        }
        Namespaces.Builder builder = Namespaces.builder();
        return (hostName == null ? builder : builder.hostName(hostName)).build();
    }

    /** Where none was asked for and none can be made, the container stays in the cgroup of this JVM. */
    boolean hasCgroup() {
        return limits != null || Cgroup.isAvailable();
    }

    /** Makes the cgroup; null where the container goes without. */
    @Nullable
    Cgroup makeCgroup() {
        if (!hasCgroup()) {
            return null;
        }
        try {
            return Cgroup.create(
                    ContainerNames.next(),
                    ContainerDevices.asked(limits(), mounts),
                    ContainerDevices.wished(wishedLimits(), mounts));
        } catch (HostUnsupportedException e) {
            if (limits != null) {
                throw e;
            }
            LOG.debug("a container stays in the cgroup of this JVM", e);
            return null;
        }
    }

    Limits limits() {
        return limits == null ? Limits.none() : limits;
    }

    /** A cgroup of the CPUs in version 1 has no share of real time. */
    Limits wishedLimits() {
        return limits().isEmpty() || attributes().hasRealTimePolicy() ? USUAL_LIMITS : USUAL_WEIGHT;
    }

    /** Whether it was said which devices it may open. */
    boolean limitsDevices() {
        return limits != null && limits.devices().isPresent();
    }

    Isolation isolation() {
        Isolation chosen = isolation == null ? Isolation.standard() : isolation;
        return handlers.isEmpty() ? chosen : chosen.supervising(handlers.keySet());
    }

    ProcessAttributes attributes() {
        return attributes == null ? ProcessAttributes.builder().build() : attributes;
    }
}
