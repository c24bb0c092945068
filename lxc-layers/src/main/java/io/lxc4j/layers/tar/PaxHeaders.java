package io.lxc4j.layers.tar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a PAX header says of the entry after it, or of all that follow. All strings are strings of bytes.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03">pax Extended Header</a>
 */
final class PaxHeaders {
    static final String PATH = "path";
    static final String LINK = "linkpath";
    static final String LENGTH = "size";
    static final String UID = "uid";
    static final String GID = "gid";
    static final String MODIFIED = "mtime";
    static final String ATTRIBUTE = "SCHILY.xattr.";
    static final String SPARSE_MAJOR = "GNU.sparse.major";
    static final String SPARSE_MINOR = "GNU.sparse.minor";
    static final String SPARSE_NAME = "GNU.sparse.name";
    static final String SPARSE_REAL_SIZE = "GNU.sparse.realsize";
    static final String SPARSE_SIZE = "GNU.sparse.size";
    static final String SPARSE_MAP = "GNU.sparse.map";
    private static final String SPARSE_OFFSET = "GNU.sparse.offset";
    private static final String SPARSE_LENGTH = "GNU.sparse.numbytes";

    private static final int LONGEST_LENGTH = 9;
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,19}(\\.[0-9]{0,100})?");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,19}");
    private static final int MOST_EXTENTS = 1_000_000;
    private static final int NANO_DIGITS = 9;

    private final Map<String, String> values = new HashMap<>();

    /** Of the first sparse format, which repeats its keys, the pairs in their order. */
    private final List<String> pairs = new ArrayList<>();

    /** Takes records of {@code length key=value\n}; an empty value takes back what was said before. */
    void add(String records) throws TarFormatException {
        int at = 0;
        while (at < records.length()) {
            int space = records.indexOf(' ', at);
            if (space < 0 || space - at > LONGEST_LENGTH || space == at) {
                throw malformed(records, at);
            }
            int end = at + (int) count("length of a record", records.substring(at, space));
            int equals = records.indexOf('=', space);
            if (end > records.length() || equals < 0 || equals >= end - 1 || records.charAt(end - 1) != '\n') {
                throw malformed(records, at);
            }
            put(records.substring(space + 1, equals), records.substring(equals + 1, end - 1));
            at = end;
        }
    }

    private static TarFormatException malformed(String records, int at) {
        return new TarFormatException("a PAX header has a record that is none: "
                + ByteStrings.show(records.substring(at, Math.min(records.length(), at + 60))));
    }

    private void put(String key, String value) throws TarFormatException {
        if (key.equals(SPARSE_OFFSET) || key.equals(SPARSE_LENGTH)) {
            if (pairs.size() == 2 * MOST_EXTENTS || (pairs.size() % 2 == 0) != key.equals(SPARSE_OFFSET)) {
                throw new TarFormatException("a PAX header has offsets and lengths of a sparse file that do not match");
            }
            pairs.add(value);
        } else if (value.isEmpty() && !key.startsWith(ATTRIBUTE)) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
    }

    /** These, and what a later header says. */
    PaxHeaders with(PaxHeaders later) {
        PaxHeaders both = new PaxHeaders();
        both.values.putAll(values);
        both.values.putAll(later.values);
        both.pairs.addAll(later.pairs);
        return both;
    }

    Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Names end with their record, so one with a NUL would mean different files to different programs. */
    Optional<String> name(String key) throws TarFormatException {
        Optional<String> name = value(key);
        if (name.isPresent() && name.get().indexOf('\0') >= 0) {
            throw new TarFormatException("a PAX header has a " + key + " with a NUL: " + ByteStrings.show(name.get()));
        }
        return name;
    }

    long number(String key, long otherwise) throws TarFormatException {
        String value = values.get(key);
        return value == null ? otherwise : count(key, value);
    }

    static long count(String what, String value) throws TarFormatException {
        if (COUNT.matcher(value).matches()) {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException _) {
                // too large
            }
        }
        throw new TarFormatException(
                "the " + what + " in a PAX header is no number in range: " + ByteStrings.show(value));
    }

    Instant time(Instant otherwise) throws TarFormatException {
        String value = values.get(MODIFIED);
        if (value == null) {
            return otherwise;
        }
        if (DECIMAL.matcher(value).matches()) {
            BigInteger nanos = new BigDecimal(value)
                    .setScale(NANO_DIGITS, RoundingMode.FLOOR)
                    .unscaledValue();
            BigInteger[] parts = nanos.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
            try {
                return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
            } catch (ArithmeticException | DateTimeException _) {
                // too far away
            }
        }
        throw new TarFormatException("the mtime in a PAX header is no time: " + ByteStrings.show(value));
    }

    /** The names have {@code =} and {@code %} in the form of URLs, as GNU tar writes them. */
    SequencedMap<String, String> attributes() {
        SequencedMap<String, String> attributes = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(ATTRIBUTE)) {
                attributes.put(
                        key.substring(ATTRIBUTE.length()).replace("%3D", "=").replace("%25", "%"), value);
            }
        });
        return attributes;
    }

    // ---- sparse files

    boolean isSparse() {
        return !pairs.isEmpty() || values.containsKey(SPARSE_MAP) || hasSparseMapInData();
    }

    /** The newest format has the map at the begin of the data. */
    boolean hasSparseMapInData() {
        return values.containsKey(SPARSE_MAJOR) && !values.get(SPARSE_MAJOR).equals("0");
    }

    void checkSparseVersion() throws TarFormatException {
        String version = values.get(SPARSE_MAJOR) + "." + values.getOrDefault(SPARSE_MINOR, "0");
        if (!version.equals("1.0")) {
            throw new TarFormatException(
                    "a sparse file has the format " + ByteStrings.show(version) + "; only 0.0, 0.1 and 1.0 are known");
        }
    }

    List<Extent> extents() throws TarFormatException {
        List<String> numbers =
                values.containsKey(SPARSE_MAP) ? List.of(values.get(SPARSE_MAP).split(",", -1)) : pairs;
        if (numbers.size() % 2 != 0 || numbers.size() > 2 * MOST_EXTENTS) {
            throw new TarFormatException("a sparse file has " + numbers.size() + " offsets and lengths");
        }
        List<Extent> extents = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i += 2) {
            extents.add(new Extent(
                    count("offset of a sparse file", numbers.get(i)),
                    count("length in a sparse file", numbers.get(i + 1))));
        }
        return extents;
    }
}
