package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.CloneArgs;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.MachineCode;
import io.lxc4j.kernel.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An image")
class ImageTest {
    private static final long BASE = 0x1234_0000L;

    private static ByteBuffer encode(Architecture architecture, Row... rows) {
        return ByteBuffer.wrap(Image.encode(List.of(rows), architecture, BASE, Report.Stage.PROGRAM, 7))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Row row(Sys sys, Argument... arguments) {
        return new Row(null, sys, List.of(arguments));
    }

    private static int offset(long address) {
        return Math.toIntExact(address - BASE);
    }

    private static String text(ByteBuffer image, long address) {
        int start = offset(address);
        int end = start;
        while (image.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - start];
        image.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void begins_with_the_frame() {
        ByteBuffer image = encode(Architecture.X86_64, row(Sys.EXIT_GROUP, Argument.number(3)));
        assertThat(image.getLong(0)).as("rows").isEqualTo(BASE + 136);
        assertThat(image.getLong(8)).as("channel").isEqualTo(7);
        assertThat(image.getInt(16)).as("stage").isEqualTo(1);
        assertThat(image.getInt(20)).as("row").isZero();
        assertThat(image.getInt(24)).as("errno").isZero();
        assertThat(image.getInt(28)).as("magic").isEqualTo(0x4a43584c);
        for (int i = 32; i < 32 + CloneArgs.SIZE; i++) {
            assertThat(image.get(i)).as("clone_args").isZero();
        }
        assertThat(image.getLong(120)).as("old mask").isZero();
        assertThat(image.getLong(128)).as("full mask").isEqualTo(-1);
        assertThat(image.capacity()).isEqualTo(136 + 80);
    }

    @ParameterizedTest
    @EnumSource
    void has_rows_of_80_bytes_with_numbers_of_its_architecture(Architecture architecture) {
        Row.Label label = new Row.Label();
        label.place(1);
        Argument.Register register = new Argument.Register("r");
        ByteBuffer image = encode(
                architecture,
                row(Sys.OPENAT, Argument.flags(Constants.AT_FDCWD), Argument.text("/é"), Argument.number(-1))
                        .into(register)
                        .onError(label, Errno.EPERM, Errno.ENOENT),
                row(Sys.GETPID, Argument.number(1), new Argument.Result(register))
                        .onValue(label));
        int first = offset(image.getLong(0));
        assertThat(first % 8).isZero();
        assertThat(image.getInt(first)).isEqualTo(architecture == Architecture.X86_64 ? 257 : 56);
        assertThat(image.getInt(first + 4)).as("indirect").isZero();
        assertThat(image.getLong(first + 8)).isEqualTo(-100);
        assertThat(text(image, image.getLong(first + 16))).isEqualTo("/é");
        assertThat(image.getLong(first + 24)).isEqualTo(-1);
        assertThat(image.getLong(first + 32)).isZero();
        assertThat(image.getLong(first + 56)).as("tolerated").isEqualTo(0b110);
        long slot = image.getLong(first + 64);
        assertThat(offset(slot)).as("slot of the result").isEqualTo(136);
        assertThat(image.getInt(first + 72)).as("on error").isEqualTo(1);
        assertThat(image.getInt(first + 76)).as("on value").isZero();

        int second = first + 80;
        assertThat(image.getInt(second)).isEqualTo(architecture == Architecture.X86_64 ? 39 : 172);
        assertThat(image.getInt(second + 4)).as("indirect").isEqualTo(0b10);
        assertThat(image.getLong(second + 16)).isEqualTo(slot);
        assertThat(image.getLong(second + 64)).isZero();
        assertThat(image.getInt(second + 72)).isZero();
        assertThat(image.getInt(second + 76)).isEqualTo(1);
    }

    @Test
    void grows_for_big_argument_lists_and_keeps_all_that_was_there() {
        List<String> many =
                IntStream.range(0, 20_000).mapToObj(i -> "argument " + i).toList();
        String large = "x".repeat(120_000);
        ByteBuffer image = encode(
                Architecture.X86_64,
                row(Sys.CHDIR, Argument.text("/first")),
                row(Sys.EXECVE, Argument.text(large), Argument.texts(many), Argument.texts(List.of(large, ""))));
        int first = offset(image.getLong(0));
        assertThat(text(image, image.getLong(first + 8))).isEqualTo("/first");
        int exec = first + 80;
        assertThat(text(image, image.getLong(exec + 8))).isEqualTo(large);
        int array = offset(image.getLong(exec + 16));
        for (int i = 0; i < many.size(); i++) {
            assertThat(text(image, image.getLong(array + 8 * i))).isEqualTo(many.get(i));
        }
        assertThat(image.getLong(array + 8 * many.size()))
                .as("the end of the array")
                .isZero();
        int environment = offset(image.getLong(exec + 24));
        assertThat(text(image, image.getLong(environment))).isEqualTo(large);
        assertThat(text(image, image.getLong(environment + 8))).isEmpty();
        assertThat(image.getLong(environment + 16)).isZero();
    }

    @Test
    void of_many_rows_has_all_of_them() {
        Row[] rows = IntStream.range(0, 5_000)
                .mapToObj(i -> row(Sys.UMASK, Argument.number(i)))
                .toArray(Row[]::new);
        ByteBuffer image = encode(Architecture.AARCH64, rows);
        int first = offset(image.getLong(0));
        for (int i = 0; i < rows.length; i++) {
            assertThat(image.getLong(first + 80 * i + 8)).isEqualTo(i);
        }
    }

    @Test
    void with_a_result_that_no_row_sets_is_refused() {
        Row row = row(Sys.CLOSE, new Argument.Result(new Argument.Register("nothing")));
        assertThatIllegalStateException()
                .isThrownBy(() -> encode(Architecture.X86_64, row))
                .withMessage("no row sets nothing");
    }

    @ParameterizedTest
    @EnumSource
    void lies_behind_an_elf_head_in_pages_of_its_own(Architecture architecture) {
        byte[] code = MachineCode.code();
        ByteBuffer head = ByteBuffer.wrap(Elf.head(4711, architecture, code)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(head.getInt(0)).isEqualTo(0x464c457f);
        assertThat(head.getShort(18)).as("machine").isEqualTo((short) architecture.elfMachine());
        long entry = head.getLong(24);
        int page = architecture.largestPage();
        assertThat(entry).isBetween(0x10000000L, 0x10000000L + page - 1);
        byte[] atEntry = new byte[code.length];
        head.get(Math.toIntExact(entry - 0x10000000L), atEntry);
        assertThat(atEntry).isEqualTo(code);

        int data = 64 + 56;
        assertThat(head.getInt(64 + 4)).as("code is readable and executable").isEqualTo(5);
        assertThat(head.getInt(data + 4)).as("data is readable and writable").isEqualTo(6);
        assertThat(head.getInt(data + 56 + 4)).as("the stack is not executable").isEqualTo(6);
        assertThat(head.getLong(data + 8)).isEqualTo(page);
        assertThat(head.getLong(data + 16)).isEqualTo(0x10000000L + page).isEqualTo(Elf.dataBase(architecture));
        assertThat(head.getLong(data + 32)).isEqualTo(4711);
        assertThat(head.capacity()).isLessThan(4096);
    }
}
