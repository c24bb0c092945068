package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.Propagation;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts that are made on the host while a container runs: in a JVM with a mount namespace of its own, the machine keeps its own. */
@DisplayName("The propagation of a bind")
class PropagationIT {
    @BeforeAll
    static void needsRoot() {
        Requirement.ROOT.assume();
    }

    @TempDir
    Path directory;

    @Test
    @DisplayName("is what was asked for, and what has no effect is refused")
    void in_a_mount_namespace_of_its_own() throws IOException {
        Files.createDirectories(directory.resolve("shared"));
        Files.createDirectories(directory.resolve("private"));
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs tmpfs $0/shared && mount --make-shared $0/shared && mkdir $0/shared/in && exec \"$@\"",
                directory.toString()));
        command.addAll(ChildJvm.command(OwnMounts.class, directory.toString()));
        String report = Command.run(command).orFail();
        assertThat(report.lines())
                .containsExactly(
                        "PRIVATE sees false: ",
                        "SLAVE sees true: master",
                        "SHARED sees true: shared",
                        "UNBINDABLE sees false: unbindable",
                        "SLAVE of a private mount is refused",
                        "SHARED of a private mount is refused");
    }

    /** Runs in the other mount namespace. */
    static final class OwnMounts {
        private OwnMounts() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            Path shared = directory.resolve("shared");
            for (Propagation propagation : Propagation.values()) {
                System.out.println(propagation + " sees " + sees(shared, propagation));
            }
            for (Propagation propagation : List.of(Propagation.SLAVE, Propagation.SHARED)) {
                try {
                    sees(directory.resolve("private"), propagation);
                } catch (HostUnsupportedException e) {
                    System.out.println(propagation + " of a private mount is refused");
                }
            }
            System.exit(0);
        }

        private static String sees(Path source, Propagation propagation) throws Exception {
            ContainerBuilder builder = Container.builder()
                    .mount(Mount.bind(source).propagation(propagation).at("/data"))
                    .command("sh", "-c", "echo ready; read line; ls /data/in; grep ' /data ' /proc/self/mountinfo");
            try (Container container = builder.start();
                    BufferedReader output = container.process().inputReader();
                    BufferedWriter input = container.process().outputWriter()) {
                output.readLine();
                Path in = source.resolve("in");
                Command.run("mount", "-t", "tmpfs", "tmpfs", in.toString()).orFail();
                Files.createFile(in.resolve("later"));
                input.write("go\n");
                input.flush();
                List<String> lines = output.lines().toList();
                Command.run("umount", in.toString()).orFail();
                String kind = lines.getLast()
                        .replaceAll(".* /data \\S+ (.*)- tmpfs.*", "$1")
                        .replaceAll("[: ].*", "");
                return lines.contains("later") + ": " + kind;
            }
        }
    }
}
