package io.lxc4j.examples;

import io.lxc4j.Container;
import java.util.List;

/** Prints what a container would do, system call by system call, and starts nothing. */
public final class Explain {
    private Explain() {}

    /**
     * The example.
     *
     * @param arguments the command of the container; {@code sh} if there are none
     */
    public static void main(String[] arguments) {
        List<String> command = arguments.length == 0 ? List.of("sh") : List.of(arguments);
        System.out.print(Container.builder().command(command).build().explain());
    }
}
