package io.lxc4j.seccomp;

import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The table of all system calls, {@code system-calls.txt}: which there are, and their numbers in each ABI. */
final class SystemCalls {
    private static final Set<String> NAMES = new TreeSet<>();
    private static final Table X86_64 = new Table();
    private static final Table I386 = new Table();
    private static final Table AARCH64 = new Table();

    static {
        read().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            String[] columns = line.split(" +", -1);
            NAMES.add(columns[0]);
            X86_64.add(columns[0], columns[1]);
            I386.add(columns[0], columns[2]);
            AARCH64.add(columns[0], columns[3]);
        });
    }

    private SystemCalls() {}

    /** The calls of one ABI. */
    private static final class Table {
        final Map<String, Integer> numbers = new HashMap<>();
        final NavigableMap<Integer, String> names = new TreeMap<>();

        void add(String name, String number) {
            if (!number.equals("-")) {
                numbers.put(name, Integer.valueOf(number));
                names.put(Integer.valueOf(number), name);
            }
        }
    }

    private static Table table(Abi abi) {
        return switch (abi) {
            case X86_64 -> X86_64;
            case I386 -> I386;
            case AARCH64 -> AARCH64;
        };
    }

    private static String read() {
        try (InputStream table = Objects.requireNonNull(SystemCalls.class.getResourceAsStream("system-calls.txt"))) {
            return new String(table.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All names, sorted. */
    static Set<String> names() {
        return Collections.unmodifiableSet(NAMES);
    }

    /** The names of an ABI's calls by their numbers. */
    static NavigableMap<Integer, String> of(Abi abi) {
        return Collections.unmodifiableNavigableMap(table(abi).names);
    }

    /** The number of a call, null where the ABI has not got it. */
    static @Nullable Integer number(Abi abi, String name) {
        return table(abi).numbers.get(name);
    }

    static boolean isKnown(String name) {
        return NAMES.contains(name);
    }

    /** Rejects a name that the table does not have. */
    static void check(String name) {
        if (!isKnown(name)) {
            List<String> near = near(name);
            throw new InvalidSpecificationException("system call \"" + name + "\": Linux 6.18 has none of that name"
                    + (near.isEmpty() ? "" : "; near are " + String.join(", ", near)));
        }
    }

    private static List<String> near(String name) {
        return NAMES.stream()
                .filter(known -> distance(name, known) <= 1 + Math.min(name.length(), known.length()) / 8)
                .limit(5)
                .toList();
    }

    /** How many characters must be inserted, left out or replaced to make one string the other. */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column - 1], diagonal));
            }
        }
        return row[other.length()];
    }
}
