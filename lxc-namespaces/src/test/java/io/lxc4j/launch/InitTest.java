package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.EPOLL_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.SIG_SETMASK;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A program that stays as an init. Its main child is a shell script, made by the shell that then becomes the program;
 * orphans come to it as it is a subreaper.
 */
@DisplayName("An init")
class InitTest extends Walks {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final byte[] ALL_SIGNALS = {-1, -1, -1, -1, -1, -1, -1, -1};

    /** A FIFO that is open for both ways blocks nobody and keeps what was written. */
    private static final String TELL_PID = """
        cd "${0%/*}"
        exec 8<>pid
        printf "$(printf '\\\\%03o' $(($$ & 255)) $(($$ >> 8 & 255)) $(($$ >> 16 & 255)) 0)" >&8
        """;

    /** What scripts wait with: a loop that ends in any case, so that a failing test ends as well. */
    private static final String AWAIT = """
        await() {
            rounds=0
            until eval "$1" 2>&-; do
                sleep 0.01
                rounds=$((rounds + 1))
                [ $rounds -lt 1000 ] || { echo "in vain: $1"; exit 99; }
            done
        }
        children() {
            read -r found < /proc/$PPID/task/$PPID/children
            set -- $found
            echo $#
        }
        """;

    private final Argument.Buffer main = new Argument.Buffer("main", 4);

    @BeforeEach
    void make_the_fifo() {
        Command.run(List.of("mkfifo", directory.resolve("pid").toString())).orFail();
    }

    private void blockSignals() {
        row(Sys.RT_SIGPROCMASK, flags(SIG_SETMASK), new Argument.Bytes(ALL_SIGNALS, "~[]"), number(0), number(8));
    }

    private void init() {
        Argument.Register file = new Argument.Register("file");
        row(Sys.OPENAT, flags(AT_FDCWD), path("pid"), flags(O_RDONLY), number(0))
                .into(file);
        row(Sys.READ, new Argument.Result(file), new Argument.Address(main, 0), number(4));
        create("ready");
        rows.add(Row.init(null, new Argument.Content(main, 0)));
    }

    private void pause(int milliseconds) {
        Argument.Register poll = new Argument.Register("poll");
        row(Sys.EPOLL_CREATE1, flags(EPOLL_CLOEXEC)).into(poll);
        row(
                Sys.EPOLL_PWAIT,
                new Argument.Result(poll),
                buffer(16),
                number(1),
                number(milliseconds),
                number(0),
                number(8));
    }

    private Outcome run(Architecture architecture, String script) throws IOException {
        return run(architecture, script, this::inSubreaper);
    }

    @Override
    Outcome run(Architecture architecture, String script, UnaryOperator<List<String>> wrapper) throws IOException {
        Files.writeString(directory.resolve("main"), TELL_PID + AWAIT + script);
        return super.run(architecture, "sh \"${0%/*}/main\" & ", wrapper);
    }

