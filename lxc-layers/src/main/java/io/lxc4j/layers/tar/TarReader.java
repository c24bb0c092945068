package io.lxc4j.layers.tar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive: entry by entry, and the data of each before the next.
 *
 * <p>Understood are the formats of POSIX (ustar, PAX) and GNU with their long names, times, extended attributes and sparse files. What is
 * no such archive, damaged or cut off ends with a {@link TarFormatException} or {@link EOFException}; nothing is guessed. Not
 * thread-safe.
 *
 * @see <a href="https://www.gnu.org/software/tar/manual/html_node/Standard.html">Basic Tar Format</a>
 */
public final class TarReader {
    /** So much a header may have of names, attributes and the like; GNU tar and Go's library write no larger ones. */
    private static final int LONGEST_HEADER = 1 << 20;

    private static final int MOST_EXTENTS = 1_000_000;
    private static final long HIGHEST_ID = 0xffff_fffeL;
    private static final int HIGHEST_DEVICE = 0xfffff;
    private static final int PERMISSIONS = 07777;
    private static final int BUFFER_BYTES = 1 << 17;
    private static final char DUMPED_DIRECTORY = 'D';

    /** Far beyond all calendars, and within what a file system can be asked to take. */
    private static final long FARTHEST_SECOND = 1L << 40;

    private final InputStream input;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long taken;

    /** Bytes of the current entry's data that were not yet read, and what fills its last block. */
    private long left;

    private int padding;
    private PaxHeaders global = new PaxHeaders();
    private boolean ended;

    /**
     * Reads from a stream.
     *
     * @param input the archive, without compression; it is read ahead, and not closed
     */
    public TarReader(InputStream input) {
        this.input = input;
    }

    /**
     * Goes on to the next entry. What was not read of the data of the one before is skipped.
     *
     * @return the entry; null at the end of the archive
     * @throws TarFormatException if the archive is none, is damaged or has what no layer has
     * @throws EOFException if it is cut off
     * @throws IOException if the stream fails
     */
    public @Nullable TarEntry next() throws IOException {
        if (ended) {
            return null;
        }
        skip(left);
        left = 0;
        skipPadding();
        PaxHeaders pax = new PaxHeaders();
        String longName = null;
        String longLink = null;
        byte[] block = new byte[TarHeader.SIZE];
        while (readHeader(block)) {
            TarHeader header = new TarHeader(block);
            header.verifyChecksum();
            switch (header.type()) {
                case 'x', 'X' -> pax.add(readText(header));
                case 'g' -> {
                    PaxHeaders more = new PaxHeaders();
                    more.add(readText(header));
                    global = global.with(more);
                }
                case 'L' -> longName = withoutEnd(readText(header));
                case 'K' -> longLink = withoutEnd(readText(header));
                case 'V' -> skipBlocks(size(header, new PaxHeaders())); // the name of a tape
                default -> {
                    return entry(header, global.with(pax), longName, longLink);
                }
            }
        }
        ended = true;
        return null;
    }

    /** An archive ends with two empty blocks; many a program is content with one, or none at all. */
    private boolean readHeader(byte[] block) throws IOException {
        if (position == limit && !fill()) {
            return false;
        }
        readFully(block, TarHeader.SIZE);
        return !new TarHeader(block).isEmpty();
    }

    private TarEntry entry(TarHeader header, PaxHeaders pax, @Nullable String longName, @Nullable String longLink)
            throws IOException {
        String path = name(header, pax, longName);
        TarType type = type(header, path);
        long uid = id(pax.number(PaxHeaders.UID, header.number(TarHeader.UID, "uid")), "uid", path);
        long gid = id(pax.number(PaxHeaders.GID, header.number(TarHeader.GID, "gid")), "gid", path);
        int mode = (int) header.number(TarHeader.MODE, "mode") & PERMISSIONS;
        boolean isLink = type == TarType.HARD_LINK || type == TarType.SYMBOLIC_LINK;
        String link = isLink ? link(header, pax, longLink, path) : "";
        Sparse sparse = type == TarType.FILE ? file(header, pax, path) : new Sparse(0, List.of());
        if (header.type() == DUMPED_DIRECTORY) {
            skipBlocks(size(header, pax)); // the names that it had
        }
        return new TarEntry(
                path,
                type,
                mode,
                uid,
                gid,
                time(header, pax, path),
                link,
                type.isDevice() ? device(header, TarHeader.MAJOR, path) : 0,
                type.isDevice() ? device(header, TarHeader.MINOR, path) : 0,
                pax.attributes(),
                sparse.size,
                sparse.extents);
    }

    private static String name(TarHeader header, PaxHeaders pax, @Nullable String longName) throws IOException {
        Optional<String> name = pax.name(PaxHeaders.SPARSE_NAME);
        if (name.isEmpty()) {
            name = pax.name(PaxHeaders.PATH);
        }
        if (name.isEmpty()) {
            name = Optional.ofNullable(longName);
        }
        String path = name.isPresent() ? name.get() : shortName(header);
        if (path.isEmpty()) {
            throw new TarFormatException("an entry has no name");
        }
        return path;
    }

