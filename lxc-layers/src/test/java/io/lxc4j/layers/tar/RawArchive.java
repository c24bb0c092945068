package io.lxc4j.layers.tar;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** An archive made block by block, also such as no honest program writes. */
public final class RawArchive {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** A header whose fields can be set at will. */
    public static final class Header {
        private final byte[] block = new byte[TarHeader.SIZE];
        private boolean checksum = true;

        public Header(char type, String name) {
            Arrays.fill(block, TarHeader.MODE.offset(), TarHeader.MODIFIED.offset() + 11, (byte) '0');
            set(TarHeader.NAME.offset(), name);
            block[TarHeader.TYPE] = (byte) type;
            set(TarHeader.MAGIC.offset(), "ustar\00000");
            set(TarHeader.MODE.offset(), "0000644\0");
        }

        public Header set(int offset, String value) {
            byte[] some = value.getBytes(ByteStrings.BYTES);
            System.arraycopy(some, 0, block, offset, Math.min(some.length, TarHeader.SIZE - offset));
            return this;
        }

        public Header link(String target) {
            return set(TarHeader.LINK.offset(), target);
        }

        public Header size(String octal) {
            return set(TarHeader.LENGTH.offset(), octal);
        }

        public Header size(long size) {
            return size(String.format("%011o\0", size));
        }

        public Header mode(int mode) {
            return set(TarHeader.MODE.offset(), String.format("%07o\0", mode));
        }

        public Header device(int major, int minor) {
            return set(TarHeader.MAJOR.offset(), String.format("%07o\0%07o\0", major, minor));
        }

        public Header gnu() {
            return set(TarHeader.MAGIC.offset(), TarHeader.GNU);
        }

        public Header withoutChecksum() {
            checksum = false;
            return this;
        }

        byte[] bytes() {
            if (checksum) {
                Arrays.fill(block, 148, 156, (byte) ' ');
                int sum = 0;
                for (byte b : block) {
                    sum += Byte.toUnsignedInt(b);
                }
                set(148, String.format("%06o\0 ", sum));
            }
            return block;
        }
    }

    public RawArchive add(Header header, byte[] data) {
        bytes.writeBytes(header.bytes());
        bytes.writeBytes(data);
        bytes.writeBytes(new byte[-data.length & (TarHeader.SIZE - 1)]);
        return this;
    }

    public RawArchive add(Header header) {
        return add(header, new byte[0]);
    }

    public RawArchive file(String name, String content) {
        byte[] data = content.getBytes(ByteStrings.BYTES);
        return add(new Header('0', name).size(data.length), data);
    }

    public RawArchive directory(String name) {
        return add(new Header('5', name).mode(0755));
    }

    public RawArchive symbolicLink(String name, String target) {
        return add(new Header('2', name).link(target));
    }

    public RawArchive hardLink(String name, String target) {
        return add(new Header('1', name).link(target));
    }

    /** Records without their lengths. */
    public RawArchive pax(String... records) {
        StringBuilder text = new StringBuilder();
        for (String record : records) {
            int length = record.length() + 3;
            while (String.valueOf(length).length() + record.length() + 2 != length) {
                length = String.valueOf(length).length() + record.length() + 2;
            }
            text.append(length).append(' ').append(record).append('\n');
        }
        return text('x', text.toString());
    }

    public RawArchive text(char type, String text) {
        byte[] data = text.getBytes(ByteStrings.BYTES);
        return add(new Header(type, "header").size(data.length), data);
    }

    public RawArchive raw(byte[] any) {
        bytes.writeBytes(any);
        return this;
    }

    public byte[] end() {
        bytes.writeBytes(new byte[2 * TarHeader.SIZE]);
        return bytes.toByteArray();
    }

    /** The archive without its end. */
    public byte[] cutOff(int fromEnd) {
        byte[] all = bytes.toByteArray();
        return Arrays.copyOf(all, all.length - fromEnd);
    }
}
