package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory. Immutable.
 *
 * @param bytes from 0; {@link Long#MAX_VALUE} is no limit at all
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    /** As much as there is. */
    public static final ByteSize UNLIMITED = new ByteSize(Long.MAX_VALUE);

    private static final String UNITS = "KMGTPE";
    private static final int STEP = 1024;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,19}) ?([KMGTPE]?)(i?B)?", Pattern.CASE_INSENSITIVE);

    /** Refuses what is negative. */
    public ByteSize {
        if (bytes < 0) {
            throw new InvalidSpecificationException("a size of " + bytes + " bytes: it must not be negative");
        }
    }

    /**
     * So many bytes.
     *
     * @param count from 0
     * @return the size
     */
    public static ByteSize bytes(long count) {
        return new ByteSize(count);
    }

    /**
     * So many times 1024 bytes.
     *
     * @param count from 0 to 2<sup>53</sup> - 1
     * @return the size
     */
    public static ByteSize kibibytes(long count) {
        return of(count, 1);
    }

    /**
     * So many times 1024² bytes.
     *
     * @param count from 0 to 2<sup>43</sup> - 1
     * @return the size
     */
    public static ByteSize mebibytes(long count) {
        return of(count, 2);
    }

    /**
     * So many times 1024³ bytes.
     *
     * @param count from 0 to 2<sup>33</sup> - 1
     * @return the size
     */
    public static ByteSize gibibytes(long count) {
        return of(count, 3);
    }

    /**
     * What people write in configurations, each unit 1024 times the one before it.
     *
     * @param text {@code max}, or a whole number with or without a unit: {@code 1048576}, {@code 512M}, {@code 2 GiB}
     * @return the size
     * @throws InvalidSpecificationException if it has another form, or is 2<sup>63</sup> bytes or more
     */
    public static ByteSize parse(String text) {
        if (text.equals("max")) {
            return UNLIMITED;
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new InvalidSpecificationException("size \"" + text
                    + "\" must be max, or a whole number and perhaps a unit of " + UNITS + ", for instance 512M");
        }
        String unit = form.group(2).toUpperCase(Locale.ROOT);
        try {
            return of(Long.parseLong(form.group(1)), unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1);
        } catch (NumberFormatException e) {
            throw new InvalidSpecificationException("size \"" + text + "\" must be less than 2^63 bytes", e);
        }
    }

    private static ByteSize of(long count, int power) {
        long bytes = count;
        for (int i = 0; i < power; i++) {
            if (bytes > Long.MAX_VALUE / STEP) {
                throw new InvalidSpecificationException(
                        "size " + count + " " + unit(power) + " must be less than 2^63 bytes");
            }
            bytes *= STEP;
        }
        return new ByteSize(bytes);
    }

    private static String unit(int power) {
        return power == 0 ? "bytes" : UNITS.charAt(power - 1) + "iB";
    }

    /**
     * Whether it is no limit.
     *
     * @return whether it is {@link #UNLIMITED}
     */
    public boolean isUnlimited() {
        return bytes == Long.MAX_VALUE;
    }

    /** As the files of version 2 have it. */
    String orMax() {
        return isUnlimited() ? "max" : Long.toString(bytes);
    }

    /** As the files of version 1 have it, where -1 is no limit. */
    String orMinusOne() {
        return isUnlimited() ? "-1" : Long.toString(bytes);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** Renders it in the largest unit of which it is a whole number: {@code 512 MiB}. */
    @Override
    public String toString() {
        if (isUnlimited()) {
            return "max";
        }
        long count = bytes;
        int power = 0;
        while (count >= STEP && count % STEP == 0) {
            count /= STEP;
            power++;
        }
        return count + " " + unit(power);
    }
}
