package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.seccomp.ArgumentTest.Operator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A seccomp filter")
class SeccompFilterTest {
    private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);

    @Test
    void follows_the_first_rule_whose_tests_all_hold() {
        SeccompFilter filter = SeccompFilter.builder(EPERM)
                .rule(SeccompAction.log(), "socket", ArgumentTest.equal(0, 1), ArgumentTest.equal(1, 2))
                .rule(SeccompAction.trap(), "socket", ArgumentTest.equal(0, 1))
                .allow("socket")
                .rule(SeccompAction.killThread(), "socket")
                .build();
        assertThat(filter.decide(Abi.X86_64, "socket", 1, 2)).isEqualTo(SeccompAction.log());
        assertThat(filter.decide(Abi.X86_64, "socket", 1, 3)).isEqualTo(SeccompAction.trap());
        assertThat(filter.decide(Abi.AARCH64, "socket", 2, 2)).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.AARCH64, "bind")).isEqualTo(EPERM);
    }

    @Test
    void passes_over_names_that_are_not_known_where_it_is_told_to() {
        SeccompFilter filter = SeccompFilter.builder(EPERM)
                .allowIfKnown("read", "of_next_year")
                .build();
        assertThat(filter.decide(Abi.X86_64, "read")).isEqualTo(SeccompAction.allow());
    }

    @Test
    void handles_32_bit_calls_by_name_where_it_is_told_to() {
        SeccompFilter filter =
                SeccompFilter.builder(EPERM).allow("write").handleI386().build();
        assertThat(filter.decide(Abi.I386, 4)).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.I386, 1)).isEqualTo(EPERM);
        assertThat(filter.decide(Abi.X86_64, 1)).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.X86_64, 4)).isEqualTo(EPERM);
    }

    @Test
    void keeps_its_flags() {
        SeccompFilter.Builder builder = SeccompFilter.builder(EPERM);
        assertThat(builder.build().flags()).isEmpty();
        assertThat(builder.flags(SeccompFlag.LOG)
                        .flags(SeccompFlag.SPEC_ALLOW)
                        .build()
                        .flags())
                .containsExactly(SeccompFlag.LOG, SeccompFlag.SPEC_ALLOW);
        assertThat(SeccompFlag.WAIT_KILLABLE_RECV.value()).isEqualTo(32);
    }

    @Test
    void refuses_to_be_told_something_twice() {
        SeccompFilter.Builder builder =
                SeccompFilter.builder(EPERM).unknownCalls(EPERM).foreignAbi(SeccompAction.trap());
        assertThatThrownBy(() -> builder.unknownCalls(SeccompAction.log()))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("unknownCalls was set before: errno EPERM, now log");
        assertThatThrownBy(() -> builder.foreignAbi(SeccompAction.killProcess()))
                .hasMessage("foreignAbi was set before: trap, now kill process");
    }

    @Test
    void says_what_can_not_be_tried() {
        SeccompFilter filter = SeccompFilter.builder(EPERM).build();
        assertThatThrownBy(() -> filter.program(Abi.I386))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("program for I386: its kernel's own ABI is X86_64, and handles both");
        assertThatThrownBy(() -> filter.decide(Abi.AARCH64, "open"))
                .hasMessage("system call \"open\": AARCH64 has none of that name");
        assertThatThrownBy(() -> filter.decide(Abi.current(), 0, 1, 2, 3, 4, 5, 6, 7))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("7 arguments: a system call has at most 6");
    }

    @Test
    void explains_itself() {
        SeccompFilter filter = SeccompFilter.builder(EPERM)
                .allow("read", "write", "close")
                .rule(SeccompAction.trap(), "ioctl", ArgumentTest.maskedEqual(1, 0xffffffffL, 0x5412))
                .rule(SeccompAction.log(), "ioctl", new ArgumentTest(0, Operator.LESS, 3), ArgumentTest.equal(2, 0))
                .build();
        assertThat(filter).hasToString("seccomp filter: 4 calls with rules, all others errno EPERM");
        String text = filter.explain(Abi.AARCH64);
        assertThat(text)
                .startsWith("AARCH64:\n  errno EPERM\n    accept accept4 acct ")
                .contains("\n  allow\n    close read write\n")
                .contains("""
                      trap if (arg1 & 0xffffffff) == 0x5412
                      else log if arg0 < 0x3 && arg2 == 0x0
                      else errno EPERM
                        ioctl
                    \
                    """)
                .contains("\n  calls that are not known: errno ENOSYS\n");
        assertThat(text)
                .contains("calls by another ABI: kill process\nprogram of ")
                .contains("  l0:    ld [4]\n");
        assertThat(text.lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void is_described_by_actions_with_the_values_of_the_kernel() {
        assertThat(SeccompAction.allow().value()).isEqualTo(0x7fff0000);
        assertThat(SeccompAction.errno(Errno.ENOSYS).value()).isEqualTo(0x50026);
        assertThat(SeccompAction.killProcess().value()).isEqualTo(0x80000000);
        assertThat(SeccompAction.killThread().value()).isZero();
        assertThat(SeccompAction.trap().value()).isEqualTo(0x30000);
        assertThat(SeccompAction.trace(0xffff).value()).isEqualTo(0x7ff0ffff);
        assertThat(SeccompAction.log().value()).isEqualTo(0x7ffc0000);
        assertThat(SeccompAction.askSupervisor().value()).isEqualTo(0x7fc00000);
        assertThat(SeccompAction.errno(0)).hasToString("errno 0");
        assertThat(SeccompAction.trace(7)).hasToString("trace 7");
        assertThat(SeccompAction.askSupervisor().ociName()).isEqualTo("SCMP_ACT_NOTIFY");
    }

    @ParameterizedTest
    @EnumSource
    void reads_every_action_back(SeccompAction.Kind kind) {
        SeccompAction action = new SeccompAction(kind, kind.mostData());
        assertThat(SeccompAction.of(action.value())).isEqualTo(action);
        assertThatThrownBy(() -> new SeccompAction(kind, kind.mostData() + 1))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageStartingWith("action " + kind + " with data " + (kind.mostData() + 1) + ": it must be 0");
    }

    @Test
    void has_no_action_for_other_values() {
        assertThatThrownBy(() -> SeccompAction.of(0x12340000)).hasMessage("no action: 0x12340000");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "6 | EQUAL | 0 | -1 | argument 6: it must be 0 to 5",
                "-1 | EQUAL | 0 | -1 | argument -1: it must be 0 to 5",
                "1 | LESS | 0 | 255 | argument 1: LESS takes no mask",
                "1 | MASKED_EQUAL | 16 | 15 | argument 1: (arg & 0xf) is never 0x10, which has bits outside of the"
                        + " mask",
            })
    void rejects_tests_that_make_no_sense(int index, Operator operator, long value, long mask, String message) {
        assertThatThrownBy(() -> new ArgumentTest(index, operator, value, mask))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage(message);
    }
}
