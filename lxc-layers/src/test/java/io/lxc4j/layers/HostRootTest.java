package io.lxc4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.MountInfo;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the host's tree is rebuilt, shown on a directory that stands for the host's root. */
class HostRootTest {
    @TempDir
    Path host;

    @BeforeEach
    void makeAHost() throws IOException {
        for (String directory : List.of(
                "etc",
                "usr/bin",
                "usr/local/lib",
                "var/lib",
                "var/tmp",
                "srv",
                "proc",
                "tmp",
                "root",
                "opt/a",
                "opt/b",
                "secret/inner",
                "usr/secret")) {
            Files.createDirectories(host.resolve(directory));
        }
        Files.writeString(host.resolve("etc/passwd"), "");
        Files.writeString(host.resolve("opt/a/file"), "");
        Files.writeString(host.resolve("opt/plain"), "");
        Files.createSymbolicLink(host.resolve("bin"), Path.of("usr/bin"));
        for (String directory : List.of("secret", "usr/secret")) {
            Files.setPosixFilePermissions(host.resolve(directory), PosixFilePermissions.fromString("rwx------"));
        }
    }

    private List<Operation> walk(MountInfo... mounts) {
        List<Operation> operations = new ArrayList<>();
        new HostRoot(4096, host).walk(operations, List.of(mounts));
        return operations;
    }

    private static MountInfo mount(String point, String type) {
        return new MountInfo("0:1", "/", point, Set.of("rw"), type, Set.of("rw"));
    }

    private static List<String> overlays(List<Operation> operations) {
        return operations.stream()
                .filter(MountOperation.Mount.class::isInstance)
                .map(operation -> ((MountOperation.Mount) operation).target())
                .toList();
    }

    @Test
    void directories_become_overlays_and_links_stay_links() {
        List<Operation> operations = walk();
        assertThat(overlays(operations)).containsExactly("/etc", "/opt", "/usr", "/var");
        assertThat(operations)
                .contains(
                        new MountOperation.MakeLink("/bin", "usr/bin"), new MountOperation.MakeDirectory("/srv", 0755));
    }

    @Test
    void private_directories_are_new() {
        List<Operation> operations = walk();
        assertThat(operations)
                .contains(
                        new MountOperation.MakeDirectory("/root", 0700),
                        new MountOperation.MakeDirectory("/tmp", 01777),
                        new MountOperation.BindScratch("private/var-tmp", "/var/tmp"));
    }

    @Test
    void what_not_everybody_may_read_is_empty_or_left_to_the_kernel() {
        List<Operation> operations = walk();
        assertThat(operations).contains(new MountOperation.MakeDirectory("/secret", 0755));
        assertThat(overlays(operations)).doesNotContain("/secret");
        assertThat(operations.stream().map(Operation::summary)).noneMatch(summary -> summary.endsWith("/secret/inner"));
        assertThat(operations)
                .noneMatch(operation -> operation instanceof MountOperation.MakeScratchDirectory(String path, int _)
                        && path.endsWith("/secret"));
    }

    @Test
    void the_containers_root_may_add_to_directories_below_usr_and_var() {
        assertThat(walk().stream()
                        .filter(MountOperation.MakeScratchDirectory.class::isInstance)
                        .map(operation -> ((MountOperation.MakeScratchDirectory) operation).path()))
                .anyMatch(path -> path.matches("upper/\\d+/bin"))
                .anyMatch(path -> path.matches("upper/\\d+/local/lib"))
                .anyMatch(path -> path.matches("upper/\\d+/lib"));
    }

    @Test
    void a_directory_with_mounts_below_it_is_rebuilt_entry_by_entry() {
        List<Operation> operations = walk(mount("/opt/b", "ext4"));
        assertThat(overlays(operations)).contains("/opt/a").doesNotContain("/opt");
        assertThat(operations)
                .contains(new MountOperation.MakeDirectory("/opt/b", 0755), new MountOperation.MakeFile("/opt/plain"));
    }

    @Test
    void a_mount_of_the_running_systems_state_is_an_empty_directory() {
        List<Operation> operations = walk(mount("/opt/a", "tmpfs"));
        assertThat(overlays(operations)).doesNotContain("/opt/a");
        assertThat(operations).contains(new MountOperation.MakeDirectory("/opt/a", 0755));
    }

    @Test
    void the_tree_is_looked_at_again_when_a_listed_directory_has_changed() throws IOException {
        HostRoot root = new HostRoot(4096, host);
        Object before = root.look();
        assertThat(root.look()).isSameAs(before);
        Files.createDirectory(host.resolve("usr/new"));
        assertThat(root.look()).isNotSameAs(before);
    }
}
