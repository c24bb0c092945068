package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.namespaces.SubordinateIds.IgnoredLine;
import io.lxc4j.namespaces.SubordinateIds.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Subordinate ids")
class SubordinateIdsTest {
    @TempDir
    Path directory;

    @Test
    @DisplayName("are those of lines with the user's name or number, in the order of the file")
    void are_those_of_the_user() {
        SubordinateIds ids = SubordinateIds.parse(
                List.of("alice:300000:10", "bob:1:2", "1234:100000:65536", "12345:7:7", "alice:200000:1"));
        assertThat(ids.rangesOf("alice", 1234))
                .containsExactly(
                        new Range("alice", 300_000, 10),
                        new Range("1234", 100_000, 65_536),
                        new Range("alice", 200_000, 1));
        assertThat(ids.ranges()).hasSize(5);
        assertThat(ids.ignored()).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("are not given by a line that shadow passes over, or with ids that the kernel does not have")
    @ValueSource(
            strings = {
                "alice",
                "alice:1",
                ":1:1",
                "alice::1",
                "alice:1:",
                "alice:x:1",
                "alice:1:x",
                "alice:-1:5",
                "alice:+1:5",
                "alice: 1:5",
                "alice:1:0",
                "alice:08:1",
                "alice:4294967295:1",
                "alice:4294967294:2",
                "alice:4294967296:1",
                "alice:18446744073709551616:1",
                "alice:1:9223372036854775807",
                "alice:1:4294967295",
                "garbage \u0000"
            })
    void are_not_given_by_garbage(String line) {
        SubordinateIds ids = SubordinateIds.parse(List.of("# comment", "", line, "alice:5:5"));
        assertThat(ids.ranges()).containsExactly(new Range("alice", 5, 5));
        assertThat(ids.ignored()).hasSize(3);
        assertThat(ids.malformed()).containsExactly(new IgnoredLine(3, line));
    }

    @ParameterizedTest
    @DisplayName("may have numbers as strtoul reads them, and further fields")
    @CsvSource({
        "alice:0:4294967295, 0, 4294967295",
        "alice:4294967294:1, 4294967294, 1",
        "alice:0x186A0:010, 100000, 8",
        "alice:7:8:more, 7, 8"
    })
    void may_have_numbers_of_c(String line, long first, long count) {
        assertThat(SubordinateIds.parse(List.of(line)).ranges()).containsExactly(new Range("alice", first, count));
    }

    @Test
    @DisplayName("are none without the file, and a name of whatever bytes hides nobody")
    void are_read_from_a_file() throws IOException {
        Path file = directory.resolve("subuid");
        assertThat(SubordinateIds.read(file)).isEqualTo(SubordinateIds.parse(List.of()));
        Files.write(file, "\u00ff\u00fe:1:1\nalice:5:5\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(SubordinateIds.read(file).rangesOf("alice", 7)).hasSize(1);
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> SubordinateIds.read(directory))
                .withMessageContainingAll("reading subordinate ids", directory.toString());
    }
}
