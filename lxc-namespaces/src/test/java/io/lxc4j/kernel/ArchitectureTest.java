package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.testing.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
    @ParameterizedTest
    @CsvSource({"amd64, X86_64", "x86_64, X86_64", "AMD64, X86_64", "aarch64, AARCH64", "arm64, AARCH64"})
    void is_found_under_the_names_that_virtual_machines_use(String machine, Architecture architecture) {
        assertThat(Architecture.of("Linux", machine)).isEqualTo(architecture);
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, riscv64, riscv64",
        "Linux, i386, i386",
        "Windows 11, amd64, Windows 11",
        "Mac OS X, aarch64, Mac"
    })
    void rejects_other_machines_and_systems_by_their_name(String system, String machine, String named) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Architecture.of(system, machine))
                .withMessageContaining(named);
    }

    @Test
    void is_that_of_the_kernel_and_page_sizes_are_powers_of_two() {
        assertThat(Architecture.current().machine())
                .isEqualTo(Command.run("uname", "-m").orFail().strip());
        for (Architecture architecture : Architecture.values()) {
            assertThat(Integer.bitCount(architecture.largestPage())).isEqualTo(1);
        }
    }
}
