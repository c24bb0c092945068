package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.launch.LaunchInputs;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sets up a command in a container: the container's own, or one more. A setting is made once; a second value is rejected.
 * Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class CommandBuilder<B extends CommandBuilder<B>> permits ContainerBuilder, ExecBuilder {
    private static final WindowSize DEFAULT_SIZE = new WindowSize(80, 24);
    private static final int DEFAULT_OUTPUT_LIMIT_BYTES = 1 << 20;
    private static final Pattern USER = Pattern.compile(
            "[^:/\\s\\p{Cntrl}-][^:/\\s\\p{Cntrl}]{0,255}(:[^:/\\s\\p{Cntrl}-][^:/\\s\\p{Cntrl}]{0,255})?");

    List<String> command = List.of();

    @Nullable
    String workingDirectory;

    /** Names or ids; null if it was not set. */
    @Nullable
    String user;

    final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable Redirect input;
    private @Nullable Redirect output;
    private @Nullable Redirect error;
    boolean mergedError;

    @Nullable
    WindowSize terminal;

    @Nullable
    Duration timeout;

    private int outputLimitBytes;

    /** Whether the settings are those of a specification, which the next call of each setter replaces. */
    private final boolean inherited;

    CommandBuilder() {
        inherited = false;
    }

    CommandBuilder(CommandBuilder<B> other) {
        inherited = true;
        command = other.command;
        workingDirectory = other.workingDirectory;
        user = other.user;
        environment.putAll(other.environment);
        input = other.input;
        output = other.output;
        error = other.error;
        mergedError = other.mergedError;
        terminal = other.terminal;
        timeout = other.timeout;
        outputLimitBytes = other.outputLimitBytes;
    }

    abstract B self();

    /** Sets the program and its arguments. */
    final void setCommand(List<String> command) {
        unset("command", this.command.isEmpty() ? null : this.command, command);
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new InvalidSpecificationException("command is empty; it must name a program");
        }
        for (String part : command) {
            noNul("command", part);
        }
        this.command = List.copyOf(command);
    }

    /**
     * Sets the working directory; by default {@code /}.
     *
     * @param path an absolute path inside
     * @return this builder
     */
    public B workingDirectory(String path) {
        unset("workingDirectory", workingDirectory, path);
        workingDirectory = InsidePath.check("workingDirectory", path);
        return self();
    }

    /**
     * Sets whom the process is inside; by default the user that the container's image names, and else root; for one more process, whom the
     * container's first process was at its start. Any other than root has the {@linkplain io.lxc4j.security.Capabilities#ambient
     * ambient} capabilities only.
     *
     * @param user {@code user} or {@code user:group}. Names are looked for in the image's {@code /etc/passwd} and {@code /etc/group}; ids
     *     are from 0 to 2147483647, and the container must have them. Without a group, it is that of the user in the image, with
     *     the supplementary groups that list the user and that the container has
     * @return this builder
     * @throws InvalidSpecificationException if it has another form, or was set before
     */
    public B user(String user) {
        unset("user", this.user, user);
        if (!USER.matcher(user).matches()) {
            throw new InvalidSpecificationException("user \"" + printable(user)
                    + "\" must be USER or USER:GROUP, names without spaces, slashes and control characters, or ids");
        }
        this.user = user;
        return self();
    }

    /**
     * Sets whom the process is inside, by ids, without supplementary groups; see {@link #user(String)}.
     *
     * @param uid a user id that the container has, from 0 to 2147483647
     * @param gid a group id that the container has, from 0 to 2147483647
     * @return this builder
     * @throws InvalidSpecificationException if an id is negative, or they were set before
     */
    public B user(int uid, int gid) {
        if (uid < 0 || gid < 0) {
            throw new InvalidSpecificationException(
                    "user(" + uid + ", " + gid + "): ids are from 0 to " + Integer.MAX_VALUE);
        }
        return user(uid + ":" + gid);
    }

    /**
     * Sets an environment variable. Nothing of this JVM's environment is passed on; by default there are
     * {@code PATH}, {@code HOME} and {@code container=lxc4j}, and {@code TERM=xterm} with a terminal.
     *
     * @param name not empty, without {@code =}
     * @param value anything without a NUL character
     * @return this builder
     */
    public B environment(String name, String value) {
        if (name.isEmpty() || name.contains("=") || name.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException("environment name \"" + printable(name)
                    + "\" must not be empty and have no = and no NUL character");
        }
        noNul("environment variable " + name, value);
        unset("environment variable " + name, environment.get(name), value);
        environment.put(name, value);
        return self();
    }

    /**
     * Sets where standard input comes from; by default a pipe, and nothing for {@code run()}.
     *
     * @param source as for {@link ProcessBuilder#redirectInput(Redirect)}
     * @return this builder
     */
    public B redirectInput(Redirect source) {
        unset("redirectInput", input, source);
        if (source.type() == Redirect.Type.WRITE || source.type() == Redirect.Type.APPEND) {
            throw new InvalidSpecificationException("redirectInput can't read from " + source);
        }
        input = source;
        return self();
    }

    /**
     * Sets where standard output goes to; by default a pipe.
     *
     * @param destination as for {@link ProcessBuilder#redirectOutput(Redirect)}
     * @return this builder
     */
    public B redirectOutput(Redirect destination) {
        unset("redirectOutput", output, destination);
        output = destination("redirectOutput", destination);
        return self();
    }

    /**
     * Sets where standard error goes to; by default a pipe.
     *
     * @param destination as for {@link ProcessBuilder#redirectError(Redirect)}
     * @return this builder
     */
    public B redirectError(Redirect destination) {
        unset("redirectError", error, destination);
        error = destination("redirectError", destination);
        return self();
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
    public B mergeError() {
        mergedError = true;
        return self();
    }

    /**
     * Sets how long {@code run()} waits; by default without end. A process that takes longer to start, or longer than 30 seconds, is
     * given up with a {@link io.lxc4j.error.LaunchTimeoutException}.
     *
     * @param timeout more than zero
     * @return this builder
     */
    public B timeout(Duration timeout) {
        unset("timeout", this.timeout, timeout);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidSpecificationException("timeout must be more than zero, not " + timeout);
        }
        this.timeout = timeout;
        return self();
    }

    /**
     * Sets how much of each output {@code run()} keeps; by default 1 MiB.
     *
     * @param bytes at least 1
     * @return this builder
     */
    public B outputLimitBytes(int bytes) {
        unset("outputLimitBytes", outputLimitBytes == 0 ? null : outputLimitBytes, bytes);
        if (bytes < 1) {
            throw new InvalidSpecificationException("outputLimitBytes must be at least 1, not " + bytes);
        }
        outputLimitBytes = bytes;
        return self();
    }

    /**
     * Gives the process a terminal of 80 columns and 24 rows, see {@link #terminal(WindowSize)}.
     *
     * @return this builder
     */
    public B terminal() {
        return terminal(DEFAULT_SIZE);
    }

    /**
     * Gives the process a terminal of the container's own, which is its standard input, output and error, its controlling
     * terminal, and, of the container's first process, {@code /dev/console}. {@code TERM} is {@code xterm} unless it is set.
     *
     * @param size how large it is at first, see {@link ContainerProcess#resize}
     * @return this builder
     */
    public B terminal(WindowSize size) {
        unset("terminal", terminal, size);
        terminal = size;
        return self();
    }

    private void checkTerminal() {
        if (terminal == null) {
            return;
        }
        if (mergedError) {
            throw new InvalidSpecificationException(
                    "terminal and mergeError are both set; a terminal shows standard error with the rest");
        }
        reject("redirectInput", input);
        reject("redirectOutput", output);
        reject("redirectError", error);
    }

    private static void reject(String setting, @Nullable Redirect redirect) {
        if (redirect != null) {
            throw new InvalidSpecificationException("terminal and " + setting + "(" + redirect
                    + ") are both set; the terminal is all three standard streams");
        }
    }

    /** The streams of a process that is about to start. */
    final StandardStreams streams(Redirect input) {
        return terminal != null ? new TerminalStreams() : new RedirectedStreams(input, out(), err(), mergedError);
    }

    /** Checks what can be wrong only as a whole. */
    final void checkCommand(List<String> command) {
        if (command.isEmpty()) {
            throw new InvalidSpecificationException("command is not set; it must name a program");
        }
        checkTerminal();
        if (mergedError && error != null) {
            throw new InvalidSpecificationException("mergeError and redirectError(" + error + ") are both set");
        }
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

    Duration launchLimit() {
        Duration usual = LaunchInputs.USUAL_LIMIT;
        return timeout == null || timeout.compareTo(usual) > 0 ? usual : timeout;
    }

    int outputLimitBytes() {
        return outputLimitBytes == 0 ? DEFAULT_OUTPUT_LIMIT_BYTES : outputLimitBytes;
    }

    final void unset(String setting, @Nullable Object before, Object now) {
        if (before != null && !inherited) {
            throw new InvalidSpecificationException(setting + " was set before: " + printable(before.toString())
                    + ", now " + printable(now.toString()));
        }
    }

    static void noNul(String setting, String value) {
        if (value.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException(
                    setting + " has a NUL character, which the kernel can't take: \"" + printable(value) + "\"");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new InvalidSpecificationException(
                    setting + " has half of a surrogate pair, which UTF-8 can't take: \"" + printable(value) + "\"");
        }
    }

    static String printable(String value) {
        return value.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    }
}
