package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A container dies with its JVM, however the JVM dies. */
class JvmDeathIT {
    /** What the JVM that is killed runs. */
    static final class Victim {
        private Victim() {}

        /** Starts one container that lasts, or containers without end. */
        public static void main(String[] arguments) throws Exception {
            ContainerBuilder builder = Container.builder().command("sleep", arguments[0]);
            ContainerSpec spec = (arguments[1].equals("as-user") ? builder.user(4711, 4712) : builder).build();
            Container lasting = spec.start();
            System.out.println(lasting.process().pid());
            while (arguments[1].equals("during")) {
                spec.start().close();
            }
            lasting.process().waitFor();
        }
    }

    @Test
    void a_killed_jvm_takes_its_containers_along() throws Exception {
        assertDiesWithJvm("after");
    }

    /** With a change of ids the kernel forgets that a process is to die with its parent. */
    @Test
    void a_killed_jvm_takes_those_along_that_run_as_another_user() throws Exception {
        Requirement.ROOT.assume();
        assertDiesWithJvm("as-user");
    }

    private static void assertDiesWithJvm(String mode) throws Exception {
        String marker = marker();
        Process jvm = jvm(marker, mode);
        try (BufferedReader output = jvm.inputReader()) {
            long pid = Long.parseLong(output.readLine());
            assertThat(running(marker)).contains(pid);
            jvm.destroyForcibly().waitFor();
            assertNothingRuns(marker);
        }
    }

    @RepeatedTest(20)
    void a_jvm_killed_while_it_launches_leaves_nothing() throws Exception {
        String marker = marker();
        Process jvm = jvm(marker, "during");
        try (BufferedReader output = jvm.inputReader()) {
            assertThat(output.readLine()).matches("[0-9]+");
            LockSupport.parkNanos((long) (Math.random() * 20_000_000));
            jvm.destroyForcibly().waitFor();
            assertNothingRuns(marker);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(halfBuilt()).isEmpty());
        }
    }

    private static void assertNothingRuns(String marker) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(10))
                .untilAsserted(() -> assertThat(running(marker)).isEmpty());
    }

    /** A duration for sleep that nobody else asks for. */
    private static String marker() {
        return "1000." + Long.toUnsignedString(UUID.randomUUID().getMostSignificantBits());
    }

    private static Process jvm(String marker, String mode) throws IOException {
        return new ProcessBuilder(ChildJvm.command(Victim.class, marker, mode))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<Long> running(String marker) throws IOException {
        return processes(text -> text.startsWith("sleep\0" + marker));
    }

    /** Launch programs, waiting for a parent that is gone. */
    private static List<Long> halfBuilt() throws IOException {
        return processes(text -> text.equals("lxc4j\0"));
    }

    private static List<Long> processes(Predicate<String> commandLine) throws IOException {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String text = Files.readString(process.resolve("cmdline"));
                    long pid = Long.parseLong(process.getFileName().toString());
                    if (commandLine.test(text)) {
                        found.add(pid);
                    }
                } catch (IOException _) {
                    // it has just ended
                }
            }
        }
        return found;
    }
}
