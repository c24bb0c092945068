package io.lxc4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The description of a mount")
class MountTest {
    private static final Path SOURCE = Path.of("/srv/data");
    private static final Namespaces ALL = Namespaces.builder().build();

    static Stream<Arguments> rejected() {
        return Stream.of(
                rejected(() -> Mount.bind(Path.of("a\n")), "an absolute path of the host, not \"a?\""),
                rejected(() -> Mount.bind(Path.of("/a/../proc/1")), "the host's /proc can't be mounted"),
                rejected(() -> Mount.overlay(List.of(Path.of("/a"), Path.of("b"))), "not \"b\""),
                rejected(() -> Mount.overlay(List.of()), "1 to 32 lower directories, not 0"),
                rejected(() -> Mount.overlay(Collections.nCopies(33, SOURCE)), "not 33"),
                rejected(() -> Mount.bind(SOURCE).target(), "/srv/data has no place in the container"),
                rejected(() -> Mount.bind(SOURCE).at("x"), "the target of /srv/data must be an absolute path"),
                rejected(() -> Mount.bind(SOURCE).at("/x/../y"), "must not contain \"..\""),
                rejected(() -> Mount.bind(SOURCE).at("//"), "can't be mounted on /"),
                rejected(() -> Mount.bind(SOURCE).at("/a\0"), "NUL"),
                rejected(() -> Mount.tmpfs().sizeBytes(4095), "sizeBytes must be at least 4096, not 4095"),
                rejected(() -> Mount.tmpfs().inodes(1), "inodes must be at least 2, not 1"),
                rejected(() -> Mount.tmpfs().mode(010000), "mode must be 0 to 07777, not 010000"),
                rejected(() -> Mount.bind(SOURCE).sizeBytes(5000), "sizeBytes is for a tmpfs, not for /srv/data"),
                rejected(() -> Mount.proc().inodes(5), "inodes is for a tmpfs, not for proc"),
                rejected(() -> Mount.proc().mode(0), "mode is for a tmpfs, not for proc"),
                rejected(() -> Mount.tmpfs().idMapped(), "idMapped is for a bind or an overlay, not for a tmpfs"),
                rejected(() -> Mount.tmpfs().nonRecursive(), "nonRecursive is for a bind"),
                rejected(() -> Mount.tmpfs().readOnlyAtTop(), "readOnlyAtTop is for a bind"),
                rejected(() -> Mount.tmpfs().propagation(Propagation.SLAVE), "propagation is for a bind"),
                rejected(() -> Mount.tmpfs().upper(SOURCE, SOURCE), "upper is for an overlay"),
                rejected(
                        () -> Mount.overlay(List.of(SOURCE)).upper(Path.of("/a/u"), Path.of("/b/w")),
                        "must be two that lie in one directory"),
                rejected(
                        () -> Mount.overlay(List.of(SOURCE)).upper(Path.of("/a/u"), Path.of("/a/u")),
                        "must be two that lie in one directory"),
                rejected(
                        () -> check(
                                Mount.bind(SOURCE).idMapped(),
                                Namespaces.builder().shareUsers()),
                        "leave idMapped out"),
                rejected(
                        () -> check(
                                Mount.overlay(List.of(SOURCE)).idMapped(),
                                Namespaces.builder().shareUsers()),
                        "leave idMapped out"),
                rejected(() -> check(Mount.sysfs(), Namespaces.builder().shareNetwork()), "needs a network of its own"),
                rejected(
                        () -> check(Mount.mqueue(), Namespaces.builder().shareIpc()),
                        "needs an IPC namespace of its own"),
                rejected(
                        () -> check(
                                Mount.cgroup().writable(), Namespaces.builder().shareCgroups()),
                        "leave writable out"),
                rejected(
                        () -> {
                            Mount shared = Mount.bind(SOURCE)
                                    .propagation(Propagation.SHARED)
                                    .at("/a");
                            shared.check(ALL, List.of(shared, Mount.tmpfs().at("/a/b")));
                        },
                        "a tmpfs of 67108864 bytes at /a/b would be mounted on the host, too"));
    }

    private static void check(Mount mount, Namespaces.Builder namespaces) {
        Mount placed = mount.at("/x");
        placed.check(namespaces.build(), List.of(placed));
    }

    private static Arguments rejected(ThrowingCallable call, String message) {
        return Arguments.of(message, call);
    }

