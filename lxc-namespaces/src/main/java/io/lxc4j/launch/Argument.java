package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An argument of a system call before it has an address. Each kind can show itself as strace would. */
sealed interface Argument {
    /** How the argument reads in a plan or an error. */
    String text();

    /** A plain number. */
    record Numeric(long value, String text) implements Argument {}

    /** A NUL-terminated string; the argument is its address. */
    record Text(String value) implements Argument {
        /** Rejects what the kernel would take only a part of. */
        public Text {
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a NUL character in " + quote(value));
            }
        }

        @Override
        public String text() {
            return quote(value);
        }

        byte[] bytes() {
            byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
            byte[] terminated = new byte[encoded.length + 1];
            System.arraycopy(encoded, 0, terminated, 0, encoded.length);
            return terminated;
        }
    }

    /** A struct or buffer; the argument is its address. */
    final class Bytes implements Argument {
        private final byte[] value;
        private final String text;

        Bytes(byte[] value, String text) {
            this.value = value;
            this.text = text;
        }

        byte[] value() {
            return value;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** A NULL-terminated array of strings; the argument is its address. */
    record Texts(List<Text> values, String text) implements Argument {}

    /** What an earlier call returned. */
    record Result(Register register) implements Argument {
        @Override
        public String text() {
            return register.name();
        }
    }

    /** The address of a buffer, or of a place in it. */
    record Address(Buffer buffer, int offset) implements Argument {
        /** Rejects a place outside. */
        public Address {
            if (offset < 0 || offset > buffer.size()) {
                throw new IllegalArgumentException(
                        "byte " + offset + " of " + buffer.name() + ", which has " + buffer.size());
            }
        }

        @Override
        public String text() {
            return offset == 0 ? buffer.name() : buffer.name() + "+" + offset;
        }
    }

    /**
     * What a buffer holds at an offset when the row's turn comes: eight bytes, of which a call that takes an int looks at
     * the first four only.
     */
    record Content(Buffer buffer, int offset) implements Argument {
        /** Rejects a place outside. */
        public Content {
            if (offset < 0 || offset + Integer.BYTES > buffer.size()) {
                throw new IllegalArgumentException(
                        "an int at byte " + offset + " of " + buffer.name() + ", which has " + buffer.size());
            }
        }

        @Override
        public String text() {
            return offset == 0 ? "*" + buffer.name() : "*(" + buffer.name() + "+" + offset + ")";
        }
    }

    /** The address of a row, or of a place in it; a row may write there and so change what that row will do. */
    record RowAddress(Row.Label label, int offset) implements Argument {
        /** Rejects a place outside. */
        public RowAddress {
            if (offset < 0 || offset >= Row.SIZE) {
                throw new IllegalArgumentException("byte " + offset + " of a row, which has " + Row.SIZE);
            }
        }

        @Override
        public String text() {
            return "&row " + label.row() + (offset == 0 ? "" : "+" + offset);
        }
    }

    /** A struct with addresses in it: arguments whose values are written into its bytes, eight bytes each. */
    final class Struct implements Argument {
        private final byte[] value;
        private final Map<Integer, Argument> embedded;
        private final String text;

        /**
         * A struct.
         *
         * @param value its bytes
         * @param embedded arguments by the offset that their value is written at, as a little-endian u64; of any kind
         *     but those whose value is known only when the program runs
         * @param text how it reads in a plan
         */
        Struct(byte[] value, Map<Integer, Argument> embedded, String text) {
            embedded.forEach((offset, argument) -> {
                if (offset < 0 || offset + Long.BYTES > value.length) {
                    throw new IllegalArgumentException(
                            argument.text() + " at byte " + offset + " of a struct of " + value.length);
                }
                if (argument.isIndirect()) {
                    throw new IllegalArgumentException(argument.text()
                            + " can't be embedded in a struct: it is known only when the program runs;"
                            + " take a buffer, and let the result go into a register in it");
                }
            });
            this.value = value.clone();
            this.embedded = new TreeMap<>(embedded);
            this.text = text;
        }

        byte[] value() {
            return value;
        }

        Map<Integer, Argument> embedded() {
            return embedded;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** The process id of the child, for rows of the parent. */
    record Pid() implements Argument {
        @Override
        public String text() {
            return "PID";
        }
    }

    /** A descriptor of the parent's {@code /proc}, verified by {@link ProcDirectory}, for rows of the parent. */
    record Proc() implements Argument {
        @Override
        public String text() {
            return "</proc>";
        }
    }

    /** The path of a file of the child, relative to {@link Proc}, for rows of the parent. */
    record ProcEntry(String name) implements Argument {
        @Override
        public String text() {
            return quote("PID/" + name);
        }
    }

    /** A struct into which a result is written, as eight bytes, when its row's turn comes; for rows of the parent. */
    final class Filled implements Argument {
        private final byte[] value;
        private final int offset;
        private final Register register;
        private final String text;

        Filled(byte[] value, int offset, Register register, String text) {
            this.value = value;
            this.offset = offset;
            this.register = register;
            this.text = text;
        }

        byte[] value() {
            return value;
        }

        int offset() {
            return offset;
        }

        Register register() {
            return register;
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** A place for one result, told apart by identity. */
    final class Register {
        private final String name;
        private final @Nullable Address place;

        Register(String name) {
            this.name = name;
            place = null;
        }

        /** A register that is eight bytes of a buffer, so that a call finds the result there. */
        Register(String name, Buffer buffer, int offset) {
            if (offset + Long.BYTES > buffer.size()) {
                throw new IllegalArgumentException(
                        "a result at byte " + offset + " of " + buffer.name() + ", which has " + buffer.size());
            }
            this.name = name;
            place = new Address(buffer, offset);
        }

        String name() {
            return name;
        }

        /** Where it lies; null for a place of its own. */
        @Nullable
        Address place() {
            return place;
        }
    }

    /**
     * Memory that rows share, told apart by identity: what a call writes there, later rows find. Its address is a multiple
     * of eight.
     */
    final class Buffer {
        private final String name;
        private final byte[] initial;

        /** A buffer of zeros; the size is in bytes. */
        Buffer(String name, int size) {
            this(name, new byte[size]);
        }

        /** A buffer that holds something before the first row. */
        Buffer(String name, byte[] initial) {
            this.name = name;
            this.initial = initial.clone();
        }

        String name() {
            return name;
        }

        int size() {
            return initial.length;
        }

        byte[] initial() {
            return initial;
        }
    }

    /** Whether the argument's value is read from memory when the row's turn comes. */
    default boolean isIndirect() {
        return this instanceof Result || this instanceof Content;
    }

    static Argument number(long value) {
        return new Numeric(value, Long.toString(value));
    }

    static Argument octal(long value) {
        return new Numeric(value, value == 0 ? "0" : "0" + Long.toOctalString(value));
    }

    static Argument flags(Constant... flags) {
        Constant all = Constant.or(flags);
        return new Numeric(all.value(), all.name());
    }

    static Argument text(String value) {
        return new Text(value);
    }

    /** What an earlier row keeps in a register. */
    static Argument result(Register register) {
        return new Result(register);
    }

    /** Room that a call fills with what nobody looks at. */
    static Argument room(int length) {
        return new Bytes(new byte[length], "[…]");
    }

    static Argument texts(List<String> values) {
        List<Text> texts = values.stream().map(Text::new).toList();
        return new Texts(
                texts, "[" + String.join(", ", texts.stream().map(Text::text).toList()) + "]");
    }

    /** An array whose strings are not shown, as they may be secret. */
    static Argument unshownTexts(List<String> values) {
        return new Texts(values.stream().map(Text::new).toList(), "[/* " + values.size() + " vars */]");
    }

    static String quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                case '\r' -> quoted.append("\\r");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        quoted.append(String.format("\\x%02x", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
