package io.lxc4j.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ErrorsTest {
    @Test
    void an_error_number_stands_for_its_name_and_back() {
        for (Errno errno : Errno.values()) {
            assertThat(Errno.of(errno.number())).isSameAs(errno);
        }
        assertThat(Errno.ENOENT).hasToString("ENOENT (No such file or directory)");
    }

    @Test
    void a_number_that_no_error_has_is_rejected() {
        for (int number : new int[] {Integer.MIN_VALUE, -1, 0, 41, 58, 134, 4095, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Errno.of(number))
                    .withMessage("no error number: " + number);
        }
    }

    @Test
    void a_failed_launch_says_what_the_call_why_and_what_to_do_in_one_line() {
        LaunchException e =
                new LaunchException("mounting proc on /proc", "fsopen(\"proc\", 0)", Errno.EPERM, "be root");
        assertThat(e)
                .hasMessage("mounting proc on /proc: fsopen(\"proc\", 0) failed: EPERM (Operation not permitted);"
                        + " be root");
        assertThat(e.operation()).isEqualTo("mounting proc on /proc");
        assertThat(e.call()).isEqualTo("fsopen(\"proc\", 0)");
        assertThat(e.errno()).isEqualTo(Errno.EPERM);
        assertThat(new LaunchException("a", "b()", Errno.EIO, ""))
                .hasMessage("a: b() failed: EIO (Input/output error)");
    }
}
