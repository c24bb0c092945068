package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The interpreter")
class BpfInterpreterTest {
    private static final BpfInstruction ALLOW = BpfInstruction.of(BpfInstruction.RETURN, 0x7fff0000);
    private static final BpfInstruction KILL = BpfInstruction.of(BpfInstruction.RETURN, 0);

    @Test
    void loads_all_words_of_the_data() {
        SeccompData data = new SeccompData(-7, 0xc000003e, 0x1111111122222222L, 0, 0, 0, 0, 0x3333333344444444L);
        assertThat(List.of(0, 4, 8, 12, 16, 20, 24, 56, 60))
                .extracting(data::word)
                .containsExactly(-7, 0xc000003e, 0, 0, 0x22222222, 0x11111111, 0, 0x44444444, 0x33333333);
        assertThat(new SeccompData(1, 2, 3).word(SeccompData.high(5))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0x15, 5, 5, true",
        "0x15, 5, 6, false",
        "0x25, 5, 5, false",
        "0x25, -1, 5, true",
        "0x25, 5, -1, false",
        "0x35, 5, 5, true",
        "0x35, 4, 5, false",
        "0x35, -1, 5, true",
        "0x45, 6, 4, true",
        "0x45, 6, 9, false",
    })
    void compares_without_sign(String code, int number, int operand, boolean holds) {
        BpfInterpreter interpreter = new BpfInterpreter(List.of(
                BpfInstruction.of(BpfInstruction.LOAD, 0),
                new BpfInstruction(Integer.decode(code), 1, 0, operand),
                KILL,
                ALLOW));
        assertThat(interpreter.run(new SeccompData(number, 0)))
                .isEqualTo(holds ? SeccompAction.allow() : SeccompAction.killThread());
    }

    @Test
    void jumps_and_masks() {
        BpfInterpreter interpreter = new BpfInterpreter(List.of(
                BpfInstruction.of(BpfInstruction.LOAD, 0),
                BpfInstruction.of(BpfInstruction.JUMP, 1),
                KILL,
                BpfInstruction.of(BpfInstruction.AND, 0xf0),
                new BpfInstruction(BpfInstruction.EQUAL, 0, 1, 0x50),
                ALLOW,
                KILL));
        assertThat(interpreter.run(new SeccompData(0x1253, 0))).isEqualTo(SeccompAction.allow());
    }

    @ParameterizedTest
    @CsvSource({
        "0x20, 0, 0, 64",
        "0x20, 0, 0, 3",
        "0x20, 0, 0, -4", // loads from outside, or not aligned
        "0x05, 0, 0, 1",
        "0x05, 0, 0, -1", // jumps to behind the end, or back
        "0x15, 1, 0, 0",
        "0x35, 0, 1, 0",
        "0x25, 1, 0, 0",
        "0x45, 255, 0, 0",
        "0x28, 0, 0, 0",
        "0x16, 0, 0, 0",
        "0xffff, 0, 0, 0", // half words, returning the accumulator, nothing
    })
    void rejects_what_the_kernel_would_reject(String code, int jt, int jf, int k) {
        List<BpfInstruction> program = List.of(new BpfInstruction(Integer.decode(code), jt, jf, k), ALLOW);
        assertThatThrownBy(() -> new BpfInterpreter(program))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("instruction 0 is not allowed: BpfInstruction[code=");
    }

    @Test
    void rejects_a_program_that_does_not_end_with_a_return() {
        for (List<BpfInstruction> program :
                List.of(List.<BpfInstruction>of(), List.of(BpfInstruction.of(BpfInstruction.LOAD, 0)))) {
            assertThatThrownBy(() -> new BpfInterpreter(program)).hasMessage("the last instruction is no return");
        }
    }
}
