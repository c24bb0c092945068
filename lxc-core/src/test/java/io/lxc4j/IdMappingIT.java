package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A container's id mapping")
class IdMappingIT {
    private static final ProcessStatus CALLER = ProcessStatus.ofThisProcess();

    /** What is inside: the ids of the process, and the lines of both maps. */
    private static String[] inside(IdMapping mapping) throws InterruptedException {
        return Container.builder()
                .namespaces(Namespaces.builder().users(mapping).build())
                .command("sh", "-c", "echo $(id -u) $(id -g); cat /proc/self/uid_map /proc/self/gid_map")
                .run()
                .output()
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .toArray(String[]::new);
    }

    @Test
    void makes_the_caller_root_alone() throws InterruptedException {
        Requirement.USER_NAMESPACES.assume();
        assertThat(inside(IdMapping.self()))
                .containsExactly("0 0", "0 " + CALLER.uid() + " 1", "0 " + CALLER.gid() + " 1");
    }

    @Test
    void gives_roots_containers_other_ids() throws InterruptedException {
        Requirement.ROOT.assume();
        String[] lines = inside(IdMapping.isolated(1000));
        assertThat(lines).hasSize(3).startsWith("0 0");
        assertThat(lines[1]).matches("0 [0-9]{2,} 1000").isEqualTo(lines[2]);
    }

    @Test
    void gives_containers_that_run_at_once_ids_apart_and_takes_them_back() throws InterruptedException {
        Requirement.ROOT.assume();
        ContainerSpec spec = Container.builder().command("sleep", "60").build();
        try (Container other = spec.start()) {
            String first;
            try (Container one = spec.start()) {
                first = uidMap(one);
                assertThat(first).isNotEqualTo(uidMap(other));
            }
            try (Container next = spec.start()) {
                assertThat(uidMap(next)).isEqualTo(first);
            }
        }
    }

    @Test
    void takes_the_ids_of_a_container_that_could_not_start_back() {
        Requirement.ROOT.assume();
        ContainerSpec spec = Container.builder().command("sleep", "60").build();
        String before;
        try (Container container = spec.start()) {
            before = uidMap(container);
        }
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Container.builder().command("/no/such").start());
        try (Container container = spec.start()) {
            assertThat(uidMap(container)).isEqualTo(before);
        }
    }

    private static String uidMap(Container container) {
        try {
            return Files.readString(Path.of("/proc/" + container.process().pid() + "/uid_map"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void has_the_process_be_whom_it_is_told() throws InterruptedException {
        Requirement.ROOT.assume();
        assertThat(inside(IdMapping.ranges()
                        .users(0, 700_000, 1)
                        .users(5, 700_005, 2)
                        .groups(7, 800_000, 1)
                        .runAs(6, 7)
                        .build()))
                .containsExactly("6 7", "0 700000 1", "5 700005 2", "7 800000 1");
    }

    @Test
    void does_not_give_root_itself_away() {
        Requirement.ROOT.assume();
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> inside(IdMapping.keepId()))
                .withMessageContaining("IdMapping.isolated()");
    }
}
