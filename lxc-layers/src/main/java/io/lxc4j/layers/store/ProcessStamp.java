package io.lxc4j.layers.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What tells a process apart from all others, also from later ones with its id, as long as the machine runs.
 *
 * @param pid its id
 * @param start when it was started, in the kernel's ticks since the boot
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
 */
record ProcessStamp(long pid, long start) {
    /** The fields that follow the name, which is in brackets and can have any characters. */
    private static final int STATE = 0;

    private static final int START = 19;

    static ProcessStamp of(long pid) {
        List<String> fields = fields(pid);
        return new ProcessStamp(pid, fields.isEmpty() ? 0 : Long.parseLong(fields.get(START)));
    }

    static ProcessStamp parse(String text) {
        String[] fields = text.strip().split(" ", 2);
        return new ProcessStamp(Long.parseLong(fields[0]), Long.parseLong(fields[1]));
    }

    /** Whether it runs; one that has ended and was not collected does not, and has no files any more. */
    boolean isAlive() {
        List<String> fields = fields(pid);
        return !fields.isEmpty()
                && Long.parseLong(fields.get(START)) == start
                && !fields.get(STATE).equals("Z")
                && !fields.get(STATE).equals("X");
    }

    private static List<String> fields(long pid) {
        try {
            String stat =
                    new String(Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), StandardCharsets.ISO_8859_1);
            return List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1));
        } catch (IOException _) {
            return List.of();
        }
    }

    @Override
    public String toString() {
        return pid + " " + start;
    }
}