    /** A program of this processor, as the emulator does not know the call. */
    private List<String> inSubreaper(List<String> command) {
        List<Row> subreaper = List.of(
                new Row(
                        null,
                        Sys.PRCTL,
                        List.of(number(PR_SET_CHILD_SUBREAPER), number(1), number(0), number(0), number(0))),
                new Row(null, Sys.EXECVE, List.of(text("/usr/bin/env"), Argument.texts(command), number(0))));
        try {
            return List.of(write("subreaper", subreaper, Architecture.current()).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome supervise(Architecture architecture, String script) throws IOException {
        blockSignals();
        init();
        return run(architecture, "await '[ -e ready ]'\n" + script);
    }

    @ParameterizedTest
    @EnumSource
    void exits_with_the_exit_code_of_its_main_child(Architecture architecture) throws IOException {
        assertThat(supervise(architecture, "exit 200")).isEqualTo(success(200, ""));
    }

    @ParameterizedTest
    @EnumSource
    void exits_with_0_after_its_main_child_did(Architecture architecture) throws IOException {
        assertThat(supervise(architecture, "exit 0")).isEqualTo(success(0, ""));
    }

    @ParameterizedTest
    @EnumSource
    void exits_with_128_and_the_signal_that_ended_its_main_child(Architecture architecture) throws IOException {
        assertThat(supervise(architecture, "kill -KILL $$")).isEqualTo(success(128 + 9, ""));
    }

    /** The status has a bit for a core dump, which is no part of the signal. */
    @ParameterizedTest
    @EnumSource
    void exits_with_128_and_the_signal_whether_or_not_it_dumped_core(Architecture architecture) throws IOException {
        assertThat(supervise(architecture, "ulimit -c unlimited 2>&-; kill -SEGV $$"))
                .isEqualTo(success(128 + 11, ""));
    }

    @ParameterizedTest
    @EnumSource
    void takes_up_a_main_child_that_ended_before(Architecture architecture) throws IOException {
        Files.delete(directory.resolve("pid")); // nobody reads it while the child lives, so it is to be a file
        Command.run(List.of("mkfifo", directory.resolve("gate").toString())).orFail();
        Argument.Register gate = new Argument.Register("gate");
        row(Sys.OPENAT, flags(AT_FDCWD), path("gate"), flags(O_RDONLY), number(0))
                .into(gate);
        row(Sys.READ, new Argument.Result(gate), buffer(8), number(1));
        pause(100);
        blockSignals(); // too late: the child's SIGCHLD is lost
        init();
        assertThat(run(architecture, "exec 9>gate\nexit 5")).isEqualTo(success(5, ""));
    }

    @ParameterizedTest
    @EnumSource
    void collects_an_orphan_whose_status_is_not_its_own(Architecture architecture) throws IOException {
        String script = """
            cat > orphan <<'END'
            echo $$ > orphan.pid
            until read -r _ _ _ parent _ < /proc/$$/stat && [ $parent = $1 ]; do sleep 0.01; done
            exit 9
            END
            (sh orphan $PPID &)
            await '[ -s orphan.pid ]'
            read -r orphan < orphan.pid
            await '[ ! -e /proc/$orphan ]'
            [ $(children) = 1 ] && exit 3
            """;
        assertThat(supervise(architecture, script)).isEqualTo(success(3, ""));
    }

    @ParameterizedTest
    @EnumSource
    void collects_a_storm_of_orphans(Architecture architecture) throws IOException {
        String script = """
            i=0
            while [ $i -lt 1000 ]; do
                (exit 9 &)
                i=$((i + 1))
            done
            await '[ $(children) = 1 ]'
            """;
        assertThat(supervise(architecture, script)).isEqualTo(success(0, ""));
    }

    /** A pending SIGCHLD does not become two. */
    @ParameterizedTest
    @EnumSource
    void collects_orphans_that_ended_while_it_was_stopped(Architecture architecture) throws IOException {
        String script = """
            kill -STOP $PPID
            await 'read -r _ _ state _ < /proc/$PPID/stat; [ $state = T ]'
            (exit 9 &)
            (exit 9 &)
            (exit 9 &)
            await '[ $(children) = 4 ]'
            sleep 0.1
            [ $(children) = 4 ] || exit 98
            kill -CONT $PPID
            await '[ $(children) = 1 ]'
            """;
        assertThat(supervise(architecture, script)).isEqualTo(success(0, ""));
    }

    /** The emulator keeps some signals for itself. */
    @ParameterizedTest
    @EnumSource
    void sends_every_signal_on_to_its_main_child(Architecture architecture) throws IOException {
        String portable = "1 6 10 12 13 14 15 16 18 20 21 22 23 24 25 26 27 28 29 30 31";
        String all = portable + " 4 5 7 8 11 34 50 64";
        String signals = new Toolchain(architecture.machine()).isNative() ? all : portable;
        String script = """
            for signal in %s; do
                trap "got=$signal" $signal
                kill -$signal $PPID
                await '[ "$got" = $signal ]'
                trap - $signal
                printf '%%s ' $signal
            done
            exit 4
            """.formatted(signals);
        assertThat(supervise(architecture, script)).isEqualTo(success(4, signals + " "));
    }

    @ParameterizedTest
    @EnumSource
    void ends_by_a_signal_that_ends_its_main_child(Architecture architecture) throws IOException {
        assertThat(supervise(architecture, "kill -TERM $PPID; await false")).isEqualTo(success(128 + 15, ""));
    }

    @ParameterizedTest
    @EnumSource
    void without_a_child_reports_it(Architecture architecture) throws IOException {
        blockSignals();
        rows.add(Row.init(null, number(4711)));
        assertThat(super.run(architecture, "", command -> command)).isEqualTo(failure("", 1, Errno.ECHILD));
    }

    @Test
    void as_process_1_of_a_namespace_gets_signals_from_within_and_leaves_nothing_alive() throws IOException {
        Requirement.USER_NAMESPACES.assume();
        blockSignals();
        init();
        String script = """
            await '[ -e ready ]'
            [ $PPID = 1 ] || exit 98
            trap 'got=TERM' TERM
            kill -TERM 1
            await '[ "$got" = TERM ]'
            sleep 1000 &
            exit 6
            """;
        List<String> unshare = List.of("unshare", "--user", "--map-root-user", "--pid", "--fork");
        UnaryOperator<List<String>> inNamespace =
                command -> Stream.concat(unshare.stream(), command.stream()).toList();
        // The sleeping child has the output open, so its end comes with that of the last process.
        assertThat(run(Architecture.current(), script, inNamespace)).isEqualTo(success(6, ""));
    }
}
