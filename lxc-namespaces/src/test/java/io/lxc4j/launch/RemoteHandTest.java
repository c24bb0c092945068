package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that are read into the place of a row, again and again. */
@DisplayName("A program that takes its rows from a channel")
class RemoteHandTest extends Walks {
    private static final int HOME_SIZE = 128;

    private final Argument.Buffer home = new Argument.Buffer("home", HOME_SIZE);
    private final Argument.Buffer answer = new Argument.Buffer("answer", 8);
    private final Argument.Register result = new Argument.Register("result", answer, 0);
    private final Row.Label end = new Row.Label();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();

    @BeforeEach
    void make_the_loop() {
        Argument.Register channel = new Argument.Register("channel");
        Row.Label again = new Row.Label();
        Row.Label taken = new Row.Label();
        Row.Label hand = new Row.Label();
        row(Sys.OPENAT, flags(AT_FDCWD), path("messages"), flags(O_RDONLY)).into(channel);
        Argument.Result answers = create("answers");
        place(again);
        row(Sys.READ, new Argument.Result(channel), new Argument.RowAddress(hand, 0), number(Row.SIZE))
                .onValue(taken);
        place(end);
        exit(0);
        place(taken);
        row(Sys.READ, new Argument.Result(channel), new Argument.Address(home, 0), number(HOME_SIZE));
        place(hand);
        row(Sys.GETPID).into(result);
        row(Sys.WRITE, answers, new Argument.Address(answer, 0), number(8));
        row(Sys.GETPID).onValue(again); // never 0: a jump
    }

    private Row message(Sys sys, Argument... arguments) {
        return new Row(null, sys, List.of(arguments)).into(result).keepError();
    }

    private void send(Architecture architecture, Row row) {
        byte[] message = image(rows, architecture).message(row, home);
        messages.writeBytes(Arrays.copyOf(message, Row.SIZE + HOME_SIZE));
    }

    private Outcome runOnMessages(Architecture architecture) throws IOException {
        Files.write(directory.resolve("messages"), messages.toByteArray());
        return run(architecture);
    }

    private static byte[] numbers(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        LongStream.of(numbers).forEach(bytes::putLong);
        return bytes.array();
    }

    @ParameterizedTest
    @EnumSource
    void makes_one_call_after_the_other_and_answers_with_their_results(Architecture architecture) throws IOException {
        send(architecture, message(Sys.SYMLINKAT, text("x"), flags(AT_FDCWD), path("link")));
        send(architecture, message(Sys.SYMLINKAT, text("y"), flags(AT_FDCWD), path("link")));
        send(architecture, message(Sys.SENDTO, number(1), buffer(1), number(1), number(0), number(0), number(0)));
        send(architecture, message(Sys.WRITE, number(1), bytes("hello"), number(5)));
        send(architecture, message(Sys.WRITE, number(1), new Argument.Address(home, 0), new Argument.Result(result)));
        send(architecture, message(Sys.UMASK, number(022)));
        send(architecture, message(Sys.UMASK, number(0)));
        send(architecture, message(Sys.UMASK, number(0)));

        // A message without text leaves a message's text where it was, but for the padding that this test adds.
        assertThat(runOnMessages(architecture)).isEqualTo(success(0, "hello" + "\0".repeat(5)));
        assertThat(Files.readSymbolicLink(directory.resolve("link"))).isEqualTo(Path.of("x"));
        byte[] answers = Files.readAllBytes(directory.resolve("answers"));
        ByteBuffer.wrap(answers).order(ByteOrder.LITTLE_ENDIAN).putLong(5 * 8, 0); // the first umask is the machine's
        assertThat(answers).isEqualTo(numbers(0, -Errno.EEXIST.number(), -Errno.ENOTSOCK.number(), 5, 5, 0, 022, 0));
    }

    @ParameterizedTest
    @EnumSource
    void follows_a_jump_in_a_row_that_it_took(Architecture architecture) throws IOException {
        send(architecture, message(Sys.UMASK, number(0)));
        send(architecture, message(Sys.UMASK, number(0)).onValue(end)); // gives 0
        send(architecture, message(Sys.GETPID).onValue(end));
        send(architecture, message(Sys.WRITE, number(1), bytes("never"), number(5)));
        assertThat(runOnMessages(architecture)).isEqualTo(success(0, ""));
        assertThat(directory.resolve("answers")).hasSize(16);
    }

    @ParameterizedTest
    @EnumSource
    void ends_with_a_report_of_a_row_that_keeps_no_error(Architecture architecture) throws IOException {
        Row row = new Row(null, Sys.CLOSE, List.of(number(-1)));
        send(architecture, row);
        assertThat(runOnMessages(architecture)).isEqualTo(failure("", 5, Errno.EBADF));
    }

    @Test
    void refuses_a_row_whose_arguments_do_not_fit() {
        Row fits = message(Sys.CHDIR, text("x".repeat(HOME_SIZE - 1)));
        Row large = message(Sys.CHDIR, text("x".repeat(HOME_SIZE)));
        Image image = image(rows, Architecture.X86_64);
        assertThat(image.message(fits, home)).hasSize(Row.SIZE + HOME_SIZE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> image.message(large, home))
                .withMessageStartingWith("chdir(\"xxx")
                .withMessageEndingWith("takes 136 bytes of home, which has 128");
    }
}
