package io.lxc4j;

import io.lxc4j.seccomp.Abi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The numbers of this machine's system calls, for programs that make calls by number. */
final class Numbers {
    private static final Path TABLE = Path.of("../lxc-namespaces/src/main/resources/io/lxc4j/seccomp/system-calls.txt");
    private static final int COLUMN = Abi.current() == Abi.X86_64 ? 1 : 3;
    private static final Map<String, Integer> BY_NAME = read();
    private static final Map<Integer, String> BY_NUMBER =
            BY_NAME.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

    private Numbers() {}

    private static Map<String, Integer> read() {
        try {
            return Files.readAllLines(TABLE).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\\s+", -1))
                    .filter(words -> !words[COLUMN].equals("-"))
                    .collect(Collectors.toMap(words -> words[0], words -> Integer.valueOf(words[COLUMN])));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int of(String name) {
        return Objects.requireNonNull(BY_NAME.get(name), name);
    }

    static @Nullable String name(int number) {
        return BY_NUMBER.get(number);
    }
}
