package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.lxc4j.cgroups.StatsWords.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatsWordsTest {
    private static final Keys KEYS = new Keys("one", "two");

    @Test
    void findsKeysInAnyOrderBetweenUnknownOnes() {
        assertThat(numbers("zero 0\ntwo 2\nonerous 9\non 8\none 1\nthree 3\n")).containsExactly(1, 2);
    }

    @Test
    void leavesOutWhatIsNoNumber() {
        assertThat(numbers("one max\ntwo -1\n")).containsExactly(ABSENT, ABSENT);
        assertThat(numbers("one\ntwo \n")).containsExactly(ABSENT, ABSENT);
        assertThat(numbers("one 1x\ntwo 0x10\n")).containsExactly(ABSENT, ABSENT);
        assertThat(numbers("")).containsExactly(ABSENT, ABSENT);
        assertThat(numbers("\n\n \n")).containsExactly(ABSENT, ABSENT);
    }

    @Test
    void leavesOutALastLineThatIsCutOff() {
        assertThat(numbers("one 1\ntwo 23")).containsExactly(1, ABSENT);
    }

    @Test
    void takesWhatExceedsALongAsTheLargestLong() {
        assertThat(numbers("one 9223372036854775807\ntwo 9223372036854775808\n"))
                .containsExactly(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(numbers("one 18446744073709551615\ntwo 99999999999999999999999999999\n"))
                .containsExactly(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    @Test
    void readsASingleNumberWithOrWithoutItsEnd() {
        assertThat(number("123\n")).isEqualTo(123);
        assertThat(number("123")).isEqualTo(123);
        assertThat(number("max\n")).isEqualTo(ABSENT);
        assertThat(number("\n")).isEqualTo(ABSENT);
        assertThat(number("")).isEqualTo(ABSENT);
    }

    @Test
    void readsDevicesInOddForms() {
        IoStats stats = IoFiles.parseV2(words("""
            8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6
            8:0\s
            253:10 253:5 rbytes=10 wbytes=20 rios=30 wios=40
            259:0 rbytes=7 wbytes=8 rios=9 wios=10 dbytes=0 dios=0 cost.vrate=100.00 cost.usage=5 use_delay=0 delay_nsec=0
            259:1 cost.vrate=100.00
            (unknown) rbytes=1 wbytes=1 rios=1 wios=1
            7:x rbytes=1 wbytes=1 rios=1 wios=1
            99999999999:0 rbytes=1 wbytes=1 rios=1 wios=1
            7:0 rbytes=1 wbytes=1 rios=
            7:1 rbytes=18446744073709551615 wbytes=1 rios=1 wios=1
            7:2 rbytes=1 wbytes=1 rios=1 wios=1\
            """));
        assertThat(stats.devices())
                .containsExactly(
                        new IoStats.Device(8, 16, 1, 2, 3, 4, OptionalLong.of(5), OptionalLong.of(6)),
                        new IoStats.Device(253, 5, 10, 20, 30, 40, OptionalLong.empty(), OptionalLong.empty()),
                        new IoStats.Device(259, 0, 7, 8, 9, 10, OptionalLong.of(0), OptionalLong.of(0)),
                        new IoStats.Device(7, 1, Long.MAX_VALUE, 1, 1, 1, OptionalLong.empty(), OptionalLong.empty()));
    }

    @Test
    void mergesTheTwoFilesOfVersion1() {
        Optional<IoStats> stats = IoFiles.parseV1(
                words("8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:0 Total 30\n8:16 Read 1\n8:16 Write 2\nTotal 33\n"),
                words("8:32 Read 5\n8:32 Write 5\n8:0 Read 1\n8:0 Write 2\n8:0 Discard 4\nTotal 33\n"));
        assertThat(stats)
                .contains(new IoStats(
                        List.of(new IoStats.Device(8, 0, 10, 20, 1, 2, OptionalLong.empty(), OptionalLong.of(4)))));
        assertThat(IoFiles.parseV1(words("Total 0\n"), words("Total 0\n"))).isEmpty();
    }

    @Test
    void readsPressureWithAndWithoutAFullLine() {
        assertThat(PressureFiles.parse(words("some avg10=100.00 avg60=0.05 avg300=18.51 total=9560231946\n")))
                .contains(new PressureStats(
                        new PressureStats.Stall(100.0, 0.05, 18.51, Duration.ofNanos(9_560_231_946_000L)),
                        Optional.empty()));
        assertThat(PressureFiles.parse(words("""
            some avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615
            full avg10=0.1 avg60=0.00 avg300=0.00 total=0
            """)).orElseThrow()).satisfies(stats -> {
            assertThat(stats.some().total().toDays()).isGreaterThan(100_000_000);
            assertThat(stats.full()).isEmpty();
        });
        assertThat(PressureFiles.parse(words("some avg10=0.00 avg60=0.00 total=0\n")))
                .isEmpty();
        assertThat(PressureFiles.parse(words("full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")))
                .isEmpty();
    }

    @Test
    void neverFailsWhateverTheBytes() {
        Random random = new Random(7);
        byte[] alphabet =
                "some full avg10=.:0 9max\n\n  =rbytes8:0Readusage_usec\u0000\t".getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(80)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = round % 4 == 0 ? (byte) random.nextInt(256) : alphabet[random.nextInt(alphabet.length)];
            }
            assertThatCode(() -> {
                        PressureFiles.parse(new StatsWords(bytes, bytes.length));
                        IoFiles.parseV2(new StatsWords(bytes, bytes.length));
                        IoFiles.parseV1(new StatsWords(bytes, bytes.length), new StatsWords(bytes, bytes.length));
                        CpuFiles.parseV2(new StatsWords(bytes, bytes.length));
                        StatsWords.number(bytes, bytes.length);
                    })
                    .doesNotThrowAnyException();
        }
    }

    private static long[] numbers(String text) {
        return words(text).numbers(KEYS);
    }

    private static long number(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return StatsWords.number(bytes, bytes.length);
    }

    /** What follows the text in the buffer must not be looked at. */
    private static StatsWords words(String text) {
        byte[] bytes = (text + "one 7\ntwo 7\n8:0 rbytes=7\n").getBytes(StandardCharsets.UTF_8);
        return new StatsWords(bytes, text.getBytes(StandardCharsets.UTF_8).length);
    }
}
