package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks over the words of a file that the kernel wrote, line by line, without making strings of them. A last line without
 * an end has been cut off, and is left out.
 *
 * <pre>
 * for (; words.hasLine(); words.skipLine()) {
 *     while (words.next()) {
 *         … words.number() …
 *     }
 * }
 * </pre>
 */
final class StatsWords {
    private final byte[] bytes;
    private final int end;
    private int position;
    private int wordStart;
    private int wordEnd;

    StatsWords(byte[] bytes, int length) {
        this.bytes = bytes;
        int last = length;
        while (last > 0 && bytes[last - 1] != '\n') {
            last--;
        }
        this.end = last;
    }

    /** Whether something is left. */
    boolean hasLine() {
        return position < end;
    }

    /** Goes to the begin of the next line. */
    void skipLine() {
        while (bytes[position++] != '\n') {}
    }

    /**
     * Goes to the next word of the line.
     *
     * @return whether there is one
     */
    boolean next() {
        int at = position;
        while (at < end && bytes[at] == ' ') {
            at++;
        }
        wordStart = at;
        while (at < end && bytes[at] > ' ') {
            at++;
        }
        wordEnd = at;
        position = at;
        return wordStart < wordEnd;
    }

    /** The word as a number, see {@link #number(byte[], int, int)}. */
    long number() {
        return number(bytes, wordStart, wordEnd);
    }

    /** Which of the keys the word is; -1 if none. */
    int key(Keys keys) {
        return keys.find(bytes, wordStart, wordEnd);
    }

    /**
     * Divides the word, as {@code key=value}.
     *
     * @param separator what stands between
     * @return where it stands; -1 if the word has none
     */
    int find(char separator) {
        for (int at = wordStart; at < wordEnd; at++) {
            if (bytes[at] == separator) {
                return at;
            }
        }
        return -1;
    }

    /** Which of the keys the word's part before a separator is; -1 if none. */
    int keyBefore(int separator, Keys keys) {
        return keys.find(bytes, wordStart, separator);
    }

    /** The word's part before a separator as a number. */
    long numberBefore(int separator) {
        return number(bytes, wordStart, separator);
    }

    /** The word's part after a separator as a number. */
    long numberAfter(int separator) {
        return number(bytes, separator + 1, wordEnd);
    }

    /** The word's part after a separator, a number with two decimal places, in hundredths. */
    long hundredthsAfter(int separator) {
        int point = find('.');
        if (point < separator || wordEnd - point != 3) {
            return ABSENT;
        }
        long whole = number(bytes, separator + 1, point);
        long part = number(bytes, point + 1, wordEnd);
        return whole == ABSENT || part == ABSENT || whole > Integer.MAX_VALUE ? ABSENT : whole * 100 + part;
    }

    /**
     * A decimal number without sign.
     *
     * @return the number, {@link Long#MAX_VALUE} if it is larger than that; {@link StatsValues#ABSENT} if it is something
     *     else, such as {@code max}
     */
    static long number(byte[] bytes, int from, int to) {
        if (from >= to) {
            return ABSENT;
        }
        long value = 0;
        for (int at = from; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                return ABSENT;
            }
            value = value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
        }
        return value;
    }

    /** The number that a file begins with. */
    static long number(byte[] bytes, int length) {
        int end = 0;
        while (end < length && bytes[end] > ' ') {
            end++;
        }
        return number(bytes, 0, end);
    }

    /**
     * The numbers of some keys.
     *
     * @return a number for each key, in their order; {@link StatsValues#ABSENT} for a key that is not there. The first of
     *     several lines counts
     */
    long[] numbers(Keys keys) {
        long[] values = new long[keys.size()];
        Arrays.fill(values, ABSENT);
        int left = values.length;
        for (; left > 0 && hasLine(); skipLine()) {
            if (next()) {
                int key = key(keys);
                if (key >= 0 && values[key] == ABSENT && next()) {
                    values[key] = number();
                    left--;
                }
            }
        }
        return values;
    }

    /** Words to look for. */
    static final class Keys {
        private final byte[][] names;

        Keys(String... names) {
            this.names = Arrays.stream(names)
                    .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
        }

        int size() {
            return names.length;
        }

        private int find(byte[] bytes, int from, int to) {
            for (int index = 0; index < names.length; index++) {
                byte[] name = names[index];
                if (name.length == to - from && Arrays.equals(name, 0, name.length, bytes, from, to)) {
                    return index;
                }
            }
            return -1;
        }
    }
}
