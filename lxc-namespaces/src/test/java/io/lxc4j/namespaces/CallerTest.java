package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The caller")
class CallerTest {
    private static final String ALL = "000001ffffffffff";

    @TempDir
    Path process;

    private Caller read(String effective, String uidMap, String gidMap) throws IOException {
        Files.writeString(process.resolve("status"), """
            Name:\tjava
            Uid:\t1\t1000\t3\t4
            Gid:\t5\t100\t7\t8
            CapPrm:\t%s
            CapEff:\t%s
            """.formatted(effective, effective));
        Files.writeString(process.resolve("uid_map"), uidMap);
        Files.writeString(process.resolve("gid_map"), gidMap);
        return Caller.read(process);
    }

    private static IdMaps maps(long outside, long count) {
        List<IdMaps.Range> range = List.of(new IdMaps.Range(0, outside, count));
        return new IdMaps(range, range, false);
    }

    private static IdMaps itself() {
        return new IdMaps(List.of(new IdMaps.Range(0, 1000, 1)), List.of(new IdMaps.Range(0, 100, 1)), true);
    }

    @Test
    void with_privilege_gives_a_range_that_nobody_on_the_host_has() throws IOException {
        String everyone = "         0          0 4294967295\n";
        Caller caller = read(ALL, everyone, everyone);
        assertThat(caller.maps()).isEqualTo(maps(1_000_000, 65_536));
        assertThat(caller.permitted()).isEqualTo(0x1ff_ffff_ffffL);
    }

    @Test
    void in_a_user_namespace_gives_all_its_ids_but_root() throws IOException {
        String some = "0 100000 1000\n1000 200000 500\n";
        assertThat(read(ALL, some, some).maps()).isEqualTo(maps(1, 1499));
        String many = "0 100000 165536\n";
        assertThat(read(ALL, many, many).maps()).isEqualTo(maps(1, 65_536));
    }

    @Test
    void in_a_user_namespace_of_one_id_gives_only_itself() throws IOException {
        assertThat(read(ALL, "0 1000 1\n", "0 100 1\n").maps()).isEqualTo(itself());
    }

    @Test
    void without_the_right_to_set_ids_gives_only_its_effective_user() throws IOException {
        String everyone = "0 0 4294967295\n";
        assertThat(read("0000000000000000", everyone, everyone).maps()).isEqualTo(itself());
        assertThat(read("0000000000000040", everyone, everyone).maps())
                .as("CAP_SETGID alone")
                .isEqualTo(itself());
        assertThat(read("00000000000000c0", everyone, everyone).maps()).isEqualTo(maps(1_000_000, 65_536));
    }

    @Test
    void without_proc_is_told_to_mount_it() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Caller.read(process.resolve("nothing")))
                .withMessageContaining("/proc must be mounted");
    }
}
