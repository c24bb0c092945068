package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountInfoTest {
    private static MountInfo parse(String line) {
        return MountInfo.parse(List.of(line)).getFirst();
    }

    @Test
    void a_line_with_an_optional_field_is_parsed() {
        assertThat(parse("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"))
                .isEqualTo(new MountInfo(
                        "98:0",
                        "/mnt1",
                        "/mnt2",
                        Set.of("rw", "noatime"),
                        Set.of("master:1"),
                        "ext3",
                        Set.of("rw", "errors=continue")));
    }

    @Test
    void a_line_without_or_with_several_optional_fields_is_parsed() {
        MountInfo expected = new MountInfo("0:22", "/", "/proc", Set.of("rw"), "proc", Set.of("rw"));
        assertThat(parse("24 30 0:22 / /proc rw - proc proc rw")).isEqualTo(expected);
        assertThat(parse("24 30 0:22 / /proc rw shared:5 master:1 propagate_from:2 unbindable - proc proc rw"))
                .isEqualTo(new MountInfo(
                        "0:22",
                        "/",
                        "/proc",
                        Set.of("rw"),
                        Set.of("shared:5", "master:1", "propagate_from:2", "unbindable"),
                        "proc",
                        Set.of("rw")));
    }

    @Test
    void an_empty_source_and_repeated_options_are_accepted() {
        assertThat(parse("24 30 0:22 / /a rw,rw - tmpfs  rw,size=1,size=1"))
                .isEqualTo(new MountInfo("0:22", "/", "/a", Set.of("rw"), "tmpfs", Set.of("rw", "size=1")));
    }

    @Test
    void blanks_tabs_line_feeds_and_backslashes_are_unescaped_and_other_text_is_kept() {
        MountInfo mount = parse("1 2 0:3 /a\\040b /c\\011d\\012e\\134040\\043é rw - tmpfs x rw");
        assertThat(mount.root()).isEqualTo("/a b");
        assertThat(mount.mountPoint()).isEqualTo("/c\td\ne\\040#é");
    }

    @Test
    void a_directory_named_like_the_separator_does_not_confuse() {
        assertThat(parse("1 2 0:3 - - rw shared:1 - tmpfs - rw"))
                .isEqualTo(new MountInfo("0:3", "-", "-", Set.of("rw"), Set.of("shared:1"), "tmpfs", Set.of("rw")));
    }

    @Test
    void what_is_no_line_of_mountinfo_is_rejected_and_shown() {
        for (String line : List.of("", "1 2 0:3 / /a rw", "1 2 0:3 / /a rw shared:1", "1 2 0:3 / /a rw - tmpfs none")) {
            assertThatExceptionOfType(HostUnsupportedException.class)
                    .isThrownBy(() -> parse(line))
                    .withMessage("not a line of mountinfo: " + line);
        }
    }

    @Test
    void a_name_that_is_no_text_hides_no_other_mount(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("mountinfo");
        String lines = """
            1 2 0:3 / /caf\u00e9 rw - tmpfs x rw
            1 2 0:3 / /a\rb rw - tmpfs x rw
            1 2 0:3 / /c rw - tmpfs x rw
            """;
        Files.write(file, lines.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(MountInfo.read(file)).extracting(MountInfo::mountPoint).containsExactly("/caf\ufffd", "/a\rb", "/c");
    }

    @Test
    void a_missing_file_means_that_proc_is_not_mounted(@TempDir Path directory) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> MountInfo.read(directory.resolve("mountinfo")))
                .withMessageContaining("/proc must be mounted");
    }

    @Test
    void this_machines_own_file_has_a_root_and_proc() throws IOException {
        List<MountInfo> mounts = MountInfo.ofThisProcess();
        assertThat(mounts)
                .hasSize(Files.readAllLines(Path.of("/proc/self/mountinfo")).size());
        assertThat(mounts).extracting(MountInfo::mountPoint).contains("/", "/proc");
        assertThat(mounts)
                .anyMatch(mount ->
                        mount.mountPoint().equals("/proc") && mount.type().equals("proc"));
    }
}
