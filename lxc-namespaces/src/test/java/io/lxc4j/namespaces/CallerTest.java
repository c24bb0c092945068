package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            CapInh:\t0000000000000000
            CapPrm:\t%s
            CapEff:\t%s
            CapBnd:\t0000000000000000
            CapAmb:\t0000000000000000
            """.formatted(effective, effective));
        Files.writeString(process.resolve("uid_map"), uidMap);
        Files.writeString(process.resolve("gid_map"), gidMap);
        return Caller.read(process);
    }

    @Test
    void is_read_with_its_ids_and_rights() throws IOException {
        String everyone = "         0          0 4294967295\n";
        Caller caller = read(ALL, everyone, "0 100000 1000\n1000 200000 500\n");
        assertThat(caller.uid()).as("effective").isEqualTo(1000);
        assertThat(caller.gid()).isEqualTo(100);
        assertThat(caller.permitted()).isEqualTo(0x1ff_ffff_ffffL);
        assertThat(caller.ownUids()).isEqualTo(IdSet.of(0, 4_294_967_295L));
        assertThat(caller.ownGids()).isEqualTo(IdSet.of(0, 1500));
        assertThat(caller.mayMap()).isTrue();
        assertThat(caller.isRoot()).isFalse();
    }

    @Test
    void may_map_ids_with_both_capabilities_only() throws IOException {
        String everyone = "0 0 4294967295\n";
        assertThat(read("0000000000000040", everyone, everyone).mayMap()).isFalse();
        assertThat(read("0000000000000080", everyone, everyone).mayMap()).isFalse();
        assertThat(read("00000000000000c0", everyone, everyone).mayMap()).isTrue();
    }

    @Test
    void may_not_set_groups_below_a_namespace_that_gave_it_up() throws IOException {
        Files.writeString(process.resolve("setgroups"), "deny\n");
        String everyone = "0 0 4294967295\n";
        assertThat(read(ALL, everyone, everyone).maySetGroups()).isFalse();
        Files.writeString(process.resolve("setgroups"), "allow\n");
        assertThat(read(ALL, everyone, everyone).maySetGroups()).isTrue();
    }

    @Test
    void gives_its_containers_ids_of_their_own_if_it_has_some_to_give() throws IOException {
        String everyone = "0 0 4294967295\n";
        assertThat(read(ALL, everyone, everyone).usualMapping()).isEqualTo(IdMapping.isolated());
        assertThat(read("0000000000000000", everyone, everyone).usualMapping()).isEqualTo(IdMapping.self());
        assertThat(read(ALL, "1000 1000 1\n", "100 100 1\n").usualMapping())
                .as("in a user namespace that has nobody else")
                .isEqualTo(IdMapping.self());
    }

    @Test
    void without_proc_is_told_to_mount_it() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Caller.read(process.resolve("nothing")))
                .withMessageContaining("/proc is not mounted");
    }
}
