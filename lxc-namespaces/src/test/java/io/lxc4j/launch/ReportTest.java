package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReportTest {
    @ParameterizedTest
    @EnumSource
    void a_report_comes_back_from_its_bytes(Report.Stage stage) {
        Report report = new Report(stage, 70_000, 22);
        assertThat(report.bytes()).hasSize(16);
        assertThat(Report.parse(ByteBuffer.wrap(report.bytes()))).isEqualTo(report);
    }

    @Test
    void its_bytes_are_stage_row_errno_and_LXCJ() {
        assertThat(new Report(Report.Stage.PROGRAM, 2, 9).bytes())
                .containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 'L', 'X', 'C', 'J');
    }

    @Test
    void what_is_no_report_is_rejected() {
        byte[] wrongMagic = new Report(Report.Stage.PROGRAM, 2, 9).bytes();
        wrongMagic[15]++;
        assertThatIllegalStateException().isThrownBy(() -> Report.parse(ByteBuffer.wrap(wrongMagic)));
        assertThatIllegalStateException().isThrownBy(() -> Report.parse(ByteBuffer.wrap(new byte[15])));
        byte[] wrongStage = new Report(Report.Stage.PROGRAM, 2, 9).bytes();
        wrongStage[0] = 6;
        assertThatIllegalStateException()
                .isThrownBy(() -> Report.parse(ByteBuffer.wrap(wrongStage)))
                .withMessage("a report of stage 6");
    }
}
