package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.MachineCode;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** A program that a test writes row by row and runs, on this processor or on an emulated one. */
abstract class Walks {
    private static final int EXIT_FAILED = 127;

    @TempDir
    Path directory;

    final List<Row> rows = new ArrayList<>();

    Row row(Sys sys, Argument... arguments) {
        Row row = new Row(null, sys, List.of(arguments));
        rows.add(row);
        return row;
    }

    Row print(String output) {
        return row(Sys.WRITE, number(1), bytes(output), number(output.getBytes(StandardCharsets.UTF_8).length));
    }

    /** A row whose result is a number of choice. */
    Argument.Result value(int value) {
        Argument.Register register = new Argument.Register("value");
        Argument.Register sink = new Argument.Register("sink");
        row(Sys.OPENAT, flags(AT_FDCWD), text("/dev/null"), flags(O_WRONLY), number(0))
                .into(sink);
        row(Sys.WRITE, new Argument.Result(sink), bytes(" ".repeat(value)), number(value))
                .into(register);
        return new Argument.Result(register);
    }

    Argument.Result create(String name) {
        Argument.Register file = new Argument.Register(name);
        row(Sys.OPENAT, flags(AT_FDCWD), path(name), flags(O_WRONLY, O_CREAT), octal(0600))
                .into(file);
        return new Argument.Result(file);
    }

    void exit(int status) {
        row(Sys.EXIT_GROUP, number(status));
    }

    Argument path(String name) {
        return text(directory.resolve(name).toString());
    }

    static Argument bytes(String value) {
        return new Argument.Bytes(value.getBytes(StandardCharsets.UTF_8), value);
    }

    static Argument buffer(int length) {
        return new Argument.Bytes(new byte[length], "[…]");
    }

    void place(Row.Label label) {
        label.place(rows.size());
    }

    /** How a program ended. */
    record Outcome(int status, String output, List<Report> reports) {}

    static Image image(List<Row> rows, Architecture architecture) {
        return Image.of(rows, architecture, Elf.dataBase(architecture), Report.Stage.PROGRAM, 3);
    }

    Outcome run(Architecture architecture) throws IOException {
        return run(architecture, "", command -> command);
    }

    /**
     * Runs the program in the place of a shell.
     *
     * @param before what the shell does before
     * @param wrapper gives the command that runs the shell's command
     */
    Outcome run(Architecture architecture, String before, UnaryOperator<List<String>> wrapper) throws IOException {
        new Toolchain(architecture.machine()).programs().assume();
        Path channel = directory.resolve("channel");
        // A shell can't trap a signal that is ignored from its begin on, as under nohup.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal", "sh", "-c", before + "exec \"$@\" 3>\"$0\"", channel.toString()));
        command.addAll(new Toolchain(architecture.machine())
                .running(write("program", rows, architecture).toString()));
        Command.Result result = Command.run(wrapper.apply(command));
        assertThat(result.errors()).isEmpty();

        List<Report> reports = new ArrayList<>();
        byte[] told = Files.readAllBytes(channel);
        for (int i = 0; i < told.length; i += Report.SIZE) {
            reports.add(Report.parse(ByteBuffer.wrap(Arrays.copyOfRange(told, i, i + Report.SIZE))));
        }
        return new Outcome(result.status(), result.output(), reports);
    }

    /** Writes the program that rows make. */
    Path write(String name, List<Row> rows, Architecture architecture) throws IOException {
        byte[] image = image(rows, architecture).bytes();
        byte[] head = Elf.head(image.length, architecture, code(architecture));
        byte[] file = Arrays.copyOf(head, Elf.dataOffset(architecture) + image.length);
        System.arraycopy(image, 0, file, Elf.dataOffset(architecture), image.length);
        Path program = Files.write(directory.resolve(name), file);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program;
    }

    static byte[] code(Architecture architecture) throws IOException {
        try (InputStream in = MachineCode.class.getResourceAsStream("launch-" + architecture.machine() + ".bin")) {
            return in.readAllBytes();
        }
    }

    static Outcome success(int status, String output) {
        return new Outcome(status, output, List.of());
    }

    static Outcome failure(String output, int row, Errno errno) {
        return new Outcome(EXIT_FAILED, output, List.of(new Report(Report.Stage.PROGRAM, row, errno.number())));
    }
}
