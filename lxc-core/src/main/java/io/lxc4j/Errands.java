package io.lxc4j;

import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchInputs;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.launch.Launcher;
import io.lxc4j.launch.RemoteHand;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What processes of this JVM do in a running container. They have no streams, and do not belong to what runs there. Thread-safe.
 */
final class Errands {
    /** What each plan of a process in a running container is given the container's first process as. */
    static final Handle FIRST_PROCESS = new Handle("process 1 of the container");

    private static final Handle MOUNT_NAMESPACE = new Handle("the mount namespace of the container");

    private final ContainerBuilder settings;
    private final ContainerProcess process;

    Errands(ContainerBuilder settings, ContainerProcess process) {
        this.settings = settings;
        this.process = process;
    }

    ContainerBuilder settings() {
        return settings;
    }

    /** Works on the container's files; the caller's to close. */
    RemoteHand hand() {
        try (Fd pidfd = process.pidfd()) {
            return launch(ContainerPlan.ofHand(settings, FIRST_PROCESS), List.of(pidfd), Launcher.shared()::serve);
        }
    }

    void mount(Mount mount) {
        perform(ContainerPlan.ofMount(settings, mount, FIRST_PROCESS, MOUNT_NAMESPACE));
    }

    void unmount(String target) {
        perform(ContainerPlan.ofUnmount(settings, target, FIRST_PROCESS, MOUNT_NAMESPACE));
    }

    private void perform(LaunchPlan plan) {
        try (Fd pidfd = process.pidfd();
                NamespaceHandle namespace =
                        NamespaceHandle.ofContainer(pidfd, process.pid(), NamespaceKind.MOUNT, null);
                Fd mounts = namespace.duplicate()) {
            var _ = launch(plan, List.of(pidfd, mounts), Launcher.shared()::perform);
        }
    }

    private static <T> T launch(LaunchPlan plan, List<Fd> given, BiFunction<LaunchProgram, LaunchInputs, T> way) {
        LaunchProgram program = LaunchProgram.compile(plan);
        try (Fd nothing = Kernel.open("/dev/null", Constants.O_RDWR, 0)) {
            return way.apply(
                    program,
                    new LaunchInputs(
                            nothing, nothing, nothing, given, null, null, pid -> {}, LaunchInputs.USUAL_LIMIT));
        }
    }
}
