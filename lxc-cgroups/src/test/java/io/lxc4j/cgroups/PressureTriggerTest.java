package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.cgroups.PressureTrigger.Resource;
import io.lxc4j.error.InvalidSpecificationException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A trigger of pressure")
class PressureTriggerTest {
    @Test
    @DisplayName("is written as the kernel has it")
    void form() {
        assertThat(PressureTrigger.some(Resource.MEMORY, Duration.ofMillis(150), Duration.ofSeconds(1)))
                .hasToString("memory.pressure some 150000 1000000");
        assertThat(PressureTrigger.full(Resource.IO, Duration.ofNanos(1000), Duration.ofSeconds(10)))
                .hasToString("io.pressure full 1 10000000");
        assertThat(PressureTrigger.some(Resource.CPU, Duration.ofMillis(500), Duration.ofMillis(500)))
                .hasToString("cpu.pressure some 500000 500000");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "PT0.1S, PT0.499S, a window of 499 ms: it must be from 500 ms to 10 s",
                "PT0.1S, PT10.001S, a window of 10001 ms",
                "PT0.1S, PT-1S, a window of -1000 ms",
                "PT0S, PT1S, a threshold of 0 ns in a window of 1000 ms: it must be from 1 us to the window",
                "PT0.000000999S, PT1S, a threshold of 999 ns",
                "PT-1S, PT1S, a threshold of -1000000000 ns",
                "PT1.001S, PT1S, a threshold of 1001000000 ns"
            })
    @DisplayName("refuses times that the kernel does not take, with their range")
    void range(Duration threshold, Duration window, String message) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> PressureTrigger.some(Resource.CPU, threshold, window))
                .withMessageContaining(message);
    }
}
