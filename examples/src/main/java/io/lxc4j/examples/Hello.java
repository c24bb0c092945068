package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.ContainerSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Starts a container, talks to it, and shows from inside what it is. */
public final class Hello {
    private static final String SCRIPT = """
        set -e
        show() { printf '%-22s' "$1"; }
        show 'host name';         uname -n
        show 'user';              id -un
        show 'process 1';         echo "$(cat /proc/1/comm), this shell's own id is $$"
        show 'processes';         ls /proc | grep '^[0-9]' | tr '\\n' ' '; echo
        show 'network devices';   ls /sys/class/net | tr '\\n' ' '; echo
        show "the host's files";  . /etc/os-release; echo "$PRETTY_NAME, $(ls /usr/bin | wc -l) programs in /usr/bin"
        show "root's secrets";    cat /etc/shadow 2>&1 || true
        show 'private, empty';    for d in /root /home /run /tmp /var/tmp; do echo "$d: $(ls -A $d | wc -l)"; done | tr '\\n' ' '; echo
        echo 'written inside' > /etc/lxc4j-hello
        show '/etc/lxc4j-hello';  cat /etc/lxc4j-hello
        read -r name
        echo "Hello, $name!"
        """;

    private Hello() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws IOException if the container's streams fail
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (Container container = Container.builder()
                .hostName("box")
                .command("sh", "-c", SCRIPT)
                .mergeError()
                .start()) {
            System.out.println("inside");
            try (OutputStream input = container.process().getOutputStream()) {
                input.write("world\n".getBytes(StandardCharsets.UTF_8));
            }
            container.process().getInputStream().transferTo(System.out);
            System.out.println("outside");
            System.out.printf(
                    "%-22s%d, process %d of this machine%n",
                    "exit status",
                    container.process().waitFor(),
                    container.process().pid());
        }
        System.out.printf(
                "%-22s%s%n",
                "/etc/lxc4j-hello",
                Files.exists(Path.of("/etc/lxc4j-hello")) ? "still there" : "gone, with the container");
        System.out.printf(
                "%-22s%s%n",
                "child processes", ProcessHandle.current().children().findAny().isPresent() ? "some" : "none");
        System.out.printf("%-22s%.1f ms from start to end, the fastest of 100%n", "another container", fastest() / 1e6);
    }

    /** The shortest of some runs of a container that does nothing, as the JVM compiles on the way. */
    private static long fastest() throws InterruptedException {
        ContainerSpec spec = Container.builder().command("true").build();
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            long begin = System.nanoTime();
            spec.run();
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }
        return fastest;
    }
}
