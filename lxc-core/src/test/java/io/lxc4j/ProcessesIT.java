package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The processes of a container")
class ProcessesIT {
    @Test
    void are_its_first_what_that_has_started_and_what_was_execed_with_their_ids_inside_and_outside() throws Exception {
        try (Container container = Container.builder()
                        .command("sh", "-c", "sleep 1001 & exec sleep 1000")
                        .start();
                Container other = Container.builder().command("sleep", "2000").start()) {
            ContainerProcess execed = container.exec("sleep", "1002").start();
            Awaitility.await()
                    .until(() -> container.processes().stream()
                            .allMatch(process -> process.name().equals("sleep")));
            List<RunningProcess> processes = container.processes();
            assertThat(processes)
                    .extracting(RunningProcess::command)
                    .containsExactlyInAnyOrder(
                            List.of("sleep", "1000"), List.of("sleep", "1001"), List.of("sleep", "1002"));
            assertThat(processes.getFirst().pid()).isEqualTo(1);
            assertThat(processes.getFirst().hostPid())
                    .isEqualTo(container.process().pid());
            assertThat(processes).extracting(RunningProcess::pid).isSorted();
            for (RunningProcess process : processes) {
                boolean isChild = process.command().contains("1001");
                assertThat(process.parentPid()).as("%s", process).isEqualTo(isChild ? 1 : 0);
                assertThat(container
                                .exec("cat", "/proc/" + process.pid() + "/cmdline")
                                .run()
                                .output())
                        .isEqualTo(String.join("\0", process.command()) + "\0");
                assertThat(ProcessHandle.of(process.hostPid())).isPresent();
            }
            assertThat(processes)
                    .anyMatch(process -> process.hostPid() == execed.pid()
                            && process.command().contains("1002"));
            assertThat(other.processes()).hasSize(1);

            execed.destroyForcibly();
            assertThat(execed.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(container.processes()).hasSize(2);
        }
    }

    @Test
    void are_none_when_it_has_ended() throws Exception {
        try (Container container = Container.builder().command("true").start()) {
            assertThat(container.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(container.processes()).isEmpty();
        }
    }

    @Test
    void may_call_themselves_anything() throws Exception {
        try (Container container = Container.builder()
                .command("sh", "-c", "printf 'a\\nNSpid:\\t1' > /proc/self/comm; read x")
                .start()) {
            Awaitility.await()
                    .until(() -> container.processes().getFirst().name().startsWith("a"));
            assertThat(container.processes()).hasSize(1);
            assertThat(container.processes().getFirst().pid()).isEqualTo(1);
            assertThat(container.processes().getFirst().name()).isEqualTo("a\nNSpid:\t1");
        }
    }
}
