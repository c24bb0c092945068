package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@DisplayName("A namespace")
class JoinIT {
    @TempDir
    Path directory;

    @BeforeEach
    void needs_a_user_namespace() {
        Requirement.USER_NAMESPACES.assume();
    }

    private static Container container() {
        return Inside.start(Namespaces.builder());
    }

    private static void end(Container container) {
        container.close();
    }

    @Test
    void that_is_pinned_outlives_its_processes_and_is_joined_by_its_path() throws Exception {
        Requirement.ROOT.assume();
        Path file = directory.resolve("network");
        HostState before = HostState.warm();
        String network;
        try (Container first = container();
                NamespaceHandle handle = first.namespace(NamespaceKind.NETWORK)) {
            network = Inside.namespace(first, NamespaceKind.NETWORK);
            handle.pin(file);
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> handle.pin(file))
                    .withMessageContaining(file.toString());
        }
        try (NamespaceHandle handle = NamespaceHandle.open(file, NamespaceKind.NETWORK);
                Container second = Inside.start(Namespaces.builder().join(handle))) {
            assertThat(handle).hasToString(network);
            assertThat(Inside.namespace(second, NamespaceKind.NETWORK)).isEqualTo(network);
            assertThat(Inside.ask(second, "grep -c : /proc/net/dev")).isEqualTo("1");
        } finally {
            NamespaceHandle.unpin(file);
        }
        assertThat(file).doesNotExist();
        before.assertUnchanged();
        assertThatExceptionOfType(InvalidSpecificationException.class).isThrownBy(() -> NamespaceHandle.unpin(file));
    }

    @Test
    void of_a_process_is_joined_by_roots_container_with_users_of_its_own() throws Exception {
        Requirement.ROOT.assume();
        Process process = new ProcessBuilder("unshare", "--net", "--uts", "sleep", "60").start();
        try (NamespaceHandle network = awaitNetwork(process);
                NamespaceHandle names = NamespaceHandle.of(process.toHandle(), NamespaceKind.UTS);
                Container container =
                        Inside.start(Namespaces.builder().join(network).join(names))) {
            assertThat(Inside.namespace(container, NamespaceKind.NETWORK)).isEqualTo(network.toString());
            assertThat(Inside.namespace(container, NamespaceKind.UTS)).isEqualTo(names.toString());
            assertThat(Inside.ask(container, "echo $$")).isEqualTo("1");
            assertThat(Inside.ask(container, "cat /proc/self/uid_map")).doesNotMatch(" *0 +0 .*");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** It takes unshare a moment to get there. */
    private static NamespaceHandle awaitNetwork(Process process) {
        return Awaitility.await().until(() -> NamespaceHandle.of(process.toHandle(), NamespaceKind.NETWORK), handle -> {
            if (handle.isOfThisJvm()) {
                handle.close();
                return false;
            }
            return true;
        });
    }

    @Test
    void of_a_container_is_joined_with_other_users_if_root_says_so() throws Exception {
        Requirement.ROOT.assume();
        try (Container first = container();
                NamespaceHandle network = first.namespace(NamespaceKind.NETWORK);
                Container second =
                        Inside.start(Namespaces.builder().join(network).users(IdMapping.isolated(1000)))) {
            assertThat(Inside.namespace(second, NamespaceKind.NETWORK)).isEqualTo(network.toString());
            assertThat(Inside.namespace(second, NamespaceKind.USER))
                    .isNotEqualTo(Inside.namespace(first, NamespaceKind.USER));
            assertThat(Inside.ask(second, "cat /proc/self/uid_map")).endsWith(" 1000");
            assertThat(Inside.ask(second, "echo $$")).isEqualTo("1");
        }
    }

    @Test
    void of_a_container_is_not_joined_with_other_users_by_an_ordinary_user() throws Exception {
        Assumptions.assumeTrue(ProcessStatus.ofThisProcess().uid() != 0, "needs an ordinary user");
        try (Container first = container();
                NamespaceHandle network = first.namespace(NamespaceKind.NETWORK)) {
            Namespaces.Builder namespaces = Namespaces.builder().join(network).users(IdMapping.self());
            assertThatExceptionOfType(HostUnsupportedException.class)
                    .isThrownBy(() -> Inside.start(namespaces))
                    .withMessageContaining("for root only");
        }
    }

    @Test
    void of_another_kind_or_none_at_all_is_not_opened() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        rejects(() -> NamespaceHandle.open(file, NamespaceKind.NETWORK), "is not a namespace");
        rejects(() -> NamespaceHandle.open(Path.of("/dev/null"), NamespaceKind.NETWORK), "is not a namespace");
        rejects(
                () -> NamespaceHandle.open(Path.of("/proc/self/ns/ipc"), NamespaceKind.NETWORK),
                "/proc/self/ns/ipc is a namespace of the kind IPC, not NETWORK");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> NamespaceHandle.open(directory.resolve("none"), NamespaceKind.NETWORK))
                .withMessageContaining("ENOENT");
    }

    @Test
    void of_what_has_ended_is_not_opened() throws Exception {
        Process process = new ProcessBuilder("true").start();
        ProcessHandle handle = process.toHandle();
        process.waitFor();
        Container container = container();
        end(container);
        for (ThrowingCallable opening : new ThrowingCallable[] {
            () -> NamespaceHandle.of(handle, NamespaceKind.NETWORK), () -> container.namespace(NamespaceKind.NETWORK)
        }) {
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(opening)
                    .withMessageContaining("has ended");
        }
    }

    @Test
    void is_not_joined_once_its_handle_is_closed() {
        try (Container first = container()) {
            Namespaces.Builder namespaces = Namespaces.builder();
            try (NamespaceHandle network = first.namespace(NamespaceKind.NETWORK)) {
                namespaces.join(network);
            }
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(() -> Inside.start(namespaces))
                    .withMessageContaining("the handle is closed");
        }
    }

    @Test
    void that_does_not_fit_is_rejected() {
        try (Container first = container();
                NamespaceHandle network = first.namespace(NamespaceKind.NETWORK);
                NamespaceHandle names = first.namespace(NamespaceKind.UTS);
                NamespaceHandle processes = first.namespace(NamespaceKind.PID);
                NamespaceHandle mounts = first.namespace(NamespaceKind.MOUNT);
                NamespaceHandle own = NamespaceHandle.ofThisJvm(NamespaceKind.PID);
                Container other = container();
                NamespaceHandle ipc = other.namespace(NamespaceKind.IPC)) {
            rejects(() -> Namespaces.builder().join(mounts), "is a mount namespace");
            rejects(() -> Namespaces.builder().join(own), "this JVM's own; it can't be shared");
            rejects(() -> Namespaces.builder().join(network).join(network), "two namespaces of a kind");
            rejects(() -> Namespaces.builder().join(network).shareNetwork().build(), "both shared and joined");
            rejects(
                    () -> Namespaces.builder().join(names).hostName("box").build(),
                    "hostName \"box\" would change uts:[");
            rejects(() -> Namespaces.builder().join(network).join(ipc).build(), "belong to different users");
            rejects(
                    () -> Namespaces.builder()
                            .join(processes)
                            .users(IdMapping.self())
                            .build(),
                    "could not mount /proc");
        }
    }

    private static void rejects(ThrowingCallable what, String message) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(what)
                .withMessageContaining(message);
    }

    @Test
    void is_the_same_by_whatever_way_it_was_opened() {
        try (Container first = container();
                NamespaceHandle one = first.namespace(NamespaceKind.IPC);
                NamespaceHandle same = NamespaceHandle.of(first.process().toHandle(), NamespaceKind.IPC);
                NamespaceHandle own = NamespaceHandle.ofThisJvm(NamespaceKind.IPC)) {
            assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(own);
            assertThat(one.inode()).isEqualTo(same.inode());
            assertThat(one.device()).isEqualTo(own.device());
            assertThat(own.isOfThisJvm()).isTrue();
            assertThat(one.isOfThisJvm()).isFalse();
        }
    }
}
