package io.lxc4j.examples;

import io.lxc4j.AttachmentEnd;
import io.lxc4j.Container;
import java.util.List;

/** A shell in a container, under the terminal that this is started from; ctrl-p ctrl-q leaves it. */
public final class Shell {
    private Shell() {}

    /**
     * The example.
     *
     * @param arguments the command of the container; {@code sh} if there are none
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> command = arguments.length == 0 ? List.of("sh") : List.of(arguments);
        try (Container container = Container.builder()
                .hostName("box")
                .terminal()
                .init()
                .command(command)
                .start()) {
            AttachmentEnd end = container.process().attach();
            System.out.println(
                    end == AttachmentEnd.PROCESS_ENDED
                            ? "exit status " + container.process().exitValue()
                            : "left; the container ends with this program");
        }
    }
}
