package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.EPOLL_CLOEXEC;
import static io.lxc4j.kernel.Constants.F_DUPFD_CLOEXEC;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.CloneArgs;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The machine code at work, on this processor and on an emulated one, with images from the real encoder. */
@DisplayName("The machine code")
class WalkerTest extends Walks {
    @ParameterizedTest
    @EnumSource
    void runs_rows_that_succeed_in_their_order_to_the_exit(Architecture architecture) throws IOException {
        print("a");
        print("bc");
        row(Sys.UMASK, number(0));
        row(Sys.UMASK, number(0)); // gives 0
        print("d\n");
        exit(5);
        assertThat(run(architecture)).isEqualTo(success(5, "abcd\n"));
    }

    @ParameterizedTest
    @EnumSource
    void passes_a_result_on_to_a_later_row(Architecture architecture) throws IOException {
        Argument.Result file = create("file");
        row(Sys.WRITE, file, bytes("text"), number(4));
        row(Sys.CLOSE, file);
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, ""));
        assertThat(directory.resolve("file")).hasContent("text");
    }

    @ParameterizedTest
    @EnumSource
    void takes_a_result_in_each_of_the_six_arguments(Architecture architecture) throws IOException {
        Argument.Result file = create("file");
        Argument.Result fifty = value(50);
        Argument.Result eight = value(8);
        Argument.Register copy = new Argument.Register("copy");
        row(Sys.DUP3, file, fifty, number(0)); // arguments 0 and 1
        row(Sys.WRITE, number(50), bytes("0"), number(1));
        row(Sys.FCNTL, number(50), flags(F_DUPFD_CLOEXEC), fifty).into(copy); // argument 2
        row(Sys.WRITE, number(51), bytes("1"), number(1));
        row(Sys.PWRITE64, file, bytes("3"), number(1), fifty); // argument 3
        Argument.Register epoll = new Argument.Register("epoll");
        row(Sys.EPOLL_CREATE1, flags(EPOLL_CLOEXEC)).into(epoll);
        Argument poll = new Argument.Result(epoll);
        Row.Label bad = new Row.Label();
        row(Sys.EPOLL_PWAIT, poll, buffer(16), number(1), number(0), fifty, number(8))
                .onError(bad, Errno.EFAULT); // argument 4: no address
        exit(1);
        place(bad);
        row(Sys.EPOLL_PWAIT, poll, buffer(16), number(1), number(0), buffer(8), eight); // argument 5
        row(Sys.EPOLL_PWAIT, poll, buffer(16), number(1), number(0), buffer(8), fifty);
        assertThat(run(architecture)).isEqualTo(failure("", rows.size() - 1, Errno.EINVAL));
        assertThat(directory.resolve("file")).hasContent("01" + "\0".repeat(48) + "3");
    }

    @ParameterizedTest
    @EnumSource
    void keeps_an_earlier_result_when_a_tolerated_error_comes_in_its_place(Architecture architecture)
            throws IOException {
        Argument.Result value = value(8);
        row(Sys.CLOSE, number(-1)).into(value.register()).tolerate(Errno.EBADF);
        row(Sys.EXIT_GROUP, value);
        assertThat(run(architecture)).isEqualTo(success(8, ""));
    }

    @ParameterizedTest
    @EnumSource
    void keeps_a_result_of_zero(Architecture architecture) throws IOException {
        Argument.Result value = value(8);
        row(Sys.UMASK, number(0));
        row(Sys.UMASK, number(0)).into(value.register());
        row(Sys.EXIT_GROUP, value);
        assertThat(run(architecture)).isEqualTo(success(0, ""));
    }

    @ParameterizedTest
    @EnumSource
    void goes_on_after_a_tolerated_error(Architecture architecture) throws IOException {
        row(Sys.CLOSE, number(-1)).tolerate(Errno.ENOENT, Errno.EBADF);
        row(Sys.OPENAT, flags(AT_FDCWD), text("/nonexistent"), number(0), number(0))
                .tolerate(Errno.ENOENT, Errno.EBADF);
        print("on");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "on"));
    }

    @ParameterizedTest
    @EnumSource
    void reports_an_error_that_is_not_tolerated_and_exits_with_127(Architecture architecture) throws IOException {
        print("first");
        row(Sys.CLOSE, number(-1)).tolerate(Errno.ENOENT, Errno.ECHILD, Errno.ENOEXEC);
        print("never");
        exit(0);
        assertThat(run(architecture)).isEqualTo(failure("first", 1, Errno.EBADF));
    }

    @ParameterizedTest
    @EnumSource
    void reports_the_very_first_row(Architecture architecture) throws IOException {
        row(Sys.CLOSE, number(-1));
        exit(0);
        assertThat(run(architecture)).isEqualTo(failure("", 0, Errno.EBADF));
    }

    /** The set of tolerated errors has 64 bits, and 88 is 24 behind them. */
    @ParameterizedTest
    @EnumSource
    void reports_an_error_above_63_whatever_is_tolerated(Architecture architecture) throws IOException {
        Row.Label never = new Row.Label();
        row(Sys.SENDTO, number(1), buffer(1), number(1), number(0), number(0), number(0))
                .onError(never, Errno.of(Errno.ENOTSOCK.number() - 64));
        place(never);
        exit(0);
        assertThat(run(architecture)).isEqualTo(failure("", 0, Errno.ENOTSOCK));
    }

    @ParameterizedTest
    @EnumSource
    void jumps_on_a_tolerated_error(Architecture architecture) throws IOException {
        Row.Label label = new Row.Label();
        row(Sys.CLOSE, number(-1)).onError(label, Errno.EBADF);
        print("skipped");
        place(label);
        print("landed");
        row(Sys.CLOSE, number(-1));
        assertThat(run(architecture)).isEqualTo(failure("landed", 3, Errno.EBADF));
    }

    @ParameterizedTest
    @EnumSource
    void does_not_jump_on_error_where_the_call_succeeds(Architecture architecture) throws IOException {
        Row.Label label = new Row.Label();
        row(Sys.UMASK, number(0)).onError(label, Errno.EBADF);
        print("through ");
        place(label);
        print("landed");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "through landed"));
    }

    @ParameterizedTest
    @EnumSource
    void jumps_on_a_value_other_than_zero_only(Architecture architecture) throws IOException {
        Row.Label label = new Row.Label();
        row(Sys.UMASK, number(0));
        row(Sys.UMASK, number(0)).onValue(label);
        print("zero ");
        row(Sys.GETPID).onValue(label);
        print("skipped ");
        place(label);
        print("landed");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "zero landed"));
    }

    @ParameterizedTest
    @EnumSource
    void takes_no_error_for_a_value(Architecture architecture) throws IOException {
        Row.Label label = new Row.Label();
        row(Sys.CLOSE, number(-1)).tolerate(Errno.EBADF).onValue(label);
        print("through ");
        place(label);
        print("landed");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "through landed"));
    }

    @ParameterizedTest
    @EnumSource
    void jumps_backwards_too(Architecture architecture) throws IOException {
        Row.Label again = new Row.Label();
        Row.Label done = new Row.Label();
        print("a");
        place(again);
        print("b");
        row(Sys.SYMLINKAT, text("x"), flags(AT_FDCWD), path("link")).onError(done, Errno.EEXIST);
        row(Sys.GETPID).onValue(again);
        place(done);
        print("c");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "abbc"));
    }

    @ParameterizedTest
    @EnumSource
    void keeps_an_error_of_any_number_where_a_row_says_so(Architecture architecture) throws IOException {
        Argument.Result value = value(8);
        row(Sys.SENDTO, number(1), buffer(1), number(1), number(0), number(0), number(0))
                .into(value.register())
                .keepError();
        print("on");
        row(Sys.EXIT_GROUP, value);
        assertThat(run(architecture)).isEqualTo(success(256 - Errno.ENOTSOCK.number(), "on"));
    }

    @ParameterizedTest
    @EnumSource
    void writes_a_kept_error_as_a_negative_number_of_64_bits(Architecture architecture) throws IOException {
        Argument.Buffer memory = new Argument.Buffer("memory", 16);
        row(Sys.CLOSE, number(-1))
                .into(new Argument.Register("result", memory, 8))
                .keepError();
        row(Sys.WRITE, create("kept"), new Argument.Address(memory, 0), number(16));
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, ""));
        byte[] kept = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(8, -Errno.EBADF.number())
                .array();
        assertThat(directory.resolve("kept")).hasBinaryContent(kept);
    }

    @ParameterizedTest
    @EnumSource
    void keeps_errors_of_no_other_row(Architecture architecture) throws IOException {
        row(Sys.CLOSE, number(-1)).keepError();
        row(Sys.UMASK, number(0)).keepError();
        print("on");
        row(Sys.CLOSE, number(-1));
        assertThat(run(architecture)).isEqualTo(failure("on", 3, Errno.EBADF));
    }

    @ParameterizedTest
    @EnumSource
    void takes_a_kept_error_for_a_value(Architecture architecture) throws IOException {
        Row.Label label = new Row.Label();
        row(Sys.UMASK, number(0));
        row(Sys.UMASK, number(0)).keepError().onValue(label);
        print("zero ");
        row(Sys.CLOSE, number(-1)).keepError().onValue(label);
        print("skipped ");
        place(label);
        print("landed");
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "zero landed"));
    }

    @ParameterizedTest
    @EnumSource
    void shares_memory_between_rows(Architecture architecture) throws IOException {
        Argument.Buffer pair = new Argument.Buffer("pair", 8);
        Argument.Buffer memory = new Argument.Buffer("memory", "tea".getBytes(StandardCharsets.UTF_8));
        row(Sys.PIPE2, new Argument.Address(pair, 0), number(0));
        row(Sys.WRITE, new Argument.Content(pair, 4), bytes("x"), number(1));
        row(Sys.READ, new Argument.Content(pair, 0), new Argument.Address(memory, 1), number(1));
        row(Sys.WRITE, number(1), new Argument.Address(memory, 0), number(3));
        exit(0);
        assertThat(run(architecture)).isEqualTo(success(0, "txa"));
    }

    @ParameterizedTest
    @EnumSource
    void passes_a_struct_with_addresses_in_it(Architecture architecture) throws IOException {
        Argument.Buffer script = new Argument.Buffer("script", "echo \"$0\"\0".getBytes(StandardCharsets.UTF_8));
        Argument arguments = new Argument.Struct(
                new byte[40],
                Map.of(0, text("sh"), 8, text("-c"), 16, new Argument.Address(script, 0), 24, text("embedded")),
                "[…]");
        row(Sys.EXECVE, text("/bin/sh"), arguments, number(0));
        assertThat(run(architecture)).isEqualTo(success(0, "embedded\n"));
    }

    @ParameterizedTest
    @EnumSource
    void becomes_another_program_with_arguments_and_environment(Architecture architecture) throws IOException {
        row(
                Sys.EXECVE,
                text("/bin/sh"),
                Argument.texts(List.of("sh", "-c", "echo \"$#:$1:$2:$NAME\"", "x", "two words", "é")),
                Argument.texts(List.of("NAME=value")));
        assertThat(run(architecture)).isEqualTo(success(0, "2:two words:é:value\n"));
    }

    @Nested
    @DisplayName("called from C")
    class FromC {
        private Command.Result harness(Architecture architecture, String... arguments) throws IOException {
            Toolchain tools = new Toolchain(architecture.machine());
            tools.compiler().assume();
            tools.programs().assume();
            Path source = directory.resolve("harness.c");
            Path program = directory.resolve("harness");
            try (InputStream in = WalkerTest.class.getResourceAsStream("harness.c")) {
                Files.write(source, in.readAllBytes());
            }
            tools.compile(source, program);
            Path code = Files.write(directory.resolve("code"), code(architecture));
            List<String> command = new ArrayList<>(tools.running(program.toString(), code.toString()));
            command.addAll(Arrays.asList(arguments));
            return Command.run(command);
        }

        @ParameterizedTest
        @EnumSource
        void makes_calls_of_six_arguments_and_returns_the_kernels_own_result(Architecture architecture)
                throws IOException {
            byte[] content = new byte[65_537];
            content[65_536] = 42;
            Path file = Files.write(directory.resolve("content"), content);
            assertThat(harness(architecture, "call", file.toString()).orFail()).isEqualTo("""
                getpid same
                close(-1) -9
                openat -2
                mmap 42
                mmap(offset 1) -22
                mmap(fd -1) -9
                """);
        }

        private String launch(Architecture architecture, Constant... flags) throws IOException {
            print("child\n");
            exit(3);
            long base = 0x20000000L;
            byte[] image = Image.encode(rows, architecture, base, Report.Stage.SPRINGBOARD, 2);
            ByteBuffer.wrap(image)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(
                            Image.FRAME_CLONE_ARGS + CloneArgs.FLAGS,
                            Constant.or(flags).value())
                    .putLong(Image.FRAME_CLONE_ARGS + CloneArgs.EXIT_SIGNAL, 17);
            Path file = Files.write(directory.resolve("image"), image);
            return harness(architecture, "launch", file.toString(), Long.toHexString(base))
                    .orFail();
        }

        /** The user mode of qemu lacks clone3, but the rest of the way is the same. */
        @ParameterizedTest
        @EnumSource
        void launches_a_child_and_restores_the_signal_mask(Architecture architecture) throws IOException {
            String output = launch(architecture, Constants.CLONE_VM, Constants.CLONE_VFORK);
            String launched = "child\nlaunch 1\nmask 10\nchild exited with 3\n";
            if (new Toolchain(architecture.machine()).isNative()) {
                assertThat(output).isEqualTo(launched);
            } else {
                assertThat(output).isIn(launched, "launch -38\nmask 10\nchild none -1\n");
            }
        }

        @ParameterizedTest
        @EnumSource
        void returns_the_error_of_a_clone_that_is_refused(Architecture architecture) throws IOException {
            Constant threadWithoutMemory = new Constant("CLONE_SIGHAND", 0x800);
            String output = launch(architecture, threadWithoutMemory);
            String refused = "launch -22\nmask 10\nchild none -1\n";
            if (new Toolchain(architecture.machine()).isNative()) {
                assertThat(output).isEqualTo(refused);
            } else {
                assertThat(output).isIn(refused, "launch -38\nmask 10\nchild none -1\n");
            }
        }
    }
}
