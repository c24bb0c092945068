package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code TIOCGWINSZ} and {@code TIOCSWINSZ}, see {@code ioctl_tty(2)}.
 *
 * <pre>
 * struct winsize {
 *     unsigned short ws_row;     // 0
 *     unsigned short ws_col;     // 2
 *     unsigned short ws_xpixel;  // 4, unused
 *     unsigned short ws_ypixel;  // 6, unused
 * };                             // 8
 * </pre>
 */
public final class Winsize {
    /** Size of the struct in bytes. */
    public static final int SIZE = 8;

    static final int ROWS = 0;
    static final int COLUMNS = 2;

    private Winsize() {}

    /**
     * The struct for {@code TIOCSWINSZ}.
     *
     * @param columns from 0 to 65535
     * @param rows from 0 to 65535
     * @return the struct
     */
    public static byte[] bytes(int columns, int rows) {
        return struct(new byte[SIZE])
                .putShort(ROWS, (short) rows)
                .putShort(COLUMNS, (short) columns)
                .array();
    }

    /**
     * How many characters a row has.
     *
     * @param size the struct
     * @return from 0, where nobody has set it, to 65535
     */
    public static int columns(byte[] size) {
        return Short.toUnsignedInt(struct(size).getShort(COLUMNS));
    }

    /**
     * How many rows there are.
     *
     * @param size the struct
     * @return from 0, where nobody has set it, to 65535
     */
    public static int rows(byte[] size) {
        return Short.toUnsignedInt(struct(size).getShort(ROWS));
    }

    private static ByteBuffer struct(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
