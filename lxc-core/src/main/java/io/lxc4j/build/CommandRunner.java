package io.lxc4j.build;

import io.lxc4j.Container;
import io.lxc4j.ContainerBuilder;
import io.lxc4j.ContainerProcess;
import io.lxc4j.ContainerSpec;
import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.ImageDraft;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command of a build.
 *
 * @param place which step it is, for errors
 * @param settings adds to what a container is
 * @param sink gets what the command writes
 * @param timeout how long it may run; null for as long as it likes
 */
record CommandRunner(
        String place,
        UnaryOperator<ContainerBuilder> settings,
        OutputStream sink,
        @Nullable Duration timeout) {
    /** Where each container has something mounted. */
    private static final List<String> USUAL_MOUNTS = List.of("/proc", "/sys", "/dev");

    ImageDraft run(ImageDraft draft, List<String> command) throws InterruptedException {
        try (ImageDraft.Changes changes = draft.change()) {
            ContainerSpec container = settings.apply(Container.builder()
                            .image(changes.image())
                            .root(changes.root())
                            .command(command)
                            .redirectInput(Redirect.from(new File("/dev/null")))
                            .mergeError())
                    .build();
            run(container);
            List<String> mounted = new ArrayList<>(USUAL_MOUNTS);
            container.mounts().forEach(mount -> mounted.add(mount.target()));
            return changes.commit(command, mounted);
        }
    }

    private void run(ContainerSpec specification) throws InterruptedException {
        try (Container container = specification.start()) {
            ContainerProcess process = container.process();
            Output output = new Output(process.getInputStream(), sink);
            Thread reader = Thread.ofVirtual().name("lxc4j-build-output").start(output);
            boolean ended = timeout == null || process.waitFor(timeout);
            if (!ended) {
                process.destroyForcibly();
            }
            int exitValue = process.waitFor();
            reader.join();
            if (!ended || exitValue != 0) {
                String end = output.end();
                throw new BuildException(
                        place + ": the command "
                                + (ended
                                        ? "ended with " + exitValue
                                        : "had not ended after " + timeout + "; it was killed")
                                + (end.isEmpty()
                                        ? ", and wrote nothing"
                                        : ". What it wrote last:\n" + end.stripTrailing()),
                        exitValue,
                        end);
            }
            output.check();
        } catch (IOException e) {
            throw new ContainerException(place + ": passing on what the command wrote: " + e, e);
        }
    }
}
