package io.lxc4j;

import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.Handle;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * A JVM that explains launches that are like those of users, one of each kind, and carries each out right after that. The
 * command is nothing but a busybox, so that all is the same on all machines.
 */
final class ExplainedLaunches {
    /** Begins the explanation of a launch; its name follows. */
    static final String TITLE = "=== ";

    private final boolean root = Kernel.tryCall(Sys.GETEUID) == 0;
    private final Path directory;
    private final Path files;

    private ExplainedLaunches(Path directory) throws IOException {
        this.directory = directory;
        files = directory.resolve("root");
        for (String name : List.of("proc", "sys", "dev", "tmp", "bin", "data", "etc")) {
            Files.createDirectories(files.resolve(name));
        }
        Files.copy(Path.of("/bin/busybox"), files.resolve("bin/busybox"));
        Files.writeString(files.resolve("etc/shadow"), "secret");
        for (String name : List.of("volume", "lower", "upper", "work")) {
            Files.setPosixFilePermissions(
                    Files.createDirectory(directory.resolve(name)), PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Files.createFile(directory.resolve("config"));
    }

    public static void main(String[] arguments) throws Exception {
        new ExplainedLaunches(Path.of(arguments[0])).run();
    }

    private void run() throws Exception {
        try (Container first = start("read-only-root", sleeping(RootFileSystem.readOnly(files), users()))) {
            start("copy-on-write-root", copyOnWrite()).close();
            start("volumes", volumes()).close();
            start("terminal-and-init", terminalAndInit()).close();
            start("limits", limits()).close();
            if (root) {
                start("shared-with-the-host", sleeping(RootFileSystem.readOnly(files), shared()))
                        .close();
            }
            try (NamespaceHandle network = first.namespace(NamespaceKind.NETWORK)) {
                start(
                                "pod",
                                sleeping(
                                        RootFileSystem.readOnly(files),
                                        Namespaces.builder().join(network)))
                        .close();
            }
            exec(first);
            mount(first);
        }
        start("whole-host", Container.builder().namespaces(users().build()).command("true"))
                .close();
    }

    private static void explain(String name, String text) {
        System.out.println(TITLE + name);
        System.out.print(text);
    }

    private static Container start(String name, ContainerBuilder builder) {
        ContainerSpec specification = builder.build();
        explain(name, specification.explain());
        return specification.start();
    }

    private static ContainerBuilder builder(RootFileSystem root, Namespaces.Builder namespaces) {
        return Container.builder().root(root).namespaces(namespaces.build());
    }

    private static ContainerBuilder sleeping(RootFileSystem root, Namespaces.Builder namespaces) {
        return builder(root, namespaces).command("/bin/busybox", "sleep", "1000");
    }

    /** Those that each container would have alone are others each time. */
    private Namespaces.Builder users() {
        return Namespaces.builder()
                .users(
                        root
                                ? IdMapping.ranges()
                                        .users(0, 1_000_000, 65_536)
                                        .groups(0, 1_000_000, 65_536)
                                        .build()
                                : IdMapping.self());
    }

    private ContainerBuilder copyOnWrite() {
        return builder(RootFileSystem.copyOnWrite(files), users().hostName("box"))
                .environment("PATH", "/usr/bin:/bin")
                .workingDirectory("/tmp")
                .command("busybox", "true");
    }

    private ContainerBuilder volumes() {
        Mount overlay = Mount.overlay(List.of(directory.resolve("lower")))
                .upper(directory.resolve("upper"), directory.resolve("work"));
        return sleeping(RootFileSystem.copyOnWrite(files), users())
                .bind(directory.resolve("volume"), "/data")
                .bindWritable(directory.resolve("config"), "/etc/deep/config")
                .mount(Mount.tmpfs().sizeBytes(1 << 20).noExec().at("/cache"))
                .mount((root ? overlay.idMapped() : overlay).at("/merged"))
                .device(Path.of("/dev/null"))
                .protect("/bin")
                .mask("/etc/shadow");
    }

    private ContainerBuilder terminalAndInit() {
        return sleeping(RootFileSystem.readOnly(files), users())
                .terminal(new WindowSize(80, 24))
                .init();
    }

    private ContainerBuilder limits() {
        ProcessAttributes.Builder attributes = ProcessAttributes.builder()
                .limit(Resource.CORE, 0)
                .limit(Resource.NOFILE, 64)
                .nice(5)
                .cpus(0)
                .umask(027)
                .oomScoreAdjustment(500);
        if (root) {
            attributes.additionalGroups(5, 6);
        }
        return sleeping(
                        RootFileSystem.readOnly(files),
                        users().hostName("box")
                                .domainName("example.org")
                                .shiftClocks(Duration.ofHours(1), Duration.ofMillis(7_200_500))
                                .sysctl("net.ipv4.ip_unprivileged_port_start", "80"))
                .attributes(attributes.build());
    }

    private static Namespaces.Builder shared() {
        return Namespaces.builder()
                .shareUsers()
                .shareNetwork()
                .shareIpc()
                .shareHostName()
                .shareCgroups()
                .shareClocks();
    }

    private static void exec(Container container) throws Exception {
        ExecBuilder exec = container
                .exec("busybox", "true")
                .user(0, 0)
                .terminal(new WindowSize(80, 24))
                .environment("NAME", "value");
        explain("exec", exec.explain());
        exec.start().waitFor();
    }

    private void mount(Container container) {
        Mount mount = Mount.bind(directory.resolve("volume")).at("/data");
        ContainerBuilder settings = container.specification().settings();
        Handle process = new Handle("process 1 of the container");
        Handle namespace = new Handle("the mount namespace of the container");
        explain(
                "mount",
                ContainerPlan.ofMount(settings, mount, process, namespace).explain());
        container.mount(mount);
        explain(
                "unmount",
                ContainerPlan.ofUnmount(settings, "/data", process, namespace).explain());
        container.unmount("/data");
    }
}
