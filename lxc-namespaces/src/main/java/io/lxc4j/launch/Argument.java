package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import java.nio.charset.StandardCharsets;
import java.util.List;

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

    /** A place for one result, told apart by identity. */
    final class Register {
        private final String name;

        Register(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }
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

    static Argument texts(List<String> values) {
        List<Text> texts = values.stream().map(Text::new).toList();
        return new Texts(
                texts, "[" + String.join(", ", texts.stream().map(Text::text).toList()) + "]");
    }

    /** An array whose strings are not shown, as they may be secret. */
    static Argument unshownTexts(List<String> values) {
        return new Texts(values.stream().map(Text::new).toList(), "[/* " + values.size() + " vars */]");
    }

    private static String quote(String value) {
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
