package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.launch.IdLease;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Leases of ids in two JVMs")
class IdLeaseIT {
    private static final int EACH = 200;

    @TempDir
    Path directory;

    /** What the other JVM runs. */
    static final class Other {
        private Other() {}

        /** Prints the first ids of its leases, and keeps them. */
        public static void main(String[] arguments) throws Exception {
            IdHost host = new FakeHost(Path.of(arguments[0])).of(FakeHost.root());
            for (int i = 0; i < EACH; i++) {
                System.out.println(first(host.lease(IdMapping.isolated())));
            }
            System.out.println("end");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    private static long first(IdLease lease) {
        return lease.ids().maps().uids().getFirst().outside();
    }

    private Process otherJvm() throws IOException {
        String path = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "") + ":"
                + Path.of("target", "test-classes").toAbsolutePath() + ":"
                + Path.of("target", "classes").toAbsolutePath();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        path,
                        Other.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void never_overlap_and_end_with_a_killed_jvm() throws Exception {
        IdHost host = new FakeHost(directory).of(FakeHost.root());
        Process jvm = otherJvm();
        Set<Long> taken = new HashSet<>();
        try (BufferedReader output = jvm.inputReader()) {
            long lowest = Long.parseLong(output.readLine());
            taken.add(lowest);
            for (int i = 0; i < EACH; i++) {
                assertThat(taken.add(first(host.lease(IdMapping.isolated())))).isTrue();
            }
            List<String> others =
                    output.lines().takeWhile(line -> !line.equals("end")).toList();
            assertThat(others).hasSize(EACH - 1);
            others.forEach(
                    line -> assertThat(taken.add(Long.parseLong(line))).as(line).isTrue());

            jvm.destroyForcibly().waitFor();
            Awaitility.await().untilAsserted(() -> {
                try (IdLease lease = new FakeHost(directory).of(FakeHost.root()).lease(IdMapping.isolated())) {
                    assertThat(first(lease)).isEqualTo(lowest);
                }
            });
        } finally {
            jvm.destroyForcibly();
        }
    }
}
