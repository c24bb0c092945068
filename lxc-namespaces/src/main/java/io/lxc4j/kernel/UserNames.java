package io.lxc4j.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The names of users.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</a>
 */
public final class UserNames {
    private UserNames() {}

    /**
     * The name of the user that this JVM runs as. One that {@code /etc/passwd} does not have, as a directory service does,
     * is known to the C library, which the JDK asks.
     *
     * @param uid the effective user id
     * @return the name; the id itself if the user has none
     */
    public static String ofThisProcess(long uid) {
        return of(uid, passwd(), System.getProperty("user.name", ""));
    }

    private static List<String> passwd() {
        try {
            return Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return List.of(); // users need no names
        }
    }

    /**
     * Finds a name.
     *
     * @param uid the user id
     * @param passwd lines of {@code /etc/passwd}
     * @param otherwise the name if none of the lines has it
     * @return the name; the id itself if there is none at all
     */
    static String of(long uid, List<String> passwd, String otherwise) {
        String number = Long.toString(uid);
        return passwd.stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals(number))
                .map(fields -> fields[0])
                .findFirst()
                .orElse(otherwise.isEmpty() || otherwise.equals("?") ? number : otherwise);
    }
}
