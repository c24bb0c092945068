package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The status of a process")
class ProcessStatusTest {
    @Test
    void has_effective_ids_and_rights() {
        ProcessStatus status = ProcessStatus.parse(List.of(
                "Name:\tUid: 7",
                "Uid:\t1000\t1234\t1000\t1000",
                "Gid:\t1000\t100\t1000\t1000",
                "CapInh:\t0000000000000001",
                "CapPrm:\t0000000000200083",
                "CapEff:\t0000000000200081",
                "CapBnd:\t000001ffffffffff",
                "CapAmb:\t0000000000000002",
                "NoNewPrivs:\t1",
                "Seccomp:\t2",
                "Seccomp_filters:\t1"));
        assertThat(status)
                .isEqualTo(new ProcessStatus(
                        "Uid: 7",
                        1234,
                        100,
                        new CapabilitySets(0x200081, 0x200083, 1, 0x1ff_ffff_ffffL, 2),
                        true,
                        true));
        assertThat(status.has(ProcessStatus.CAP_SETUID)).isTrue();
        assertThat(status.has(ProcessStatus.CAP_SETGID)).isFalse();
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> ProcessStatus.parse(List.of()))
                .withMessageContaining("Name");
    }

    @Test
    void names_the_user_by_passwd_then_by_the_c_library_then_by_number() {
        List<String> passwd = List.of("root:x:0:0::/root:/bin/sh", "", "alice:x:1234:100::/home/alice:/bin/sh");
        assertThat(UserNames.of(1234, passwd, "bob")).isEqualTo("alice");
        assertThat(UserNames.of(7, passwd, "bob")).isEqualTo("bob");
        assertThat(UserNames.of(7, passwd, "?")).isEqualTo("7");
    }
}
