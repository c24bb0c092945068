package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Signals that the JVM was started to ignore")
class IgnoredSignalsIT {
    /** By signals 32 and 33 the threads of libc talk; glibc's posix_spawn starts what ignores them. */
    private static final long OF_LIBC = 3L << 31;

    /** Prints what it ignores itself, and then what each kind of process of a container does. */
    static final class Ignoring {
        private Ignoring() {}

        public static void main(String[] arguments) throws Exception {
            tell("jvm", Files.readString(Path.of("/proc/self/status")));
            for (boolean init : new boolean[] {false, true}) {
                ContainerBuilder builder = Container.builder().command("sleep", "1000");
                try (Container container = (init ? builder.init() : builder).start()) {
                    for (RunningProcess process : container.processes()) {
                        Path status = Path.of("/proc/" + process.hostPid() + "/status");
                        tell(Long.toString(process.pid()), Files.readString(status));
                    }
                    tell(
                            "exec",
                            container.exec("cat", "/proc/self/status").run().output());
                }
            }
        }

        private static void tell(String who, String status) {
            String ignored = status.lines()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> line.substring("SigIgn:".length()).strip())
                    .findFirst()
                    .orElseThrow();
            System.out.println(who + " " + Long.toHexString(Long.parseUnsignedLong(ignored, 16) & ~OF_LIBC));
        }
    }

    @Test
    @DisplayName("are not ignored by a container's first process, its init, or what is executed in it")
    void are_not_passed_on() {
        List<String> command =
                new ArrayList<>(List.of("env", "--ignore-signal=HUP,INT,TERM,CHLD,TSTP,PWR,RTMIN+5,RTMAX"));
        command.addAll(ChildJvm.command(Ignoring.class));
        List<String> lines = Command.run(command).orFail().lines().toList();
        long jvm = 1L << 63 | 1L << 38 | 1 << 29 | 1 << 19 | 1 << 14 | 0x3;
        assertThat(lines.getFirst()).startsWith("jvm ");
        assertThat(Long.parseUnsignedLong(lines.getFirst().substring(4), 16) & jvm)
                .isEqualTo(jvm);
        assertThat(lines.subList(1, lines.size())).containsExactly("1 0", "exec 0", "1 0", "2 0", "exec 0");
    }
}
