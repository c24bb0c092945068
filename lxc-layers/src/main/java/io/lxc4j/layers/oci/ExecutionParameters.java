package io.lxc4j.layers.oci;

import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a container of an image starts, if nothing else is said. Anybody may have written it: what is here has the right form, and
 * is still to be resolved beneath the container's root, with the container's rights.
 *
 * @param user {@code user}, {@code uid}, {@code user:group} or with ids instead of names; empty for root
 * @param exposedPorts what the program listens on
 * @param env environment, each {@code NAME=VALUE}
 * @param entrypoint the program and its first arguments
 * @param cmd further arguments, or the program if there is no entry point
 * @param volumes absolute paths of data that is not the image's
 * @param workingDirectory an absolute path; empty for the root
 * @param labels what its maker says of it
 * @param stopSignal what ends the program, as {@code SIGTERM}, {@code SIGRTMIN+3} or {@code 15}; empty for SIGTERM
 * @param other properties that are not known here, {@code Healthcheck} and others of Docker among them: names and JSON
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/config.md#properties">OCI image configuration: config</a>
 */
public record ExecutionParameters(
        String user,
        Set<ExposedPort> exposedPorts,
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        Set<String> volumes,
        String workingDirectory,
        Map<String, String> labels,
        String stopSignal,
        Map<String, String> other) {
    private static final Set<String> PROPERTIES =
            Set.of("User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal");
    private static final Pattern USER = Pattern.compile("[^:/\\s\\p{Cntrl}-][^:/\\s\\p{Cntrl}]{0,255}");
    private static final Pattern SIGNAL = Pattern.compile("(?:SIG)?[A-Z][A-Z0-9]{0,15}(?:[+-][0-9]{1,2})?|[0-9]{1,2}");
    private static final Pattern VARIABLE = Pattern.compile("([^=\\p{Cntrl}]+)=[^\\x00]*", Pattern.DOTALL);
    private static final long MOST_ID = 0xFFFF_FFFEL;

    /** None: the container says all. */
    public static final ExecutionParameters NONE = builder().build();

    /** Checks and copies. */
    public ExecutionParameters {
        checkUser(user);
        exposedPorts = Texts.sorted(exposedPorts);
        env = List.copyOf(env);
        for (String variable : env) {
            if (!VARIABLE.matcher(variable).matches()) {
                throw Texts.rejected(
                        "environment variable", variable, "NAME=VALUE, the name without control characters, no NUL");
            }
        }
        entrypoint = List.copyOf(entrypoint);
        Texts.checkNoNul("argument of the entry point", entrypoint);
        cmd = List.copyOf(cmd);
        Texts.checkNoNul("argument of the command", cmd);
        volumes = Texts.sorted(volumes);
        volumes.forEach(volume -> Texts.checkPath("volume", volume));
        if (!workingDirectory.isEmpty()) {
            Texts.checkPath("working directory", workingDirectory);
        }
        labels = Texts.checkLabels("labels", labels);
        if (!stopSignal.isEmpty() && !SIGNAL.matcher(stopSignal).matches()) {
            throw Texts.rejected("stop signal", stopSignal, "a name or number, as SIGTERM, SIGRTMIN+3 or 15");
        }
        other = Texts.checkOther(Documents.CONFIG, other, PROPERTIES);
    }

    private static void checkUser(String user) {
        if (user.isEmpty()) {
            return;
        }
        String[] parts = user.split(":", -1);
        boolean isRight = parts.length <= 2;
        for (String part : parts) {
            Matcher form = USER.matcher(part);
            isRight &= form.matches() && (!part.matches("[0-9]+") || isId(part));
        }
        if (!isRight) {
            throw Texts.rejected(
                    "user",
                    user,
                    "USER or USER:GROUP, each a name without spaces, slashes and control characters,"
                            + " or a number from 0 to " + MOST_ID);
        }
    }

    private static boolean isId(String digits) {
        return digits.length() <= 10 && Long.parseLong(digits) <= MOST_ID;
    }

    static ExecutionParameters read(JsonValue json) {
        Properties properties = new Properties(json, PROPERTIES);
        return new ExecutionParameters(
                properties.text("User"),
                properties.names("ExposedPorts").stream()
                        .map(ExposedPort::parse)
                        .collect(Collectors.toCollection(TreeSet::new)),
                properties.texts("Env"),
                properties.texts("Entrypoint"),
                properties.texts("Cmd"),
                properties.names("Volumes"),
                properties.text("WorkingDir"),
                properties.labels("Labels"),
                properties.text("StopSignal"),
                properties.other());
    }

    JsonObject write() {
        JsonObject object = new JsonObject()
                .putUnlessEmpty("User", user)
                .putUnlessEmpty("ExposedPorts", names(exposedPorts))
                .putUnlessEmpty("Env", env)
                .putUnlessEmpty("Entrypoint", entrypoint)
                .putUnlessEmpty("Cmd", cmd)
                .putUnlessEmpty("Volumes", names(volumes))
                .putUnlessEmpty("WorkingDir", workingDirectory)
                .putUnlessEmpty("Labels", labels)
                .putUnlessEmpty("StopSignal", stopSignal);
        return Documents.putOther(object, other);
    }

    private static Map<String, JsonObject> names(Set<?> set) {
        Map<String, JsonObject> names = new TreeMap<>();
        set.forEach(element -> names.put(element.toString(), new JsonObject()));
        return names;
    }

    /**
     * Begins with nothing.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins with these.
     *
     * @return a builder that has all of this
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.user = user;
        builder.exposedPorts = exposedPorts;
        builder.env = env;
        builder.entrypoint = entrypoint;
        builder.cmd = cmd;
        builder.volumes = volumes;
        builder.workingDirectory = workingDirectory;
        builder.labels = labels;
        builder.stopSignal = stopSignal;
        builder.other = other;
        return builder;
    }

    /** Puts parameters together. What is set replaces what was there. Not thread-safe. */
    public static final class Builder {
        private String user = "";
        private Set<ExposedPort> exposedPorts = Set.of();
        private List<String> env = List.of();
        private List<String> entrypoint = List.of();
        private List<String> cmd = List.of();
        private Set<String> volumes = Set.of();
        private String workingDirectory = "";
        private Map<String, String> labels = Map.of();
        private String stopSignal = "";
        private Map<String, String> other = Map.of();

        private Builder() {}

        /**
         * Sets who runs the program.
         *
         * @param value as {@link ExecutionParameters#user}
         * @return this
         */
        public Builder user(String value) {
            user = value;
            return this;
        }

        /**
         * Sets the ports that the program listens on.
         *
         * @param values all of them
         * @return this
         */
        public Builder exposedPorts(Set<ExposedPort> values) {
            exposedPorts = Set.copyOf(values);
            return this;
        }

        /**
         * Sets the environment.
         *
         * @param variables all of them, each {@code NAME=VALUE}
         * @return this
         */
        public Builder env(List<String> variables) {
            env = List.copyOf(variables);
            return this;
        }

        /**
         * Sets the program and its first arguments.
         *
         * @param arguments all of them
         * @return this
         */
        public Builder entrypoint(List<String> arguments) {
            entrypoint = List.copyOf(arguments);
            return this;
        }

        /**
         * Sets the further arguments.
         *
         * @param arguments all of them
         * @return this
         */
        public Builder cmd(List<String> arguments) {
            cmd = List.copyOf(arguments);
            return this;
        }

        /**
         * Sets the paths of data that is not the image's.
         *
         * @param paths all of them
         * @return this
         */
        public Builder volumes(Set<String> paths) {
            volumes = Set.copyOf(paths);
            return this;
        }

        /**
         * Sets where the program starts.
         *
         * @param path an absolute path
         * @return this
         */
        public Builder workingDirectory(String path) {
            workingDirectory = path;
            return this;
        }

        /**
         * Sets what the maker says of the image.
         *
         * @param values all of it
         * @return this
         */
        public Builder labels(Map<String, String> values) {
            labels = Map.copyOf(values);
            return this;
        }

        /**
         * Sets the signal that ends the program.
         *
         * @param signal as {@link ExecutionParameters#stopSignal}
         * @return this
         */
        public Builder stopSignal(String signal) {
            stopSignal = signal;
            return this;
        }

        /**
         * Checks all of it.
         *
         * @return the parameters
         * @throws io.lxc4j.error.InvalidSpecificationException if something has another form
         */
        public ExecutionParameters build() {
            return new ExecutionParameters(
                    user, exposedPorts, env, entrypoint, cmd, volumes, workingDirectory, labels, stopSignal, other);
        }
    }
}
