package io.lxc4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequirementTest {
    @Test
    void a_requirement_is_demanded_by_its_name_or_by_all_and_not_otherwise() {
        assertThat(Requirement.X86_64_COMPILER.id()).isEqualTo("x86-64-compiler");
        assertThat(Requirement.ROOT.isDemanded("")).isFalse();
        assertThat(Requirement.ROOT.isDemanded("strace")).isFalse();
        assertThat(Requirement.ROOT.isDemanded("strace,root")).isTrue();
        assertThat(Requirement.ROOT.isDemanded("all")).isTrue();
        assertThat(Requirement.ROOT.isDemanded("all,-strace")).isTrue();
        assertThat(Requirement.STRACE.isDemanded("all,-strace")).isFalse();
    }

    @Test
    void a_missing_tool_is_no_result_and_a_failing_one_has_its_status() {
        assertThat(Command.tryRun(java.util.List.of("/nonexistent/tool"))).isNull();
        assertThat(Command.run("sh", "-c", "echo out; echo err >&2; exit 3"))
                .isEqualTo(new Command.Result(3, "out\n", "err\n"));
    }
}
