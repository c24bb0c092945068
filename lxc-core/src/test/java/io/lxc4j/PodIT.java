package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
@DisplayName("A container that joins another")
class PodIT {
    private static final int WAIT_SECONDS = 20;

    @BeforeEach
    void needs_a_user_namespace() {
        Requirement.USER_NAMESPACES.assume();
    }

    private static Container first() {
        return Inside.start(Namespaces.builder().hostName("first").domainName("pod.example"));
    }

    private static void end(Container container) {
        container.close();
    }

    private static Container joining(Container other, NamespaceKind... kinds) {
        Namespaces.Builder namespaces = Namespaces.builder();
        NamespaceHandle[] handles = new NamespaceHandle[kinds.length];
        try {
            for (int i = 0; i < kinds.length; i++) {
                handles[i] = other.namespace(kinds[i]);
                namespaces.join(handles[i]);
            }
            return Inside.start(namespaces);
        } finally {
            for (NamespaceHandle handle : handles) {
                if (handle != null) {
                    handle.close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MOUNT")
    void is_in_that_namespace_and_its_users_and_in_no_other(NamespaceKind kind) throws Exception {
        try (Container first = first();
                Container second = joining(first, kind)) {
            for (NamespaceKind each : NamespaceKind.values()) {
                String inside = Inside.namespace(second, each);
                boolean shared = each == kind || each == NamespaceKind.USER;
                assertThat(inside.equals(Inside.namespace(first, each)))
                        .as(each.toString())
                        .isEqualTo(shared);
                assertThat(inside)
                        .isEqualTo(Inside.namespace(second.process().toHandle(), each))
                        .isNotEqualTo(Inside.namespace(ProcessHandle.current(), each));
            }
        }
    }

    @Test
    void shares_ports_queues_names_and_processes_with_two_others() throws Exception {
        NamespaceKind[] kinds = {NamespaceKind.NETWORK, NamespaceKind.IPC, NamespaceKind.UTS, NamespaceKind.PID};
        try (Container first = first();
                Container second = joining(first, kinds);
                Container third = joining(second, kinds)) {
            for (Container container : Set.of(second, third)) {
                assertThat(Inside.ask(container, "uname -n; cat /proc/sys/kernel/domainname"))
                        .isEqualTo("first\npod.example");
                assertThat(Inside.ask(container, "cat /proc/self/uid_map"))
                        .isEqualTo(Inside.ask(first, "cat /proc/self/uid_map"));
                assertThat(Inside.ask(container, "id -u")).isEqualTo("0");
                assertThat(Inside.ask(container, "cat /sys/class/net/lo/flags")).isEqualTo("0x9");
            }
            String queue = Inside.ask(second, "ipcmk -Q").replaceAll("\\D+", "");
            assertThat(Inside.ask(third, "ipcs -q")).containsPattern("\\s" + queue + "\\s");
            assertThat(Inside.ask(third, "echo $$")).isNotEqualTo("1");
            assertThat(Inside.ask(third, "tr '\\0' ' ' < /proc/1/cmdline")).startsWith("sh -c while read");
            Inside.ask(first, "busybox nc -l -p 4711 < /dev/null > /dev/null 2>&1 &");
            assertThat(Inside.ask(
                            third,
                            "for i in 1 2 3 4 5 6 7 8 9; do grep -q :1267 /proc/net/tcp* && echo open && break;"
                                    + " sleep 0.2; done"))
                    .isEqualTo("open");
        }
    }

    @Test
    void has_files_of_its_own() throws Exception {
        try (Container first = first();
                Container second = joining(first, NamespaceKind.PID)) {
            Inside.ask(first, "echo secret > /tmp/file");
            assertThat(Inside.ask(second, "cat /tmp/file")).contains("No such file");
        }
    }

    @Test
    void has_no_more_rights_than_another() throws Exception {
        String sets = "grep -E '^(Cap|NoNewPrivs|Groups)' /proc/self/status";
        try (Container first = first();
                Container second = joining(first, NamespaceKind.NETWORK, NamespaceKind.PID)) {
            assertThat(Inside.ask(second, sets)).isEqualTo(Inside.ask(first, sets));
            assertThat(Inside.ask(second, "ls -l /proc/self/fd | grep -c 'net:'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void lives_on_in_the_namespace_when_the_other_ends() throws Exception {
        try (Container first = first()) {
            try (Container second =
                    joining(first, NamespaceKind.NETWORK, NamespaceKind.IPC, NamespaceKind.UTS, NamespaceKind.TIME)) {
                String network = Inside.namespace(first, NamespaceKind.NETWORK);
                end(first);
                assertThat(Inside.namespace(second, NamespaceKind.NETWORK)).isEqualTo(network);
                assertThat(Inside.ask(second, "uname -n")).isEqualTo("first");
                assertThat(Inside.ask(second, "cat /sys/class/net/lo/flags")).isEqualTo("0x9");
            }
        }
    }

    @Test
    void keeps_the_ids_from_others_when_the_other_ends() throws Exception {
        Requirement.ROOT.assume();
        String map = "cat /proc/self/uid_map";
        String ids;
        try (Container first = first();
                Container second = joining(first, NamespaceKind.NETWORK)) {
            ids = Inside.ask(first, map);
            end(first);
            try (Container other = first()) {
                assertThat(Inside.ask(second, map)).isEqualTo(ids);
                assertThat(Inside.ask(other, map)).isNotEqualTo(ids);
            }
        }
        try (Container other = first()) {
            assertThat(Inside.ask(other, map)).isEqualTo(ids);
        }
    }

    @Test
    void ends_with_process_1_of_the_pid_namespace() throws Exception {
        try (Container first = first();
                Container second = joining(first, NamespaceKind.PID)) {
            end(first);
            assertThat(second.process().waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(second.process().exitSignal()).isEqualTo(Optional.of(Signal.KILL));
        }
    }

    @Test
    void leaves_the_other_alone_when_it_ends() throws Exception {
        try (Container first = first()) {
            Container second = joining(first, NamespaceKind.PID, NamespaceKind.NETWORK);
            second.close();
            assertThat(second.process().isAlive()).isFalse();
            assertThat(Inside.ask(first, "echo well")).isEqualTo("well");
        }
    }

    @Test
    void gets_signals_as_any_process_where_it_is_not_process_1() throws Exception {
        try (Container first = first();
                Container second = joining(first, NamespaceKind.PID)) {
            second.process().destroy();
            assertThat(second.process().waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(second.process().exitSignal()).isEqualTo(Optional.of(Signal.TERM));
        }
    }

    @Test
    void leaves_nothing_behind() throws Exception {
        HostState before = HostState.warm();
        try (Container first = first();
                Container second = joining(first, NamespaceKind.PID, NamespaceKind.NETWORK, NamespaceKind.IPC)) {
            assertThat(Inside.ask(second, "echo well")).isEqualTo("well");
        }
        before.assertUnchanged();
    }
}
