package io.lxc4j.launch;

import io.lxc4j.kernel.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows as the bytes that the machine code walks: a frame, a slot for each kept result, the rows, and what their
 * arguments point to. All addresses are absolute, so an image is made for the one place where it will lie.
 */
final class Image {
    static final int FRAME_SIZE = 136;
    static final int FRAME_ROWS = 0;
    static final int FRAME_CHANNEL = 8;
    static final int FRAME_REPORT = 16;
    static final int FRAME_CLONE_ARGS = 32;
    static final int FRAME_ALL_SIGNALS = 128;

    private static final int REGISTER_SIZE = 8;

    private final Architecture architecture;
    private final long base;
    private ByteBuffer data = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    private int end;
    private final Map<Argument.Register, Long> registers = new HashMap<>();

    private Image(Architecture architecture, long base) {
        this.architecture = architecture;
        this.base = base;
    }

    /**
     * Encodes rows.
     *
     * @param rows the rows; the last must not return
     * @param architecture whose call numbers
     * @param base the address at which the image will lie
     * @param stage which program it is, for its reports
     * @param channel the descriptor that failures are reported to
     * @return the image
     */
    static byte[] encode(List<Row> rows, Architecture architecture, long base, Report.Stage stage, int channel) {
        return new Image(architecture, base).encode(rows, stage, channel);
    }

    private byte[] encode(List<Row> rows, Report.Stage stage, int channel) {
        end = FRAME_SIZE;
        for (Row row : rows) {
            Argument.Register result = row.result();
            if (result != null && !registers.containsKey(result)) {
                registers.put(result, base + reserve(REGISTER_SIZE));
            }
        }
        int first = reserve(rows.size() * Row.SIZE);
        data.putLong(FRAME_ROWS, base + first);
        data.putLong(FRAME_CHANNEL, channel);
        data.putInt(FRAME_REPORT, stage.number());
        data.putInt(FRAME_REPORT + Report.MAGIC_OFFSET, Report.MAGIC);
        data.putLong(FRAME_ALL_SIGNALS, -1L);
        for (int i = 0; i < rows.size(); i++) {
            encode(rows.get(i), first + i * Row.SIZE);
        }
        return Arrays.copyOf(data.array(), end);
    }

    private void encode(Row row, int at) {
        int indirect = 0;
        List<Argument> arguments = row.madeArguments();
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            long value = value(argument);
            data.putLong(at + Row.ARGUMENTS + 8 * i, value);
            if (argument instanceof Argument.Result) {
                indirect |= 1 << i;
            }
        }
        data.putInt(at + Row.NUMBER, row.madeSys().number(architecture));
        data.putInt(at + Row.INDIRECT, indirect);
        data.putLong(at + Row.TOLERATED, row.tolerated());
        Argument.Register result = row.result();
        data.putLong(at + Row.RESULT, result == null ? 0 : register(result));
        data.putInt(at + Row.ON_ERROR, row.errorTarget());
        data.putInt(at + Row.ON_VALUE, row.valueTarget());
    }

    private long value(Argument argument) {
        return switch (argument) {
            case Argument.Numeric number -> number.value();
            case Argument.Text text -> put(text.bytes());
            case Argument.Bytes bytes -> put(bytes.value());
            case Argument.Result result -> register(result.register());
            case Argument.Texts texts -> {
                List<Argument.Text> values = texts.values();
                int array = reserve(8 * (values.size() + 1));
                for (int i = 0; i < values.size(); i++) {
                    long address = put(values.get(i).bytes()); // may replace the buffer
                    data.putLong(array + 8 * i, address);
                }
                yield base + array;
            }
        };
    }

    private long register(Argument.Register register) {
        Long address = registers.get(register);
        if (address == null) {
            throw new IllegalStateException("no row sets " + register.name());
        }
        return address;
    }

    private long put(byte[] bytes) {
        int at = reserve(bytes.length);
        data.put(at, bytes);
        return base + at;
    }

    /** Sets aside zeroed bytes; gives their offset. */
    private int reserve(int length) {
        int at = end;
        end = at + length + 7 & ~7;
        if (end > data.capacity()) {
            ByteBuffer larger =
                    ByteBuffer.allocate(Math.max(end, 2 * data.capacity())).order(ByteOrder.LITTLE_ENDIAN);
            data = larger.put(0, data, 0, at);
        }
        return at;
    }
}
