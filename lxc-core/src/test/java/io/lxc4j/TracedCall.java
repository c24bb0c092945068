package io.lxc4j;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A system call as strace writes it, or as a plan does.
 *
 * @param name its name
 * @param arguments as they are written
 * @param rest what follows the closing parenthesis
 */
record TracedCall(String name, List<String> arguments, String rest) {
    /** What a line of {@code strace -ttt} says. */
    record Timed(BigDecimal time, TracedCall call) {}

    /** Reads a call from a line that begins with one, and has perhaps more behind it. */
    static TracedCall parse(String line) {
        int open = line.indexOf('(');
        List<String> arguments = new ArrayList<>();
        StringBuilder argument = new StringBuilder();
        int depth = 0;
        boolean isQuoted = false;
        for (int i = open + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (isQuoted) {
                argument.append(c);
                if (c == '\\') {
                    i++;
                    argument.append(line.charAt(i));
                }
                isQuoted = c != '"';
                continue;
            }
            if (depth == 0 && (c == ',' || c == ')')) {
                if (!argument.isEmpty()) {
                    arguments.add(argument.toString().strip());
                }
                argument.setLength(0);
                if (c == ')') {
                    return new TracedCall(
                            line.substring(0, open),
                            arguments,
                            line.substring(i + 1).strip());
                }
                continue;
            }
            argument.append(c);
            isQuoted = c == '"';
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
        }
        throw new IllegalArgumentException("no end of the arguments: " + line);
    }

    /** Reads a line of {@code strace -ttt}. */
    static Timed parseTimed(String line) {
        int space = line.indexOf(' ');
        return new Timed(new BigDecimal(line.substring(0, space)), parse(line.substring(space + 1)));
    }

    /** What it returned, or minus one for an error. */
    long result() {
        return Long.decode(rest.split(" ", -1)[1]);
    }

    /** Whether an exec has succeeded, be it that the process was killed before strace saw it return. */
    boolean becameProgram() {
        return rest.startsWith("= ?") || result() == 0;
    }

    /** The name of the error; empty without one. */
    String error() {
        return result() == -1 ? rest.split(" ", -1)[2] : "";
    }

    @Override
    public String toString() {
        return name + "(" + String.join(", ", arguments) + ") " + rest;
    }
}
