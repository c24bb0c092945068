package io.lxc4j.kernel;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A line of {@code /proc/PID/mountinfo}.
 *
 * @param device the file system's device number, {@code major:minor}; no two file systems that are mounted have the same
 * @param root the directory of the file system that is mounted
 * @param mountPoint where it is mounted
 * @param options the mount's options
 * @param propagation whose mounts it shares, as {@code shared:2} or {@code master:1}; empty for a private mount
 * @param type the file system's type
 * @param superOptions the file system's options
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">proc_pid_mountinfo(5)</a>
 */
public record MountInfo(
        String device,
        String root,
        String mountPoint,
        Set<String> options,
        Set<String> propagation,
        String type,
        Set<String> superOptions) {

    /**
     * A private mount.
     *
     * @param device the file system's device number
     * @param root the directory of the file system that is mounted
     * @param mountPoint where it is mounted
     * @param options the mount's options
     * @param type the file system's type
     * @param superOptions the file system's options
     */
    public MountInfo(
            String device, String root, String mountPoint, Set<String> options, String type, Set<String> superOptions) {
        this(device, root, mountPoint, options, Set.of(), type, superOptions);
    }

    /**
     * The mounts that this process sees.
     *
     * @return the mounts in the kernel's order
     * @throws HostUnsupportedException if {@code /proc} is not mounted
     */
    public static List<MountInfo> ofThisProcess() {
        return read(Path.of("/proc/self/mountinfo"));
    }

    /**
     * The mounts that this process sees, as text to compare and to {@linkplain #parse parse}.
     *
     * @return lines that each end with a line feed
     * @throws HostUnsupportedException if {@code /proc} is not mounted
     */
    public static String textOfThisProcess() {
        return text(Path.of("/proc/self/mountinfo"));
    }

    /** Names are bytes: one that is no UTF-8, or has a carriage return, must not hide the other mounts. */
    static List<MountInfo> read(Path file) {
        return parse(text(file));
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new HostUnsupportedException("reading " + file + "; /proc must be mounted", e);
        }
    }

    /**
     * Parses a text.
     *
     * @param text lines of a mountinfo file
     * @return the mounts in the same order
     */
    public static List<MountInfo> parse(String text) {
        return text.isEmpty() ? List.of() : parse(List.of(text.split("\n")));
    }

    /**
     * Parses lines.
     *
     * @param lines lines of a mountinfo file
     * @return the mounts in the same order
     */
    public static List<MountInfo> parse(List<String> lines) {
        List<MountInfo> mounts = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            int separator = 6;
            while (separator < words.length && !words[separator].equals("-")) {
                separator++;
            }
            if (separator + 3 >= words.length) {
                throw new HostUnsupportedException("not a line of mountinfo: " + line);
            }
            mounts.add(new MountInfo(
                    words[2],
                    unescape(words[3]),
                    unescape(words[4]),
                    Set.copyOf(List.of(words[5].split(",", -1))),
                    Set.copyOf(List.of(words).subList(6, separator)),
                    words[separator + 1],
                    // a file system may name an option twice
                    Set.copyOf(List.of(words[separator + 3].split(",", -1)))));
        }
        return mounts;
    }

    /** The kernel writes blanks and backslashes in octal. */
    private static String unescape(String word) {
        if (word.indexOf('\\') < 0) {
            return word;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '\\' && i + 3 < word.length()) {
                text.append((char) Integer.parseInt(word.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