    private static String shortName(TarHeader header) {
        String name = header.string(TarHeader.NAME);
        String prefix = header.isPosix() ? header.string(TarHeader.PREFIX) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String link(TarHeader header, PaxHeaders pax, @Nullable String longLink, String path)
            throws IOException {
        String link = pax.name(PaxHeaders.LINK)
                .or(() -> Optional.ofNullable(longLink))
                .orElseGet(() -> header.string(TarHeader.LINK));
        if (link.isEmpty()) {
            throw new TarFormatException("the link " + ByteStrings.show(path) + " leads nowhere");
        }
        return link;
    }

    /** Before POSIX a directory was a file whose name ends with a slash. */
    private static TarType type(TarHeader header, String path) throws TarFormatException {
        char flag = header.type();
        return switch (flag) {
            case '\0' -> path.endsWith("/") ? TarType.DIRECTORY : TarType.FILE;
            case '0', '7', 'S' -> TarType.FILE;
            case '1' -> TarType.HARD_LINK;
            case '2' -> TarType.SYMBOLIC_LINK;
            case '3' -> TarType.CHARACTER_DEVICE;
            case '4' -> TarType.BLOCK_DEVICE;
            case '5', DUMPED_DIRECTORY -> TarType.DIRECTORY;
            case '6' -> TarType.FIFO;
            default ->
                throw new TarFormatException("the entry " + ByteStrings.show(path) + " is of the unknown type "
                        + ByteStrings.show(String.valueOf(flag)));
        };
    }

    private static long id(long id, String what, String path) throws TarFormatException {
        if (id < 0 || id > HIGHEST_ID) {
            throw new TarFormatException("the entry " + ByteStrings.show(path) + " has the " + what + " " + id
                    + "; it must be from 0 to " + HIGHEST_ID);
        }
        return id;
    }

    private static Instant time(TarHeader header, PaxHeaders pax, String path) throws TarFormatException {
        long seconds = header.number(TarHeader.MODIFIED, "mtime");
        Instant time = pax.time(Instant.ofEpochSecond(Math.clamp(seconds, -FARTHEST_SECOND, FARTHEST_SECOND)));
        if (Math.abs(time.getEpochSecond()) >= FARTHEST_SECOND) {
            throw new TarFormatException("the entry " + ByteStrings.show(path) + " was modified too far away in time");
        }
        return time;
    }

    private static int device(TarHeader header, TarHeader.Field field, String path) throws TarFormatException {
        long number = header.number(field, "device number");
        if (number < 0 || number > HIGHEST_DEVICE) {
            throw new TarFormatException("the device " + ByteStrings.show(path) + " has the number " + number
                    + "; it must be from 0 to " + HIGHEST_DEVICE);
        }
        return (int) number;
    }

    // ---- files

    private record Sparse(long size, List<Extent> extents) {}

    private Sparse file(TarHeader header, PaxHeaders pax, String path) throws IOException {
        long stored = size(header, pax);
        start(stored);
        if (header.type() == 'S') {
            return check(path, gnuSparse(header), stored);
        }
        if (pax.hasSparseMapInData()) {
            pax.checkSparseVersion();
            List<Extent> extents = sparseMap(path);
            return check(path, new Sparse(pax.number(PaxHeaders.SPARSE_REAL_SIZE, 0), extents), left);
        }
        if (pax.isSparse()) {
            long real = pax.number(PaxHeaders.SPARSE_REAL_SIZE, pax.number(PaxHeaders.SPARSE_SIZE, stored));
            return check(path, new Sparse(real, pax.extents()), stored);
        }
        return new Sparse(stored, stored == 0 ? List.of() : List.of(new Extent(0, stored)));
    }

    private static long size(TarHeader header, PaxHeaders pax) throws TarFormatException {
        long size = pax.number(PaxHeaders.LENGTH, header.number(TarHeader.LENGTH, "size"));
        if (size < 0 || size > Long.MAX_VALUE - TarHeader.SIZE) {
            throw new TarFormatException("a header has the size " + size);
        }
        return size;
    }

    private void start(long size) {
        left = size;
        padding = padding(size);
    }

    private static int padding(long size) {
        return (int) (-size & (TarHeader.SIZE - 1));
    }

    /** The map goes on in blocks of its own between the header and the data. */
    private Sparse gnuSparse(TarHeader header) throws IOException {
        List<Extent> extents = new ArrayList<>();
        addExtents(extents, header, TarHeader.SPARSE, TarHeader.SPARSE_IN_HEADER);
        boolean more = header.isExtended();
        byte[] block = new byte[TarHeader.SIZE];
        while (more) {
            readFully(block, TarHeader.SIZE);
            addExtents(extents, new TarHeader(block), 0, 21);
            more = block[504] != 0;
        }
        return new Sparse(header.number(TarHeader.REAL_SIZE, "size of a sparse file"), extents);
    }

    private static void addExtents(List<Extent> extents, TarHeader block, int start, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Extent extent = block.sparse(i, start);
            if (extent.length() == 0 && extent.offset() == 0) {
                return;
            }
            if (extents.size() == MOST_EXTENTS) {
                throw new TarFormatException("a sparse file has more than " + MOST_EXTENTS + " parts");
            }
            extents.add(extent);
        }
    }

