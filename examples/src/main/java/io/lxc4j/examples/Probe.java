package io.lxc4j.examples;

import io.lxc4j.host.Host;

/** Prints what this machine offers for containers, and what to do about what is missing. */
public final class Probe {
    private Probe() {}

    static void main() {
        System.out.print(Host.probe().report());
    }
}
