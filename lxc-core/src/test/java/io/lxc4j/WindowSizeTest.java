package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A window size")
class WindowSizeTest {
    @Test
    @DisplayName("has columns and rows from 1 to 65535")
    void has_columns_and_rows() {
        assertThat(new WindowSize(1, 65_535)).extracting("columns", "rows").containsExactly(1, 65_535);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536, Integer.MIN_VALUE})
    @DisplayName("has no others, and says so")
    void has_no_others(int number) {
        assertThatThrownBy(() -> new WindowSize(number, 24))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("columns of a terminal must be from 1 to 65535, not " + number);
        assertThatThrownBy(() -> new WindowSize(80, number))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("rows of a terminal must be from 1 to 65535, not " + number);
    }
}
