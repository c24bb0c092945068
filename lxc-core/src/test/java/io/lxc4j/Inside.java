package io.lxc4j;

import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Containers that tests talk to. */
final class Inside {
    private Inside() {}

    /** Starts a container that carries out the lines that {@link #ask} sends it. */
    static Container start(Namespaces.Builder namespaces) {
        return Container.builder()
                .namespaces(namespaces.build())
                .command("sh", "-c", "while read -r line; do eval \"$line\"; echo; echo end-of-answer; done")
                .mergeError()
                .start();
    }

    /** Has a container carry out a command; gives what it writes, without white space at the ends. */
    static String ask(Container container, String command) throws IOException {
        container.process().getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        container.process().getOutputStream().flush();
        StringBuilder answer = new StringBuilder();
        while (true) {
            String line = line(container.process().getInputStream());
            if (line.equals("end-of-answer")) {
                return answer.toString().strip();
            }
            answer.append(line).append('\n');
        }
    }

    private static String line(InputStream stream) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = stream.read()) != '\n') {
            if (c < 0) {
                throw new IOException("the container has ended, after: " + line);
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** A namespace of a container, as it sees it itself. */
    static String namespace(Container container, NamespaceKind kind) throws IOException {
        return ask(container, "readlink /proc/self/ns/" + kind.procName());
    }

    /** A namespace of a process, as this JVM sees it. */
    static String namespace(ProcessHandle process, NamespaceKind kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/" + kind.procName()))
                .toString();
    }

    /** How long the machine has been up, in seconds. */
    static double uptime(String file) {
        return Double.parseDouble(file.split(" ", -1)[0]);
    }

    static double uptime() throws IOException {
        return uptime(Files.readString(Path.of("/proc/uptime")));
    }
}
