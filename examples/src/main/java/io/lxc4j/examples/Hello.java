package io.lxc4j.examples;

import io.lxc4j.Container;
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
        show 'process 1';         tr '\\0' ' ' < /proc/1/cmdline | cut -c 1-40
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
        long begin = System.nanoTime();
        try (Container container = Container.builder()
                .hostName("box")
                .command("sh", "-c", SCRIPT)
                .mergeError()
                .start()) {
            long started = System.nanoTime();
            System.out.println("inside");
            try (OutputStream input = container.process().getOutputStream()) {
                input.write("world\n".getBytes(StandardCharsets.UTF_8));
            }
            container.process().getInputStream().transferTo(System.out);
            System.out.println("outside");
            System.out.printf(
                    "%-22s%d, process %d of this machine, started in %.1f ms%n",
                    "exit status",
                    container.process().waitFor(),
                    container.process().pid(),
                    (started - begin) / 1e6);
        }
        System.out.printf(
                "%-22s%s%n",
                "/etc/lxc4j-hello",
                Files.exists(Path.of("/etc/lxc4j-hello")) ? "still there" : "gone, with the container");
        System.out.printf(
                "%-22s%s%n",
                "child processes", ProcessHandle.current().children().findAny().isPresent() ? "some" : "none");
    }
}
