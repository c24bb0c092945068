package io.lxc4j.benchmarks;

/** Runs the benchmarks that its arguments name. */
public final class Main {
    private Main() {}

    static void main(String[] args) {
        System.out.println("Benchmarks on Java " + Runtime.version().feature() + ": " + String.join(" ", args));
    }
}