    /** Numbers in lines, the first one how many pairs follow, up to the end of a block. */
    private List<Extent> sparseMap(String path) throws IOException {
        long before = left;
        long count = sparseNumber(path);
        if (count > MOST_EXTENTS) {
            throw new TarFormatException(
                    "the sparse file " + ByteStrings.show(path) + " has more than " + MOST_EXTENTS + " parts");
        }
        List<Extent> extents = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            extents.add(new Extent(sparseNumber(path), sparseNumber(path)));
        }
        int rest = padding(before - left);
        if (rest > left) {
            throw new TarFormatException("the map of the sparse file " + ByteStrings.show(path) + " is cut off");
        }
        skip(rest);
        left -= rest;
        return extents;
    }

    private long sparseNumber(String path) throws IOException {
        StringBuilder digits = new StringBuilder();
        byte[] one = new byte[1];
        while (digits.length() < 20 && read(one, 0, 1) == 1) {
            if (one[0] == '\n') {
                return PaxHeaders.count("map of a sparse file", digits.toString());
            }
            digits.append((char) Byte.toUnsignedInt(one[0]));
        }
        throw new TarFormatException("the map of the sparse file " + ByteStrings.show(path) + " is none");
    }

    private static Sparse check(String path, Sparse sparse, long stored) throws TarFormatException {
        long end = 0;
        long sum = 0;
        for (Extent extent : sparse.extents) {
            if (extent.offset() < end || extent.length() < 0 || extent.length() > sparse.size - extent.offset()) {
                throw new TarFormatException(
                        "the sparse file " + ByteStrings.show(path) + " has parts that overlap or lie beyond its end");
            }
            end = extent.end();
            sum += extent.length();
        }
        if (sum != stored) {
            throw new TarFormatException("the sparse file " + ByteStrings.show(path) + " has " + stored
                    + " bytes in the archive, and " + sum + " by its map");
        }
        return new Sparse(
                sparse.size,
                sparse.extents.stream().filter(extent -> extent.length() > 0).toList());
    }

    // ---- data

    /**
     * Where in the stream the data of the current entry begins, as long as nothing of it was read.
     *
     * @return how many bytes of the archive come before it
     */
    public long dataOffset() {
        return taken - (limit - position);
    }

    /**
     * Reads data of the current entry, as it is stored: of a sparse file the extents one after the other.
     *
     * @param target where to
     * @param offset from which index on
     * @param length how much at most, at least 1
     * @return how many bytes there were; -1 at the end of the entry
     * @throws EOFException if the archive is cut off
     * @throws IOException if the stream fails
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        if (position == limit && !fill()) {
            throw cutOff();
        }
        int count = (int) Math.min(Math.min(length, limit - position), left);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        left -= count;
        return count;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, input.read(buffer));
        taken += limit;
        return limit > 0;
    }

    private void readFully(byte[] target, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (position == limit && !fill()) {
                throw cutOff();
            }
            int count = Math.min(length - done, limit - position);
            System.arraycopy(buffer, position, target, done, count);
            position += count;
            done += count;
        }
    }

    private void skip(long bytes) throws IOException {
        long rest = bytes;
        while (rest > 0) {
            if (position == limit && !fill()) {
                throw cutOff();
            }
            int count = (int) Math.min(rest, limit - position);
            position += count;
            rest -= count;
        }
    }

    /** Of the last entry some programs, umoci among them, leave out what would fill its block: nothing is lost by that. */
    private void skipPadding() throws IOException {
        while (padding > 0 && (position < limit || fill())) {
            int count = Math.min(padding, limit - position);
            position += count;
            padding -= count;
        }
        padding = 0;
    }

    private void skipBlocks(long size) throws IOException {
        skip(size);
        skip(padding(size));
    }

    private static EOFException cutOff() {
        return new EOFException("the archive is cut off in the midst of an entry");
    }

    private String readText(TarHeader header) throws IOException {
        long size = size(header, new PaxHeaders());
        if (size > LONGEST_HEADER) {
            throw new TarFormatException("a header has " + size + " bytes of names and attributes; at most "
                    + LONGEST_HEADER + " are taken");
        }
        byte[] text = new byte[(int) size];
        readFully(text, text.length);
        skip(padding(size));
        return new String(text, ByteStrings.BYTES);
    }

    private static String withoutEnd(String name) {
        int end = name.indexOf('\0');
        return end < 0 ? name : name.substring(0, end);
    }

    /**
     * Reads what follows the end of the archive, as empty blocks that fill a record, so that a digest of the stream is that of the whole.
     *
     * @throws IOException if the stream fails
     */
    public void drain() throws IOException {
        while (position < limit || fill()) {
            position = limit;
        }
    }
}
