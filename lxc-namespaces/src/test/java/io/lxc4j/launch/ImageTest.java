package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
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
import java.util.Map;
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

    @Test
    void with_a_row_that_keeps_errors_has_bit_31_of_its_indirect_word_set() {
        Argument.Register register = new Argument.Register("r");
        ByteBuffer image = encode(
                Architecture.X86_64,
                row(Sys.GETPID, new Argument.Result(register)).into(register).keepError(),
                row(Sys.GETPID, new Argument.Result(register)));
        int first = offset(image.getLong(0));
        assertThat(image.getInt(first + 4)).isEqualTo(0x8000_0001);
        assertThat(image.getInt(first + 80 + 4)).isEqualTo(1);
    }

    @Test
    void with_an_init_has_bit_30_of_its_indirect_word_set() {
        Argument.Register main = new Argument.Register("main");
        Row init = Row.init(null, new Argument.Result(main));
        ByteBuffer image = encode(Architecture.X86_64, row(Sys.GETPID).into(main), init, init.faulty());
        int first = offset(image.getLong(0));
        assertThat(image.getInt(first + 80 + 4)).isEqualTo(0x4000_0001);
        assertThat(image.getLong(first + 80 + 8)).isEqualTo(image.getLong(first + 64));
        assertThat(image.getInt(first + 160)).as("a fault is a call").isEqualTo(3);
        assertThat(image.getInt(first + 160 + 4)).isZero();
        assertThat(init.call()).isEqualTo("init(main)");
        assertThat(init.faulty().call()).isEqualTo("init(main)");
        assertThat(init.sys()).isEqualTo(Sys.EXIT_GROUP);
    }

    @Test
    void has_no_init_that_would_signal_more_than_one_process() {
        for (int pid : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Row.init(null, Argument.number(pid)))
                    .withMessage("an init's main child has a pid above 0, not " + pid);
        }
    }

    @Test
    void has_one_place_for_a_buffer_whoever_uses_it() {
        Argument.Buffer buffer = new Argument.Buffer("b", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        Argument.Buffer other = new Argument.Buffer("b", 10);
        Argument.Register inside = new Argument.Register("inside", buffer, 1);
        ByteBuffer image = encode(
                Architecture.X86_64,
                row(Sys.READ, Argument.number(0), new Argument.Address(buffer, 0), new Argument.Content(buffer, 6))
                        .into(inside),
                row(Sys.READ, new Argument.Result(inside), new Argument.Address(buffer, 9)),
                row(Sys.READ, Argument.number(0), new Argument.Address(other, 0)));
        int first = offset(image.getLong(0));
        long address = image.getLong(first + 16);
        byte[] content = new byte[16];
        image.get(offset(address), content);
        assertThat(address % 8).isZero();
        assertThat(content).startsWith(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).endsWith(0, 0, 0, 0, 0, 0);
        assertThat(image.getInt(first + 4)).as("indirect").isEqualTo(0b100);
        assertThat(image.getLong(first + 24)).isEqualTo(address + 6);
        assertThat(image.getLong(first + 64)).as("result").isEqualTo(address + 1);

        int second = first + 80;
        assertThat(image.getInt(second + 4)).as("indirect").isEqualTo(1);
        assertThat(image.getLong(second + 8)).isEqualTo(address + 1);
        assertThat(image.getLong(second + 16)).isEqualTo(address + 9);
        assertThat(image.getLong(second + 80 + 16))
                .as("buffers are told apart by identity")
                .isGreaterThanOrEqualTo(address + 10);
    }

    /** The last four bytes may be an int, and the walker reads eight. */
    @Test
    void goes_on_for_four_bytes_behind_a_buffer() {
        Argument.Buffer buffer = new Argument.Buffer("b", 8);
        ByteBuffer image = encode(Architecture.X86_64, row(Sys.CLOSE, new Argument.Content(buffer, 4)));
        long address = image.getLong(offset(image.getLong(0)) + 8);
        assertThat(image.getLong(offset(address))).isZero();
    }

    @Test
    void tells_rows_where_rows_lie() {
        Row.Label label = new Row.Label();
        label.place(1);
        ByteBuffer image = encode(
                Architecture.X86_64,
                row(Sys.READ, new Argument.RowAddress(label, 0), new Argument.RowAddress(label, Row.ON_VALUE)),
                row(Sys.GETPID));
        int first = offset(image.getLong(0));
        assertThat(image.getInt(first + 4)).as("indirect").isZero();
        assertThat(image.getLong(first + 8)).isEqualTo(BASE + first + 80);
        assertThat(image.getLong(first + 16)).isEqualTo(BASE + first + 80 + 76);
    }

    @Test
    void writes_addresses_and_numbers_into_structs_also_where_it_grows_for_them() {
        Argument.Buffer buffer = new Argument.Buffer("b", 10);
        String large = "x".repeat(100_000);
        byte[] bytes = new byte[32];
        bytes[0] = 42;
        bytes[31] = 43;
        Argument inner = new Argument.Struct(new byte[8], Map.of(0, new Argument.Address(buffer, 3)), "{b+3}");
        Argument outer = new Argument.Struct(
                bytes, Map.of(1, Argument.number(-2), 9, Argument.text(large), 17, inner), "{42, -2, …}");
        bytes[0] = 0;
        ByteBuffer image = encode(Architecture.X86_64, row(Sys.READ, outer, new Argument.Address(buffer, 0)));
        int first = offset(image.getLong(0));
        int struct = offset(image.getLong(first + 8));
        assertThat(image.get(struct)).isEqualTo((byte) 42);
        assertThat(image.getLong(struct + 1)).isEqualTo(-2);
        assertThat(text(image, image.getLong(struct + 9))).isEqualTo(large);
        assertThat(image.getLong(offset(image.getLong(struct + 17)))).isEqualTo(image.getLong(first + 16) + 3);
        assertThat(image.getLong(struct + 24) >>> 56).isEqualTo(43);
    }

    @Test
    void knows_the_addresses_of_its_buffers_only() {
        Argument.Buffer buffer = new Argument.Buffer("b", 8);
        Row row = row(Sys.READ, new Argument.Address(buffer, 0));
        Image image = Image.of(List.of(row), Architecture.X86_64, BASE, Report.Stage.PROGRAM, 7);
        ByteBuffer bytes = ByteBuffer.wrap(image.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(image.address(buffer)).isEqualTo(bytes.getLong(offset(bytes.getLong(0)) + 8));
        assertThatIllegalStateException()
                .isThrownBy(() -> image.address(new Argument.Buffer("other", 8)))
                .withMessage("no row uses other");
    }

    @Test
    void has_no_room_for_arguments_outside_their_buffer_or_struct() {
        Argument.Buffer buffer = new Argument.Buffer("b", 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Argument.Address(buffer, 9))
                .withMessage("byte 9 of b, which has 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new Argument.Address(buffer, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Argument.Content(buffer, 5))
                .withMessage("an int at byte 5 of b, which has 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new Argument.Content(buffer, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Argument.Register("r", buffer, 1))
                .withMessage("a result at byte 1 of b, which has 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new Argument.RowAddress(new Row.Label(), 80));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Argument.Struct(new byte[8], Map.of(1, Argument.number(5)), ""))
                .withMessage("5 at byte 1 of a struct of 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Argument.Struct(new byte[8], Map.of(-1, Argument.number(5)), ""));
    }

    @Test
    void takes_nothing_into_a_struct_that_only_the_running_program_knows() {
        Argument result = new Argument.Result(new Argument.Register("fd"));
        Argument content = new Argument.Content(new Argument.Buffer("b", 8), 4);
        for (Argument unknown : List.of(result, content)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Argument.Struct(new byte[8], Map.of(0, unknown), ""))
                    .withMessageStartingWith(unknown.text() + " can't be embedded in a struct");
        }
    }

    @Test
    void shows_where_its_arguments_lie_as_C_would() {
        Argument.Buffer buffer = new Argument.Buffer("b", 8);
        Row.Label label = new Row.Label();
        label.place(3);
        assertThat(new Argument.Address(buffer, 0).text()).isEqualTo("b");
        assertThat(new Argument.Address(buffer, 4).text()).isEqualTo("b+4");
        assertThat(new Argument.Content(buffer, 0).text()).isEqualTo("*b");
        assertThat(new Argument.Content(buffer, 4).text()).isEqualTo("*(b+4)");
        assertThat(new Argument.RowAddress(label, 0).text()).isEqualTo("&row 3");
        assertThat(new Argument.RowAddress(label, 8).text()).isEqualTo("&row 3+8");
        assertThat(row(Sys.GETPID).into(new Argument.Register("r")).keepError().text(0))
                .isEqualTo("getpid() = r  [keeps an error]");
    }

    @Test
    void has_no_row_that_both_keeps_and_tolerates_errors() {
        Row keeping = row(Sys.GETPID).keepError();
        Row tolerating = row(Sys.GETPID).tolerate(Errno.ENOENT);
        assertThatIllegalStateException().isThrownBy(() -> keeping.tolerate(Errno.ENOENT));
        assertThatIllegalStateException().isThrownBy(tolerating::keepError);
        assertThat(keeping.faulty().keepsError()).as("a fault is an error").isFalse();
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
