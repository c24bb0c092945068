package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A seccomp profile or filter that is changed")
class SeccompChangesTest {
    private static final SeccompAction REFUSED = SeccompAction.errno(Errno.EPERM);

    private static SeccompAction decide(SeccompProfile profile, String call, long... arguments) {
        return profile.filter(Abi.X86_64, "6.1", Set.of()).decide(Abi.X86_64, call, arguments);
    }

    @Test
    void allows_or_refuses_some_calls_and_leaves_the_others() {
        SeccompProfile standard = SeccompProfile.standard();
        SeccompProfile changed = standard.allowing("keyctl", "clone").refusing("socket");
        assertThat(decide(changed, "keyctl")).isEqualTo(SeccompAction.allow());
        assertThat(decide(standard, "keyctl")).isEqualTo(REFUSED);
        assertThat(decide(changed, "clone", 0x10000000)).isEqualTo(SeccompAction.allow());
        assertThat(decide(changed, "socket", 1)).isEqualTo(REFUSED);
        for (int number = 0; number < 500; number++) {
            String name = SystemCalls.of(Abi.X86_64).getOrDefault(number, "");
            if (!Set.of("keyctl", "clone", "socket").contains(name)) {
                assertThat(changed.filter(Abi.X86_64, "6.1", Set.of()).decide(Abi.X86_64, number))
                        .as("%s", number)
                        .isEqualTo(standard.filter(Abi.X86_64, "6.1", Set.of()).decide(Abi.X86_64, number));
            }
        }
    }

    @Test
    void takes_the_last_word_for_a_call() {
        SeccompProfile profile = SeccompProfile.standard().allowing("keyctl").refusing("keyctl");
        assertThat(decide(profile, "keyctl")).isEqualTo(REFUSED);
        assertThat(decide(profile.allowing("keyctl"), "keyctl")).isEqualTo(SeccompAction.allow());
    }

    @Test
    void asks_a_supervisor_whatever_the_rules_were_and_keeps_what_else_there_was() {
        SeccompFilter filter = SeccompFilter.builder(SeccompAction.killThread())
                .rule(SeccompAction.allow(), "personality", ArgumentTest.equal(0, 0))
                .allow("read")
                .unknownCalls(SeccompAction.trap())
                .foreignAbi(SeccompAction.log())
                .flags(SeccompFlag.LOG)
                .build();
        SeccompFilter asking = filter.asking(Set.of("personality", "write"));
        assertThat(asking.decide(Abi.X86_64, "personality", 0)).isEqualTo(SeccompAction.askSupervisor());
        assertThat(asking.decide(Abi.X86_64, "write")).isEqualTo(SeccompAction.askSupervisor());
        assertThat(asking.decide(Abi.X86_64, "read")).isEqualTo(SeccompAction.allow());
        assertThat(asking.decide(Abi.X86_64, "open")).isEqualTo(SeccompAction.killThread());
        assertThat(asking.decide(Abi.X86_64, 4000)).isEqualTo(SeccompAction.trap());
        assertThat(asking.decide(Abi.I386, 1)).isEqualTo(SeccompAction.log());
        assertThat(asking.flags()).containsExactly(SeccompFlag.LOG);
        assertThat(filter.decide(Abi.X86_64, "write")).isEqualTo(SeccompAction.killThread());
    }

    @Test
    void knows_the_calls() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> SeccompProfile.standard().allowing("opem"))
                .withMessageContaining("opem")
                .withMessageContaining("open");
    }
}
