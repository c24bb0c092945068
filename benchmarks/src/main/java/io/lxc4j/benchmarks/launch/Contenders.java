package io.lxc4j.benchmarks.launch;

import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_TRUNC;
import static io.lxc4j.kernel.Constants.O_WRONLY;

import io.lxc4j.Container;
import io.lxc4j.ContainerBuilder;
import io.lxc4j.ContainerSpec;
import io.lxc4j.benchmarks.race.Contender;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.Launcher;
import io.lxc4j.launch.Operation;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** What is started from Java. All get their standard streams from and to {@code /dev/null}. */
final class Contenders {
    static final String PROCESS_BUILDER = "ProcessBuilder";
    static final String FULL = "lxc4j full";
    static final String FULL_WITH_USERS = "lxc4j full + user namespace";

    /** The path of the program that does nothing, in the root directory. */
    static final String TRUE = "/bin/true";

    /** The path of the program that waits until it is killed. */
    static final String PAUSE = "/bin/pause";

    /** The path of the program that measures its own system calls. */
    static final String CALLS = "/bin/calls";

    static final String EXEC = "lxc4j exec";
    static final String EXEC_WITH_USERS = "lxc4j exec + user namespace";

    private static final String DEV_NULL = "/dev/null";
    private static final Redirect NO_INPUT = Redirect.from(new File(DEV_NULL));

    private Contenders() {}

    /** A process without any isolation: what the others are compared with. */
    static Contender processBuilder(Path root) {
        ProcessBuilder builder = new ProcessBuilder(root + TRUE)
                .redirectInput(NO_INPUT)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        return timed(PROCESS_BUILDER, () -> builder.start().waitFor());
    }

    /** The launch engine without any namespace. */
    static Contender plain(Path root) {
        LaunchProgram compiled = LaunchProgram.compile(plainPlan(root));
        Constant discard = Constant.or(O_WRONLY, O_CREAT, O_TRUNC);
        return timed("lxc4j plain (no namespaces)", () -> {
            try (Fd input = Kernel.open(DEV_NULL, O_RDONLY, 0);
                    Fd output = Kernel.open(DEV_NULL, discard, 0666);
                    Fd error = Kernel.open(DEV_NULL, discard, 0666)) {
                return Launcher.shared()
                        .launch(compiled, LaunchInputs.streams(input, output, error))
                        .exit()
                        .join()
                        .value();
            }
        });
    }

    static LaunchPlan plainPlan(Path root) {
        String program = root + TRUE;
        return LaunchPlan.builder()
                .add(new Operation.AwaitParent())
                .add(new Operation.NewSession())
                .add(new Operation.DieWithParent())
                .add(new Operation.CloseDescriptors())
                .add(new Operation.Exec(program, List.of(program), List.of(), List.of()))
                .build();
    }

    /** A container. */
    static Contender container(String name, ContainerSpec specification) {
        return timed(name, () -> {
            try (Container container = specification.start()) {
                return container.process().waitFor();
            }
        });
    }

    /** One more process in a container. */
    static Contender exec(String name, Container container) {
        return timed(
                name,
                () -> container
                        .exec(TRUE)
                        .redirectInput(NO_INPUT)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start()
                        .waitFor());
    }

    /** All namespaces but that of users, on the given root: what the other runtimes do when root calls them. */
    static ContainerSpec full(Path root) {
        return quiet().command(TRUE)
                .root(RootFileSystem.readOnly(root))
                .namespaces(Namespaces.builder().shareUsers().build())
                .build();
    }

    /** All namespaces, on the given root. */
    static ContainerSpec fullWithUsers(Path root) {
        return quiet().command(TRUE).root(RootFileSystem.readOnly(root)).build();
    }

    /** All defaults: the host's own root, copy-on-write, with the program bound into it. */
    static ContainerSpec hostRoot(Path root) {
        return quiet().command("/mnt/true")
                .bind(Path.of(root + TRUE), "/mnt/true")
                .build();
    }

    /** As {@link #full}, with a directory bound to many places. */
    static ContainerSpec withMounts(Path root, int count) {
        ContainerBuilder builder = quiet();
        for (int i = 0; i < count; i++) {
            builder.mount(Mount.bind(root.resolve("bin")).at("/places/" + i));
        }
        return builder.command(TRUE)
                .root(RootFileSystem.readOnly(root))
                .namespaces(Namespaces.builder().shareUsers().build())
                .build();
    }

    private static ContainerBuilder quiet() {
        return Container.builder()
                .redirectInput(NO_INPUT)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
    }

    /** Runs a program and gives its exit code. */
    @FunctionalInterface
    private interface Launch {
        int run() throws IOException, InterruptedException;
    }

    private static Contender timed(String name, Launch launch) {
        return Contender.of(name, () -> {
            long start = System.nanoTime();
            int status = launch.run();
            long nanoseconds = System.nanoTime() - start;
            if (status != 0) {
                throw new IllegalStateException(name + " exited with " + status);
            }
            return nanoseconds;
        });
    }
}
