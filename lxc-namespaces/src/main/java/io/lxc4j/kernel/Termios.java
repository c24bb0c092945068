package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The settings of a terminal, the argument of {@code TCGETS} and {@code TCSETS}: the kernel's own struct, which is smaller
 * than that of {@code termios(3)}.
 *
 * <pre>
 * struct termios {
 *     tcflag_t c_iflag;   //  0
 *     tcflag_t c_oflag;   //  4
 *     tcflag_t c_cflag;   //  8
 *     tcflag_t c_lflag;   // 12
 *     cc_t     c_line;    // 16
 *     cc_t     c_cc[19];  // 17
 * };                      // 36
 * </pre>
 */
public final class Termios {
    /** Size of the struct in bytes. */
    public static final int SIZE = 36;

    static final int INPUT_MODES = 0;
    static final int OUTPUT_MODES = 4;
    static final int CONTROL_MODES = 8;
    static final int LOCAL_MODES = 12;
    static final int END_OF_FILE = 21;
    static final int LEAST_TIME = 22;
    static final int LEAST_BYTES = 23;

    static final int INPUT_WORK = 0x5EB;
    static final int OUTPUT_WORK = 0x1;
    static final int LOCAL_WORK = 0x804B;
    static final int LINES = 0x2;
    static final int CHARACTER_SIZE = 0x130;
    static final int EIGHT_BITS = 0x30;

    private Termios() {}

    /**
     * Raw mode, as {@code cfmakeraw(3)} has it: every byte typed arrives at once and as it is, none raises a signal or is
     * echoed, and output is not changed.
     *
     * @param settings the settings to start from, which stay as they are
     * @return the same in raw mode
     */
    public static byte[] raw(byte[] settings) {
        byte[] raw = settings.clone();
        ByteBuffer struct = struct(raw);
        struct.putInt(INPUT_MODES, struct.getInt(INPUT_MODES) & ~INPUT_WORK);
        struct.putInt(OUTPUT_MODES, struct.getInt(OUTPUT_MODES) & ~OUTPUT_WORK);
        struct.putInt(CONTROL_MODES, (struct.getInt(CONTROL_MODES) & ~CHARACTER_SIZE) | EIGHT_BITS);
        struct.putInt(LOCAL_MODES, struct.getInt(LOCAL_MODES) & ~LOCAL_WORK);
        struct.put(LEAST_BYTES, (byte) 1);
        struct.put(LEAST_TIME, (byte) 0);
        return raw;
    }

    /**
     * Whether input is given to readers by the line ({@code ICANON}), so that there is a character that ends it.
     *
     * @param settings the settings
     * @return whether {@link #endOfFile} has a meaning
     */
    public static boolean readsLines(byte[] settings) {
        return (struct(settings).getInt(LOCAL_MODES) & LINES) != 0;
    }

    /**
     * The character that, typed at the beginning of a line, ends the input ({@code VEOF}).
     *
     * @param settings the settings
     * @return usually 4, ctrl-d; 0 if there is none
     */
    public static byte endOfFile(byte[] settings) {
        return settings[END_OF_FILE];
    }

    private static ByteBuffer struct(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
