package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The programs compiled in advance")
class StandardProgramsTest {
    private static final ProfileRules RULES = ProfileRules.standard();
    private static final KernelVersion ANY_KERNEL = new KernelVersion(1, 0);

    private static Set<String> capabilities(boolean chroot) {
        Set<String> capabilities = new HashSet<>(StandardPrograms.WITHOUT_CALLS);
        if (chroot) {
            capabilities.add(StandardPrograms.CHROOT);
        }
        return capabilities;
    }

    /** Writes what it compares, to be copied after a wanted change. */
    @ParameterizedTest
    @CsvSource({"X86_64, false", "X86_64, true", "AARCH64, false", "AARCH64, true"})
    void are_what_the_profile_is_compiled_to(Abi abi, boolean chroot) throws IOException {
        Set<String> capabilities = capabilities(chroot);
        byte[] compiled =
                RULES.filter(abi, ANY_KERNEL, capabilities).program(abi).toBytes();
        Path directory = Files.createDirectories(Path.of("target", "seccomp"));
        Files.write(directory.resolve(StandardPrograms.name(abi, chroot)), compiled);
        assertThat(StandardPrograms.find(abi, capabilities).orElseThrow().toBytes())
                .as("copy %s/*.bin to src/main/resources/io/lxc4j/seccomp if the change is wanted", directory)
                .isEqualTo(compiled);
    }

    @Test
    void depend_on_nothing_else() {
        assertThat(RULES.flags()).isEmpty();
        for (ProfileRules.Entry entry : RULES.entries()) {
            for (ProfileRules.Condition condition : List.of(entry.includes(), entry.excludes())) {
                assertThat(condition.capabilities()).doesNotContainAnyElementsOf(StandardPrograms.WITHOUT_CALLS);
                assertThat(condition.leastKernel()).isNull();
            }
        }
    }

    @Test
    void are_found_for_some_of_the_default_capabilities_and_no_more() {
        assertThat(StandardPrograms.find(Abi.X86_64, Set.of("CAP_CHOWN"))).isPresent();
        assertThat(StandardPrograms.find(Abi.X86_64, Set.of("CAP_CHOWN", "CAP_SYS_ADMIN")))
                .isEmpty();
        assertThat(StandardPrograms.find(Abi.I386, Set.of())).isEmpty();
    }

    @Test
    void leave_the_filter_as_it_would_be_without_them() {
        SeccompFilter filter = SeccompProfile.standard().filter(Abi.X86_64, "6.18", Set.of());
        SeccompFilter compiled = RULES.filter(Abi.X86_64, ANY_KERNEL, Set.of());
        assertThat(filter.flags()).isEqualTo(compiled.flags());
        assertThat(filter).hasToString(compiled.toString());
        assertThat(filter.explain(Abi.X86_64)).isEqualTo(compiled.explain(Abi.X86_64));
        assertThat(filter.explain(Abi.AARCH64)).isEqualTo(compiled.explain(Abi.AARCH64));
        assertThat(filter.asking(Set.of("mount")).explain(Abi.X86_64))
                .isEqualTo(compiled.asking(Set.of("mount")).explain(Abi.X86_64));
    }
}