    @ParameterizedTest(name = "is rejected: {0}")
    @MethodSource("rejected")
    void is_rejected(String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("that can be had with what is shared is accepted")
    void is_accepted() {
        check(Mount.sysfs(), Namespaces.builder());
        check(Mount.sysfs(), Namespaces.builder().shareUsers().shareNetwork());
        check(Mount.mqueue(), Namespaces.builder().shareUsers().shareIpc());
        check(Mount.cgroup(), Namespaces.builder().shareCgroups());
        check(Mount.cgroup().writable(), Namespaces.builder());
        Mount shared = Mount.bind(SOURCE).propagation(Propagation.SHARED).at("/a");
        shared.check(ALL, List.of(shared, Mount.tmpfs().at("/ab")));
    }

    @Test
    @DisplayName("never changes, each method gives another")
    void is_immutable() {
        Mount mount = Mount.bind(SOURCE).at("/x/./y//");
        assertThat(mount.target()).isEqualTo("/x/y");
        String before = mount.toString();
        assertThat(mount.writable().noExec().idMapped().toString()).isNotEqualTo(before);
        assertThat(mount).hasToString(before);
    }

    private static List<Operation> operations(Mount mount) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        PlannedMount planned = mount.plan(ALL);
        planned.open(plan);
        planned.prepare(plan, 0);
        planned.attach(plan);
        return plan.add(new Operation.Exec("/x", List.of("/x"), List.of(), List.of()))
                .build()
                .operations();
    }

    private static MountOperation.Bind bind(Mount mount) {
        return operations(mount).stream()
                .filter(MountOperation.Bind.class::isInstance)
                .map(MountOperation.Bind.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("becomes the flags that it names, read-only at its top apart")
    void flags() {
        Mount mount = Mount.bind(SOURCE).at("/x");
        assertThat(bind(mount).flags().everywhere().name())
                .isEqualTo("MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV");
        assertThat(bind(mount).flags().propagation().name()).isEqualTo("MS_PRIVATE");
        assertThat(bind(mount.readOnlyAtTop()).flags().everywhere().name())
                .isEqualTo("MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV");
        assertThat(bind(mount.readOnlyAtTop()).flags().atTop().name()).isEqualTo("MOUNT_ATTR_RDONLY");
        assertThat(bind(mount.readOnlyAtTop().readOnly()).flags().atTop().value())
                .isZero();
        assertThat(bind(mount.writable()
                                .allowDevices()
                                .allowSetUserId()
                                .noExec()
                                .noAtime()
                                .noSymlinkFollow())
                        .flags()
                        .everywhere()
                        .name())
                .isEqualTo("MOUNT_ATTR_NOEXEC|MOUNT_ATTR_NOATIME|MOUNT_ATTR_NOSYMFOLLOW");
    }

    @Test
    @DisplayName("of a tmpfs becomes its options, inodes in proportion to its size")
    void tmpfs_options() {
        assertThat(operations(Mount.tmpfs().mode(0700).sizeBytes(1 << 20).at("/x")))
                .filteredOn(MountOperation.Mount.class::isInstance)
                .first()
                .satisfies(operation -> assertThat(((MountOperation.Mount) operation)
                                .fileSystem()
                                .options()
                                .toString())
                        .isEqualTo("{size=1048576, nr_inodes=256, mode=0700}"));
    }

    @Test
    @DisplayName("of proc and sysfs at other places hides there, too, what is hidden of the container's own")
    void other_views_of_the_kernel() {
        assertThat(operations(Mount.proc().at("/x")))
                .hasAtLeastOneElementOfType(MountOperation.Bind.class)
                .filteredOn(MountOperation.MakeProtected.class::isInstance)
                .singleElement()
                .satisfies(operation -> {
                    MountOperation.MakeProtected made = (MountOperation.MakeProtected) operation;
                    assertThat(made.fileSystem().type()).isEqualTo("proc");
                    assertThat(made.masked()).contains("kcore");
                    assertThat(made.readOnly()).contains("sysrq-trigger");
                });
        assertThat(operations(Mount.sysfs().at("/x")))
                .filteredOn(MountOperation.MakeProtected.class::isInstance)
                .singleElement()
                .satisfies(operation -> assertThat(((MountOperation.MakeProtected) operation).masked())
                        .contains("firmware"));
    }
}
