package io.lxc4j.launch;

import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;

/** A plan compiled to system calls. Immutable; it can be launched any number of times. */
public final class LaunchProgram {
    private final LaunchPlan plan;
    private final List<Row> rows;
    private final byte[] image;

    private LaunchProgram(LaunchPlan plan, List<Row> rows) {
        this.plan = plan;
        this.rows = rows;
        Architecture architecture = Architecture.current();
        image = Image.encode(rows, architecture, Elf.dataBase(architecture), Report.Stage.PROGRAM, Compiler.CHANNEL);
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
        return new LaunchProgram(plan, List.copyOf(faulty));
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
        return image;
    }

    Sys sys(int row) {
        return rows.get(row).sys();
    }
}
