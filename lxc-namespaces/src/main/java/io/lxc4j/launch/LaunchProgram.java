package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A plan compiled to system calls. Immutable; it can be launched any number of times. */
public final class LaunchProgram {
    private final LaunchPlan plan;
    private final Compiler.Compiled compiled;

    /** Those of the parent, then those of the child: the numbers that plans and errors show. */
    private final List<Row> rows;

    private final Image image;
    private final byte[] bytes;

    private LaunchProgram(LaunchPlan plan, Compiler.Compiled compiled) {
        this.plan = plan;
        this.compiled = compiled;
        rows = Stream.concat(compiled.parent().stream(), compiled.child().stream())
                .toList();
        Architecture architecture = Architecture.current();
        image = Image.of(
                compiled.child(), architecture, Elf.dataBase(architecture), Report.Stage.PROGRAM, Compiler.CHANNEL);
        bytes = image.bytes();
    }

    /**
     * Compiles a plan.
     *
     * @param plan what to do
     * @return the program
     */
    public static LaunchProgram compile(LaunchPlan plan) {
        return new LaunchProgram(plan, Compiler.compile(plan));
    }

    /**
     * The same program with one row that fails with {@code EBADF} instead of doing its work, so that tests can show
     * that a failure at any row leaves nothing behind.
     *
     * @param row index of a row
     * @return another program
     */
    public LaunchProgram withFault(int row) {
        List<Row> faulty = new ArrayList<>(rows);
        faulty.set(row, rows.get(row).faulty());
        int parents = compiled.parent().size();
        return new LaunchProgram(
                plan,
                new Compiler.Compiled(
                        List.copyOf(faulty.subList(0, parents)),
                        List.copyOf(faulty.subList(parents, faulty.size())),
                        compiled.handed(),
                        compiled.service()));
    }

    /**
     * How many system calls the program has, those of fall-backs included.
     *
     * @return the number of rows
     */
    public int size() {
        return rows.size();
    }

    /**
     * A row's system call.
     *
     * @param row index of a row
     * @return the call in the notation of strace
     */
    public String call(int row) {
        return rows.get(row).call();
    }

    /**
     * What a row is part of.
     *
     * @param row index of a row
     * @return the operation
     */
    public Operation operation(int row) {
        Operation operation = rows.get(row).operation();
        if (operation == null) {
            throw new IllegalStateException("a row of a program without an operation: " + call(row));
        }
        return operation;
    }

    /**
     * What was compiled.
     *
     * @return the plan
     */
    public LaunchPlan plan() {
        return plan;
    }

    /** The rows as bytes, to lie at the data base of the program's ELF file; not to be changed. */
    byte[] image() {
        return bytes;
    }

    /** One more call, as bytes for a child that takes it over its channel, and sends back what it results in. */
    byte[] message(Sys sys, List<Argument> arguments) {
        Service service = compiled.service();
        if (service == null) {
            throw new IllegalStateException("a program that takes no calls");
        }
        return image.message(
                new Row(null, sys, arguments).into(service.result()).keepError(), service.home());
    }

    List<Row> parentRows() {
        return compiled.parent();
    }

    /** What of the parent's rows' results is handed over, in this order. */
    List<Argument.Register> handed() {
        return compiled.handed();
    }

    /** What a child's report of a failure means. */
    LaunchException failed(Report report) {
        Errno errno = Errno.of(report.errno());
        return report.stage() == Report.Stage.SPRINGBOARD
                ? new LaunchException(
                        "starting the launch program", "row " + report.row() + " of the springboard", errno, "")
                : failed(compiled.parent().size() + report.row(), errno);
    }

    /**
     * What the failure of a row means.
     *
     * @param row its index among all rows
     * @param errno the error
     */
    LaunchException failed(int row, Errno errno) {
        Operation operation = operation(row);
        return new LaunchException(
                operation.summary(),
                call(row),
                errno,
                Hints.of(plan, operation, rows.get(row).sys(), errno));
    }
}
