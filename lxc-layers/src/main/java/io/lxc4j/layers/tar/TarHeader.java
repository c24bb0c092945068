package io.lxc4j.layers.tar;

/**
 * A block of 512 bytes that describes what follows.
 *
 * <pre>
 * struct header_posix_ustar {
 *     char name[100];      //   0
 *     char mode[8];        // 100
 *     char uid[8];         // 108
 *     char gid[8];         // 116
 *     char size[12];       // 124
 *     char mtime[12];      // 136
 *     char checksum[8];    // 148
 *     char typeflag[1];    // 156
 *     char linkname[100];  // 157
 *     char magic[6];       // 257  "ustar\0", of GNU "ustar "
 *     char version[2];     // 263  "00", of GNU " \0"
 *     char uname[32];      // 265
 *     char gname[32];      // 297
 *     char devmajor[8];    // 329
 *     char devminor[8];    // 337
 *     char prefix[155];    // 345; of GNU sparse[4] from 386, isextended at 482, realsize at 483
 *     char pad[12];        // 500
 * };
 * </pre>
 */
final class TarHeader {
    static final int SIZE = 512;
    static final Field NAME = new Field(0, 100);
    static final Field MODE = new Field(100, 8);
    static final Field UID = new Field(108, 8);
    static final Field GID = new Field(116, 8);
    static final Field LENGTH = new Field(124, 12);
    static final Field MODIFIED = new Field(136, 12);
    static final Field CHECKSUM = new Field(148, 8);
    static final int TYPE = 156;
    static final Field LINK = new Field(157, 100);
    static final Field MAGIC = new Field(257, 8);
    static final Field MAJOR = new Field(329, 8);
    static final Field MINOR = new Field(337, 8);
    static final Field PREFIX = new Field(345, 155);
    static final int SPARSE = 386;
    static final int SPARSE_IN_HEADER = 4;
    static final int SPARSE_EXTENDED = 482;
    static final Field REAL_SIZE = new Field(483, 12);

    static final String POSIX = "ustar\0";
    static final String GNU = "ustar  \0";

    private static final int BASE_256 = 0x80;
    private static final int NEGATIVE = 0x40;

    private final byte[] block;

    /** Looks at a block, which is not copied. */
    TarHeader(byte[] block) {
        this.block = block;
    }

    /**
     * Where something stands.
     *
     * @param offset its first byte
     * @param length how many it has
     */
    record Field(int offset, int length) {}

    boolean isEmpty() {
        for (int i = 0; i < SIZE; i++) {
            if (block[i] != 0) {
                return false;
            }
        }
        return true;
    }

    boolean isGnu() {
        return bytes(MAGIC).equals(GNU);
    }

    boolean isPosix() {
        return bytes(MAGIC).startsWith(POSIX);
    }

    char type() {
        return (char) Byte.toUnsignedInt(block[TYPE]);
    }

    boolean isExtended() {
        return block[SPARSE_EXTENDED] != 0;
    }

    /** Old programs have added signed bytes. */
    void verifyChecksum() throws TarFormatException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            boolean inside = i >= CHECKSUM.offset && i < CHECKSUM.offset + CHECKSUM.length;
            unsigned += inside ? ' ' : Byte.toUnsignedInt(block[i]);
            signed += inside ? ' ' : block[i];
        }
        long wanted;
        try {
            wanted = number(CHECKSUM, "checksum");
        } catch (TarFormatException _) {
            wanted = -1;
        }
        if (wanted != unsigned && wanted != signed) {
            throw new TarFormatException("a header has no right checksum: this is no tar archive, or it is damaged");
        }
    }

    private String bytes(Field field) {
        return new String(block, field.offset, field.length, ByteStrings.BYTES);
    }

    /** A string of bytes that ends with a NUL or with its field. */
    String string(Field field) {
        String all = bytes(field);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    /** Octal digits between spaces and NULs; or, of GNU, a number in binary. */
    long number(Field field, String what) throws TarFormatException {
        int first = Byte.toUnsignedInt(block[field.offset]);
        return (first & BASE_256) != 0 ? binary(field, what, first) : octal(field, what);
    }

    private long octal(Field field, String what) throws TarFormatException {
        int at = field.offset;
        int end = field.offset + field.length;
        while (at < end && (block[at] == ' ' || block[at] == 0)) {
            at++;
        }
        long value = 0;
        for (; at < end && block[at] != ' ' && block[at] != 0; at++) {
            int digit = block[at] - '0';
            if (digit < 0 || digit > 7) {
                throw new TarFormatException(
                        "the " + what + " in a header is no number: " + ByteStrings.show(bytes(field)));
            }
            value = value << 3 | digit; // at most 12 digits, 36 bits
        }
        return value;
    }

    private long binary(Field field, String what, int first) throws TarFormatException {
        boolean negative = (first & NEGATIVE) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < field.length; i++) {
            int part = Byte.toUnsignedInt(block[field.offset + i]);
            if (i == 0) {
                part = negative ? part : part & ~BASE_256;
            }
            if (value != value << 8 >> 8) {
                throw new TarFormatException("the " + what + " in a header is too large");
            }
            value = value << 8 | part;
        }
        return value;
    }

    Extent sparse(int index, int start) throws TarFormatException {
        int at = start + index * 24;
        return new Extent(
                number(new Field(at, 12), "offset of a sparse file"),
                number(new Field(at + 12, 12), "length in a sparse file"));
    }
}
