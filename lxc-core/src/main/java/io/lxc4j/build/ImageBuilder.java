package io.lxc4j.build;

import io.lxc4j.Container;
import io.lxc4j.ContainerBuilder;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageDraft;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.ExposedPort;
import io.lxc4j.layers.oci.ImageReference;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an image in steps.
 *
 * <pre>{@code
 * Image image = ImageBuilder.from(store, store.image("debian:12"))
 *         .run("sh", "-c", "useradd --create-home app")
 *         .copy(Path.of("/srv/build/app"), "/opt/app")
 *         .env("MODE", "production")
 *         .user("app")
 *         .entrypoint("/opt/app/start")
 *         .commit("app:1");
 * }</pre>
 *
 * <p>Nothing is done before {@link #commit}. Then each command and each copy makes a layer, and each setting counts for the steps that
 * follow it. A step that was done before on the same layers is not done again: a command with the same arguments, environment, user and
 * directory; a copy of the same content with the same permissions, to the same place. So an image that is built again of the same things is
 * the same, as long as its layers are in the store. What a command fetches from elsewhere is not looked at; {@link #anew} fetches it again.
 *
 * <p>Not thread-safe. One builder can build several times.
 */
public final class ImageBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(ImageBuilder.class);

    private final ImageDraft start;
    private final List<Step> steps = new ArrayList<>();

    /** As it will be after the steps so far, so that bad settings are found at once. */
    private ExecutionParameters parameters;

    private UnaryOperator<ContainerBuilder> containers = UnaryOperator.identity();
    private OutputStream output = OutputStream.nullOutputStream();
    private @Nullable Duration timeout;
    private @Nullable String author;
    private @Nullable Instant sourceDate;
    private boolean remembers = true;

    private ImageBuilder(ImageDraft start) {
        this.start = start;
        parameters = start.config().parameters();
    }

    /**
     * Begins with an image.
     *
     * @param store where the image is, and the new one will be
     * @param base the image below
     * @return a builder
     */
    public static ImageBuilder from(LayerStore store, Image base) {
        return new ImageBuilder(store.draft(base));
    }

    /**
     * Begins with nothing; a copy must be the first step that makes a layer.
     *
     * @param store where the new image will be
     * @return a builder
     */
    public static ImageBuilder scratch(LayerStore store) {
        return new ImageBuilder(store.draft());
    }

    // ---- files

    /**
     * Runs a command in a container of the image as it is then: with its files, environment, user and working directory, and no network but
     * its own. What it writes becomes a layer.
     *
     * @param command a path inside, or a name to be looked for in the {@code PATH}; then the arguments. There is no shell but as a command:
     *     {@code run("sh", "-c", "…")}
     * @return this builder
     * @throws InvalidSpecificationException if it is empty, or a part has a NUL character
     * @see #containers
     */
    public ImageBuilder run(String... command) {
        return run(List.of(command));
    }

    /**
     * Runs a command, as {@link #run(String...)}.
     *
     * @param command the program and its arguments
     * @return this builder
     * @throws InvalidSpecificationException if it is empty, or a part has a NUL character
     */
    public ImageBuilder run(List<String> command) {
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw new InvalidSpecificationException("run needs a program");
        }
        ContainerBuilder _ = Container.builder().command(command); // which says what is wrong with it
        steps.add(new Run(List.copyOf(command)));
        return this;
    }

    /**
     * Copies a file or a directory of the host, which then belongs to root.
     *
     * @param source a path of the host
     * @param target an absolute path inside, see {@link ImageDraft#copy}
     * @return this builder
     * @throws InvalidSpecificationException if there is no such file, or the target is no absolute path or has {@code ..}
     */
    public ImageBuilder copy(Path source, String target) {
        return copy(source, target, "");
    }

    /**
     * Copies a file or a directory of the host for a user.
     *
     * @param source a path of the host
     * @param target an absolute path inside, see {@link ImageDraft#copy}
     * @param owner to whom the copy belongs: {@code user} or {@code user:group}, names that the image has at this step, or ids
     * @return this builder
     * @throws InvalidSpecificationException if there is no such file, or the target is no absolute path or has {@code ..}
     */
    public ImageBuilder copy(Path source, String target, String owner) {
        Path absolute = source.toAbsolutePath().normalize();
        if (!Files.exists(absolute)) {
            throw new InvalidSpecificationException("copying " + absolute + ": there is no such file or directory");
        }
        ImageDraft.checkTarget(target);
        steps.add(new Copy(absolute, target, owner));
        return this;
    }

    // ---- settings

    /**
     * Sets a variable of the environment, for following steps and for containers of the image.
     *
     * @param name its name
     * @param value its value
     * @return this builder
     * @throws InvalidSpecificationException if the name is empty or has {@code =}, or one of them has a NUL character
     */
    public ImageBuilder env(String name, String value) {
        return set("env " + name + "=" + value, (builder, before) -> {
            List<String> variables = new ArrayList<>(before.env());
            variables.removeIf(variable -> variable.startsWith(name + "="));
            variables.add(name + "=" + value);
            return builder.env(variables);
        });
    }

    /**
     * Sets where programs start, for following steps and for containers of the image. It is made if it is missing when one runs.
     *
     * @param path an absolute path inside
     * @return this builder
     * @throws InvalidSpecificationException if it is none
     */
    public ImageBuilder workingDirectory(String path) {
        return set("workingDirectory " + path, (builder, _) -> builder.workingDirectory(path));
    }

    /**
     * Sets whom programs run as, for following steps and for containers of the image.
     *
     * @param user {@code user} or {@code user:group}, names or ids
     * @return this builder
     * @throws InvalidSpecificationException if it has another form
     */
    public ImageBuilder user(String user) {
        return set("user " + user, (builder, _) -> builder.user(user));
    }

    /**
     * Sets the program of containers, and takes away the arguments that the image below has for its own.
     *
     * @param program the program and arguments that it always gets; none takes it away
     * @return this builder
     */
    public ImageBuilder entrypoint(String... program) {
        return set(
                "entrypoint " + String.join(" ", program),
                (builder, _) -> builder.entrypoint(List.of(program)).cmd(List.of()));
    }

    /**
     * Sets the arguments that the program gets unless others are given; without an entry point, the program and its arguments.
     *
     * @param arguments the arguments; none takes them away
     * @return this builder
     */
    public ImageBuilder cmd(String... arguments) {
        return set("cmd " + String.join(" ", arguments), (builder, _) -> builder.cmd(List.of(arguments)));
    }

    /**
     * Says something of the image.
     *
     * @param name what, for instance {@code org.opencontainers.image.source}
     * @param value the value
     * @return this builder
     * @throws InvalidSpecificationException if the name is empty
     */
    public ImageBuilder label(String name, String value) {
        return set("label " + name + "=" + value, (builder, before) -> {
            Map<String, String> labels = new HashMap<>(before.labels());
            labels.put(name, value);
            return builder.labels(labels);
        });
    }

    /**
     * Says on which port its program listens.
     *
     * @param port {@code 80}, {@code 80/tcp} or {@code 53/udp}
     * @return this builder
     * @throws InvalidSpecificationException if it has another form
     */
    public ImageBuilder expose(String port) {
        return set("expose " + port, (builder, before) -> {
            Set<ExposedPort> ports = new TreeSet<>(before.exposedPorts());
            ports.add(ExposedPort.parse(port));
            return builder.exposedPorts(ports);
        });
    }

    /**
     * Says where its program keeps data.
     *
     * @param path an absolute path inside
     * @return this builder
     * @throws InvalidSpecificationException if it is none
     */
    public ImageBuilder volume(String path) {
        return set("volume " + path, (builder, before) -> {
            Set<String> volumes = new TreeSet<>(before.volumes());
            volumes.add(path);
            return builder.volumes(volumes);
        });
    }

    /**
     * Sets the signal that asks its program to end.
     *
     * @param signal a name or number, as {@code SIGQUIT}
     * @return this builder
     * @throws InvalidSpecificationException if it has another form
     */
    public ImageBuilder stopSignal(String signal) {
        return set("stopSignal " + signal, (builder, _) -> builder.stopSignal(signal));
    }

    private ImageBuilder set(
            String what,
            BiFunction<ExecutionParameters.Builder, ExecutionParameters, ExecutionParameters.Builder> change) {
        Setting step = new Setting(
                what, before -> change.apply(before.toBuilder(), before).build());
        parameters = step.change.apply(parameters);
        steps.add(step);
        return this;
    }

    // ---- how it is built

    /**
     * Sets up the containers of all commands: what is mounted in them while they run, which network they have, what they may use.
     * What is made only to be mounted on does not get into the image.
     *
     * <pre>{@code
     * .containers(each -> each.namespaces(Namespaces.builder().shareNetwork().build())
     *         .bind(Path.of("/etc/resolv.conf"), "/etc/resolv.conf"))
     * }</pre>
     *
     * @param settings adds to the builder of each container, which has its image, root and command already
     * @return this builder
     */
    public ImageBuilder containers(UnaryOperator<ContainerBuilder> settings) {
        containers = settings;
        return this;
    }

    /**
     * Sets who is told what commands write; by default nobody is, but an error has the end of it.
     *
     * @param sink gets standard output and standard error of all of them, on another thread; if it fails, so does the build
     * @return this builder
     */
    public ImageBuilder output(OutputStream sink) {
        output = sink;
        return this;
    }

    /**
     * Sets how long each command may run; by default as long as it likes.
     *
     * @param limit a positive time
     * @return this builder
     * @throws InvalidSpecificationException if it is not positive
     */
    public ImageBuilder timeout(Duration limit) {
        if (!limit.isPositive()) {
            throw new InvalidSpecificationException("timeout must be positive, not " + limit);
        }
        timeout = limit;
        return this;
    }

    /**
     * Sets who makes the image, for its history.
     *
     * @param name for instance {@code Ada <ada@example.org>}
     * @return this builder
     */
    public ImageBuilder author(String name) {
        author = name;
        return this;
    }

    /**
     * Sets the time of the image and the latest one of its new files, so that the same content gives the same image everywhere; by
     * default that of the environment variable {@code SOURCE_DATE_EPOCH}, and without it the present.
     *
     * @param time the time
     * @return this builder
     * @see <a href="https://reproducible-builds.org/specs/source-date-epoch/">SOURCE_DATE_EPOCH</a>
     */
    public ImageBuilder sourceDate(Instant time) {
        sourceDate = time;
        return this;
    }

    /**
     * Has every step done anew.
     *
     * @return this builder
     */
    public ImageBuilder anew() {
        remembers = false;
        return this;
    }

    /**
     * Builds the image, and gives it a name. If a step fails, no name is given, and what the steps before have made is used when it is tried
     * again.
     *
     * @param reference the name; a tag is moved if it stands for something else
     * @return the image
     * @throws BuildException if a command does not end with 0
     * @throws InvalidSpecificationException if there are no files in it, the name has no such form or is a branch, or a user is not known
     * @throws io.lxc4j.error.ContainerException if something can't be read, started or kept
     * @throws InterruptedException if this thread is interrupted; the command is ended then
     */
    public Image commit(String reference) throws InterruptedException {
        ImageReference.parse(reference);
        return draft().commit(reference);
    }

    /**
     * Builds the image without giving it a name; it stays until the store is closed.
     *
     * @return the image
     * @throws InterruptedException if this thread is interrupted; the command is ended then
     * @see #commit
     */
    public Image build() throws InterruptedException {
        return draft().image();
    }

    private ImageDraft draft() throws InterruptedException {
        ImageDraft draft = start;
        if (author != null) {
            draft = draft.author(author);
        }
        if (sourceDate != null) {
            draft = draft.sourceDate(sourceDate);
        }
        if (!remembers) {
            draft = draft.anew();
        }
        for (int i = 0; i < steps.size(); i++) {
            String place = "step " + (i + 1) + " of " + steps.size() + ", " + steps.get(i);
            LOG.debug("{}", place);
            draft = steps.get(i).take(draft, new CommandRunner(place, containers, output, timeout));
        }
        return draft;
    }

    // ---- steps

    private interface Step {
        ImageDraft take(ImageDraft draft, CommandRunner runner) throws InterruptedException;
    }

    private record Run(List<String> command) implements Step {
        @Override
        public ImageDraft take(ImageDraft draft, CommandRunner runner) throws InterruptedException {
            var before = draft.findRun(command);
            return before.isPresent() ? before.get() : runner.run(draft, command);
        }

        @Override
        public String toString() {
            return "run " + command;
        }
    }

    private record Copy(Path source, String target, String owner) implements Step {
        @Override
        public ImageDraft take(ImageDraft draft, CommandRunner runner) {
            return draft.copy(source, target, owner);
        }

        @Override
        public String toString() {
            return "copy " + source + " to " + target;
        }
    }

    private record Setting(String what, UnaryOperator<ExecutionParameters> change) implements Step {
        @Override
        public ImageDraft take(ImageDraft draft, CommandRunner runner) {
            return draft.configure(change, what);
        }

        @Override
        public String toString() {
            return what;
        }
    }
}
