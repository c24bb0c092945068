package io.lxc4j.layers.tar;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Writes an archive of POSIX: ustar, with PAX headers for what that has no room for. The same entries give the same bytes. Not
 * thread-safe.
 *
 * <p>Sparse files are written with their holes, as the holes are up to the file system and not to the file.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06">ustar Interchange Format</a>
 */
public final class TarWriter {
    private static final int HIGHEST_ID = 0_7777777;
    private static final long LONGEST_FILE = 0_77777777777L;
    private static final int HIGHEST_DEVICE = 0_7777777;
    private static final int NANO_DIGITS = 9;
    private static final byte[] EMPTY = new byte[TarHeader.SIZE];

    private final OutputStream output;
    private long left;
    private int padding;

    /**
     * Writes to a stream.
     *
     * @param output where the archive goes; it is not closed
     */
    public TarWriter(OutputStream output) {
        this.output = output;
    }

    /**
     * Begins an entry, whose {@linkplain TarEntry#size data} must follow before the next.
     *
     * @param entry what; its extents are of no account
     * @throws IOException if the stream fails, or data of the entry before is missing
     */
    public void begin(TarEntry entry) throws IOException {
        end();
        SequencedMap<String, String> pax = new TreeMap<>();
        byte[] header = header(entry, pax);
        if (!pax.isEmpty()) {
            writePax(entry, pax);
        }
        output.write(header);
        left = entry.size();
        padding = (int) (-entry.size() & (TarHeader.SIZE - 1));
    }

    /**
     * Writes data of the entry that has begun.
     *
     * @param data where from
     * @param offset from which index on
     * @param length how many bytes, no more than the entry still lacks
     * @throws IOException if the stream fails
     */
    public void write(byte[] data, int offset, int length) throws IOException {
        if (length > left) {
            throw new IOException("an entry gets " + (length - left) + " bytes more than its header says");
        }
        output.write(data, offset, length);
        left -= length;
    }

    private void end() throws IOException {
        if (left > 0) {
            throw new IOException("an entry lacks " + left + " bytes");
        }
        output.write(EMPTY, 0, padding);
        padding = 0;
    }

    /**
     * Ends the archive.
     *
     * @throws IOException if the stream fails, or data of the last entry is missing
     */
    public void finish() throws IOException {
        end();
        output.write(EMPTY);
        output.write(EMPTY);
        output.flush();
    }

    private static byte[] header(TarEntry entry, SequencedMap<String, String> pax) {
        byte[] block = new byte[TarHeader.SIZE];
        name(block, entry.path(), pax);
        octal(block, TarHeader.MODE, entry.mode());
        octal(block, TarHeader.UID, orPax(entry.uid(), HIGHEST_ID, PaxHeaders.UID, pax));
        octal(block, TarHeader.GID, orPax(entry.gid(), HIGHEST_ID, PaxHeaders.GID, pax));
        octal(block, TarHeader.LENGTH, orPax(entry.size(), LONGEST_FILE, PaxHeaders.LENGTH, pax));
        octal(block, TarHeader.MODIFIED, time(entry.modified(), pax));
        block[TarHeader.TYPE] = (byte) entry.type().flag();
        if (entry.linkTarget().length() > TarHeader.LINK.length()) {
            pax.put(PaxHeaders.LINK, entry.linkTarget());
        }
        string(block, TarHeader.LINK, entry.linkTarget());
        string(block, TarHeader.MAGIC, TarHeader.POSIX + "00");
        if (entry.type().isDevice()) {
            octal(block, TarHeader.MAJOR, Math.min(entry.major(), HIGHEST_DEVICE));
            octal(block, TarHeader.MINOR, Math.min(entry.minor(), HIGHEST_DEVICE));
        }
        entry.attributes()
                .forEach((name, value) ->
                        pax.put(PaxHeaders.ATTRIBUTE + name.replace("%", "%25").replace("=", "%3D"), value));
        checksum(block);
        return block;
    }

    /** A name of more than 100 bytes is parted at a slash; if that can't be, it goes into a PAX header. */
    private static void name(byte[] block, String path, SequencedMap<String, String> pax) {
        if (path.length() <= TarHeader.NAME.length()) {
            string(block, TarHeader.NAME, path);
            return;
        }
        int slash = path.lastIndexOf('/', Math.min(TarHeader.PREFIX.length(), path.length() - 2));
        if (slash > 0 && path.length() - slash - 1 <= TarHeader.NAME.length()) {
            string(block, TarHeader.PREFIX, path.substring(0, slash));
            string(block, TarHeader.NAME, path.substring(slash + 1));
        } else {
            pax.put(PaxHeaders.PATH, path);
            string(block, TarHeader.NAME, path);
        }
    }

    private static long orPax(long value, long highest, String key, SequencedMap<String, String> pax) {
        if (value <= highest) {
            return value;
        }
        pax.put(key, Long.toString(value));
        return 0;
    }

    private static long time(Instant time, SequencedMap<String, String> pax) {
        long seconds = time.getEpochSecond();
        BigDecimal exact = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(time.getNano(), NANO_DIGITS));
        if (exact.signum() < 0
                || seconds > LONGEST_FILE
                || exact.stripTrailingZeros().scale() > 0) {
            pax.put(PaxHeaders.MODIFIED, exact.stripTrailingZeros().toPlainString());
        }
        return Math.clamp(seconds, 0, LONGEST_FILE);
    }

    private void writePax(TarEntry entry, SequencedMap<String, String> pax) throws IOException {
        StringBuilder records = new StringBuilder();
        pax.forEach((key, value) -> records.append(record(key, value)));
        byte[] data = records.toString().getBytes(ByteStrings.BYTES);
        byte[] block = new byte[TarHeader.SIZE];
        String name = entry.path()
                .substring(entry.path().lastIndexOf('/', entry.path().length() - 2) + 1);
        string(block, TarHeader.NAME, "PaxHeaders.0/" + name);
        octal(block, TarHeader.MODE, 0644);
        octal(block, TarHeader.UID, 0);
        octal(block, TarHeader.GID, 0);
        octal(block, TarHeader.LENGTH, data.length);
        octal(block, TarHeader.MODIFIED, 0);
        block[TarHeader.TYPE] = 'x';
        string(block, TarHeader.MAGIC, TarHeader.POSIX + "00");
        checksum(block);
        output.write(block);
        output.write(data);
        output.write(EMPTY, 0, -data.length & (TarHeader.SIZE - 1));
    }

    /** The length counts its own digits. */
    private static String record(String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int length = rest.length() + 1;
        while (Integer.toString(length).length() + rest.length() != length) {
            length = Integer.toString(length).length() + rest.length();
        }
        return length + rest;
    }

    private static void string(byte[] block, TarHeader.Field field, String value) {
        byte[] bytes = value.getBytes(ByteStrings.BYTES);
        System.arraycopy(bytes, 0, block, field.offset(), Math.min(bytes.length, field.length()));
    }

    /** Digits and a NUL. */
    private static void octal(byte[] block, TarHeader.Field field, long value) {
        long rest = value;
        for (int at = field.offset() + field.length() - 2; at >= field.offset(); at--) {
            block[at] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    private static void checksum(byte[] block) {
        for (int i = 0; i < TarHeader.CHECKSUM.length(); i++) {
            block[TarHeader.CHECKSUM.offset() + i] = ' ';
        }
        int sum = 0;
        for (byte b : block) {
            sum += Byte.toUnsignedInt(b);
        }
        octal(block, new TarHeader.Field(TarHeader.CHECKSUM.offset(), 7), sum);
    }
}
