package io.lxc4j.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a program that failed writes to its channel: which program, the row's index, the error.
 *
 * @param stage which program
 * @param row index of the row; the process id in {@link Stage#MET}
 * @param errno the kernel's error number; 0 where nothing failed
 */
record Report(Stage stage, int row, int errno) {
    static final int SIZE = 16;
    static final int ROW_OFFSET = 4;
    static final int MAGIC_OFFSET = 12;
    static final int MAGIC = 0x4a43584c;

    /** The programs that report. */
    enum Stage {
        /** The rows that run in the JVM's memory. */
        SPRINGBOARD(0),
        /** The rows that run in memory of their own. */
        PROGRAM(1),
        /** No failure: all but the exec is done. */
        READY(2),
        /** No failure: the child has come to where its parent's work can be done; the row is its process id, or 0 for the one known. */
        MET(3),
        /** No failure: an end of the terminal comes along, the master first and then the slave. */
        TERMINAL(4),
        /** No failure: the listener of the filter of system calls comes along. */
        LISTENER(5);

        private final int number;

        Stage(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        private static Stage of(int number) {
            return switch (number) {
                case 0 -> SPRINGBOARD;
                case 1 -> PROGRAM;
                case 2 -> READY;
                case 3 -> MET;
                case 4 -> TERMINAL;
                case 5 -> LISTENER;
                default -> throw new IllegalStateException("a report of stage " + number);
            };
        }
    }

    static Report parse(ByteBuffer message) {
        ByteBuffer data = message.order(ByteOrder.LITTLE_ENDIAN);
        if (data.remaining() != SIZE || data.getInt(MAGIC_OFFSET) != MAGIC) {
            throw new IllegalStateException("not a launch report: " + data.remaining() + " bytes");
        }
        return new Report(Stage.of(data.getInt(0)), data.getInt(ROW_OFFSET), data.getInt(8));
    }

    byte[] bytes() {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(stage.number())
                .putInt(row)
                .putInt(errno)
                .putInt(MAGIC)
                .array();
    }
}
