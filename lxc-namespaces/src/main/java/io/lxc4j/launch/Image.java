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
    private long firstRow;
    private final Map<Argument.Register, Long> registers = new HashMap<>();
    private final Map<Argument.Buffer, Long> buffers = new HashMap<>();

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
        return of(rows, architecture, base, stage, channel).bytes();
    }

    /** Encodes rows like {@link #encode}, and remembers what lies where. */
    static Image of(List<Row> rows, Architecture architecture, long base, Report.Stage stage, int channel) {
        Image image = new Image(architecture, base);
        image.fill(rows, stage, channel);
        return image;
    }

    /** A copy of the image. */
    byte[] bytes() {
        return Arrays.copyOf(data.array(), end);
    }

    /** The absolute address of a buffer that a row uses. */
    long address(Argument.Buffer buffer) {
        Long address = buffers.get(buffer);
        if (address == null) {
            throw new IllegalStateException("no row uses " + buffer.name());
        }
        return address;
    }

    /**
     * One more row, for a running program that takes it over a channel: it knows the registers, buffers and labels of
     * this image.
     *
     * @param row the row
     * @param home the buffer of this image that will hold what the row's arguments point to
     * @return the row, {@link Row#SIZE} bytes, and then what belongs in the buffer
     */
    byte[] message(Row row, Argument.Buffer home) {
        Image message = new Image(architecture, address(home) - Row.SIZE);
        message.firstRow = firstRow;
        message.registers.putAll(registers);
        message.buffers.putAll(buffers);
        message.encode(row, message.reserve(Row.SIZE));
        int needed = message.end - Row.SIZE;
        if (needed > home.size()) {
            throw new IllegalArgumentException(
                    row.call() + " takes " + needed + " bytes of " + home.name() + ", which has " + home.size());
        }
        return message.bytes();
    }

    private void fill(List<Row> rows, Report.Stage stage, int channel) {
        end = FRAME_SIZE;
        for (Row row : rows) {
            Argument.Register result = row.result();
            if (result != null && !registers.containsKey(result)) {
                Argument.Address place = result.place();
                registers.put(result, place == null ? base + reserve(REGISTER_SIZE) : value(place));
            }
        }
        int first = reserve(rows.size() * Row.SIZE);
        firstRow = base + first;
        data.putLong(FRAME_ROWS, firstRow);
        data.putLong(FRAME_CHANNEL, channel);
        data.putInt(FRAME_REPORT, stage.number());
        data.putInt(FRAME_REPORT + Report.MAGIC_OFFSET, Report.MAGIC);
        data.putLong(FRAME_ALL_SIGNALS, -1L);
        for (int i = 0; i < rows.size(); i++) {
            encode(rows.get(i), first + i * Row.SIZE);
        }
    }

    private void encode(Row row, int at) {
        int indirect = (row.keepsError() ? Row.KEEP_ERROR : 0) | (row.isInit() ? Row.INIT : 0);
        List<Argument> arguments = row.madeArguments();
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            long value = value(argument);
            data.putLong(at + Row.ARGUMENTS + 8 * i, value);
            if (argument.isIndirect()) {
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
            case Argument.Address address -> buffer(address.buffer()) + address.offset();
            case Argument.Content content -> buffer(content.buffer()) + content.offset();
            case Argument.Pid _, Argument.Proc _, Argument.ProcEntry _, Argument.Filled _ ->
                throw new IllegalStateException("only the parent knows " + argument.text());
            case Argument.RowAddress row -> firstRow + (long) row.label().row() * Row.SIZE + row.offset();
            case Argument.Struct struct -> {
                int at = reserve(struct.value().length);
                data.put(at, struct.value());
                struct.embedded().forEach((offset, inner) -> {
                    long embedded = value(inner); // may replace the buffer
                    data.putLong(at + offset, embedded);
                });
                yield base + at;
            }
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

    private long buffer(Argument.Buffer buffer) {
        Long known = buffers.get(buffer);
        if (known != null) {
            return known;
        }
        // The walker reads eight bytes, also where the last four are an int.
        int at = reserve(buffer.size() + Integer.BYTES);
        data.put(at, buffer.initial());
        buffers.put(buffer, base + at);
        return base + at;
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
