package io.lxc4j.examples;

/** Runs one command in a container. */
public final class Hello {
    private Hello() {}

    static void main() {
        System.out.println("Hello on Java " + Runtime.version().feature() + " from " + Hello.class.getModule());
    }
}
