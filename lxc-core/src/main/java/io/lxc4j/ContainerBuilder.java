package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sets up a container. A setting is made once; a second value is rejected. Not thread-safe. */
public final class ContainerBuilder {
    private static final int DEFAULT_OUTPUT_LIMIT_BYTES = 1 << 20;

    List<String> command = List.of();

    @Nullable
    RootFileSystem root;

    @Nullable
    Namespaces namespaces;

    @Nullable
    String hostName;

    @Nullable
    String workingDirectory;

    final Map<String, String> environment = new LinkedHashMap<>();
    final List<Mount> mounts = new ArrayList<>();
    final Set<String> maskedPaths = new LinkedHashSet<>();
    final Set<String> protectedPaths = new LinkedHashSet<>();
    private @Nullable Redirect input;
    private @Nullable Redirect output;
    private @Nullable Redirect error;
    boolean mergedError;

    @Nullable
    Duration timeout;

    private int outputLimitBytes;

    /** Whether the settings are those of a specification, which the next call of each setter replaces. */
    private final boolean inherited;

    ContainerBuilder() {
        inherited = false;
    }

    ContainerBuilder(ContainerBuilder other) {
        inherited = true;
        command = other.command;
        root = other.root;
        namespaces = other.namespaces;
        hostName = other.hostName;
        workingDirectory = other.workingDirectory;
        environment.putAll(other.environment);
        mounts.addAll(other.mounts);
        maskedPaths.addAll(other.maskedPaths);
        protectedPaths.addAll(other.protectedPaths);
        input = other.input;
        output = other.output;
        error = other.error;
        mergedError = other.mergedError;
        timeout = other.timeout;
        outputLimitBytes = other.outputLimitBytes;
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
        unset("command", this.command.isEmpty() ? null : this.command, command);
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new InvalidSpecificationException("command is empty; it must name a program");
        }
        for (String part : command) {
            noNul("command", part);
        }
        this.command = List.copyOf(command);
        return this;
    }

    /**
     * Sets where the files come from; by default {@link RootFileSystem#host()}.
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
     * Sets the working directory; by default {@code /}.
     *
     * @param path an absolute path inside
     * @return this builder
     */
    public ContainerBuilder workingDirectory(String path) {
        unset("workingDirectory", workingDirectory, path);
        workingDirectory = InsidePath.check("workingDirectory", path);
        return this;
    }

    /**
     * Sets an environment variable. Nothing of this JVM's environment is passed on; by default there are
     * {@code PATH}, {@code HOME} and {@code container=lxc4j}.
     *
     * @param name not empty, without {@code =}
     * @param value anything without a NUL character
     * @return this builder
     */
    public ContainerBuilder environment(String name, String value) {
        if (name.isEmpty() || name.contains("=") || name.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException("environment name \"" + printable(name)
                    + "\" must not be empty and have no = and no NUL character");
        }
        noNul("environment variable " + name, value);
        unset("environment variable " + name, environment.get(name), value);
        environment.put(name, value);
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
     * Sets where standard input comes from; by default a pipe, and nothing for {@link #run()}.
     *
     * @param source as for {@link ProcessBuilder#redirectInput(Redirect)}
     * @return this builder
     */
    public ContainerBuilder redirectInput(Redirect source) {
        unset("redirectInput", input, source);
        if (source.type() == Redirect.Type.WRITE || source.type() == Redirect.Type.APPEND) {
            throw new InvalidSpecificationException("redirectInput can't read from " + source);
        }
        input = source;
        return this;
    }

    /**
     * Sets where standard output goes to; by default a pipe.
     *
     * @param destination as for {@link ProcessBuilder#redirectOutput(Redirect)}
     * @return this builder
     */
    public ContainerBuilder redirectOutput(Redirect destination) {
        unset("redirectOutput", output, destination);
        output = destination("redirectOutput", destination);
        return this;
    }

    /**
     * Sets where standard error goes to; by default a pipe.
     *
     * @param destination as for {@link ProcessBuilder#redirectError(Redirect)}
     * @return this builder
     */
    public ContainerBuilder redirectError(Redirect destination) {
        unset("redirectError", error, destination);
        error = destination("redirectError", destination);
        return this;
    }

    private static Redirect destination(String setting, Redirect destination) {
        if (destination.type() == Redirect.Type.READ) {
            throw new InvalidSpecificationException(setting + " can't write to " + destination);
        }
        return destination;
    }

    /**
     * Sends standard error where standard output goes.
     *
     * @return this builder
     */
    public ContainerBuilder mergeError() {
        mergedError = true;
        return this;
    }

    /**
     * Sets how long {@link #run()} waits; by default without end.
     *
     * @param timeout more than zero
     * @return this builder
     */
    public ContainerBuilder timeout(Duration timeout) {
        unset("timeout", this.timeout, timeout);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidSpecificationException("timeout must be more than zero, not " + timeout);
        }
        this.timeout = timeout;
        return this;
    }

    /**
     * Sets how much of each output {@link #run()} keeps; by default 1 MiB.
     *
     * @param bytes at least 1
     * @return this builder
     */
    public ContainerBuilder outputLimitBytes(int bytes) {
        unset("outputLimitBytes", outputLimitBytes == 0 ? null : outputLimitBytes, bytes);
        if (bytes < 1) {
            throw new InvalidSpecificationException("outputLimitBytes must be at least 1, not " + bytes);
        }
        outputLimitBytes = bytes;
        return this;
    }

    /**
     * Finishes.
     *
     * @return the specification
     * @throws InvalidSpecificationException if settings are missing or contradict each other
     */
    public ContainerSpec build() {
        if (command.isEmpty()) {
            throw new InvalidSpecificationException("command is not set; it must name a program");
        }
        if (hostName != null && namespaces != null) {
            throw new InvalidSpecificationException("hostName \"" + hostName
                    + "\" and namespaces are both set; set the host name in Namespaces.builder()");
        }
        if (mergedError && error != null) {
            throw new InvalidSpecificationException("mergeError and redirectError(" + error + ") are both set");
        }
        ContainerPlan.searchPath(environment);
        RootFileSystem files = root();
        if (files.needsOwnUsers() && !namespaces().hasOwnUsers()) {
            throw new InvalidSpecificationException("the host's files with shareUsers would show the container"
                    + " what only the host's root may read; use users of its own, or another root");
        }
        mounts.forEach(mount -> mount.check(namespaces(), mounts));
        return new ContainerSpec(new ContainerBuilder(this));
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

    Redirect in(Redirect otherwise) {
        return input == null ? otherwise : input;
    }

    Redirect out() {
        return output == null ? Redirect.PIPE : output;
    }

    Redirect err() {
        return error == null ? Redirect.PIPE : error;
    }

    int outputLimitBytes() {
        return outputLimitBytes == 0 ? DEFAULT_OUTPUT_LIMIT_BYTES : outputLimitBytes;
    }

    private void unset(String setting, @Nullable Object before, Object now) {
        if (before != null && !inherited) {
            throw new InvalidSpecificationException(setting + " was set before: " + printable(before.toString())
                    + ", now " + printable(now.toString()));
        }
    }

    private static void noNul(String setting, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException(
                    setting + " has a NUL character, which the kernel can't take: \"" + printable(value) + "\"");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new InvalidSpecificationException(
                    setting + " has half of a surrogate pair, which UTF-8 can't take: \"" + printable(value) + "\"");
        }
    }

    private static String printable(String value) {
        return value.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    }
}
