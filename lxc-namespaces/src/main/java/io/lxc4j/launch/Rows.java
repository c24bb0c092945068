package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.MSG_NOSIGNAL;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.OpenHow;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows of a program under construction. Not thread-safe. */
final class Rows {
    private final List<Row> list = new ArrayList<>();
    private Operation operation = new Operation.AwaitParent();
    private int registers;

    /** Tells what the rows to come are part of. */
    void begin(Operation operation) {
        this.operation = operation;
    }

    Row add(Sys sys, Argument... arguments) {
        Row row = new Row(operation, sys, List.of(arguments));
        list.add(row);
        return row;
    }

    /** Opens a file, {@code openat2(2)}. */
    Row open(Argument directory, Argument path, Constant how, Constant resolution) {
        return add(
                Sys.OPENAT2,
                directory,
                path,
                new Argument.Bytes(
                        OpenHow.bytes(how.value(), resolution.value()),
                        "{flags=" + how.name() + ", resolve=" + resolution.name() + "}"),
                number(OpenHow.SIZE));
    }

    /** Tells the parent of a stage that is reached. */
    void report(Report.Stage stage) {
        byte[] report = new Report(stage, 0, 0).bytes();
        add(
                Sys.SENDTO,
                number(Compiler.CHANNEL),
                new Argument.Bytes(report, '"' + stage.name().toLowerCase(Locale.ROOT) + '"'),
                number(report.length),
                flags(MSG_NOSIGNAL),
                number(0),
                number(0));
    }

    /** Adds an init, see {@link Row#init}. */
    void addInit(Argument mainPid) {
        list.add(Row.init(operation, mainPid));
    }

    /** A place for a result, named after what it will hold. */
    Argument.Register register(String name) {
        registers++;
        return new Argument.Register(name + registers);
    }

    /** Lets jumps to a label arrive at the next row. */
    void place(Row.Label label) {
        label.place(list.size());
    }

    Row last() {
        return list.getLast();
    }

    List<Row> list() {
        return List.copyOf(list);
    }
}
