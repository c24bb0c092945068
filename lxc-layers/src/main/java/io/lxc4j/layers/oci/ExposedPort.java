package io.lxc4j.layers.oci;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port that the program of an image listens on, as its maker says; nothing is opened by that.
 *
 * @param number from 1 to 65535
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 */
public record ExposedPort(int number, String protocol) implements Comparable<ExposedPort> {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})(?:/([A-Za-z]{3,4}))?");
    private static final Comparator<ExposedPort> ORDER =
            Comparator.comparingInt(ExposedPort::number).thenComparing(ExposedPort::protocol);

    /** Checks the number and the protocol. */
    public ExposedPort {
        protocol = protocol.toLowerCase(Locale.ROOT);
        if (number < 1 || number > 65535 || !protocol.matches("tcp|udp|sctp")) {
            throw rejected(number + "/" + protocol);
        }
    }

    private static RuntimeException rejected(String text) {
        return Texts.rejected("exposed port", text, "a number from 1 to 65535, and /tcp, /udp or /sctp");
    }

    /**
     * Reads a port.
     *
     * @param text {@code 80}, {@code 80/tcp}, {@code 53/udp}
     * @return the port; of TCP if nothing is said
     * @throws io.lxc4j.error.InvalidSpecificationException if it has another form
     */
    public static ExposedPort parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw rejected(text);
        }
        return new ExposedPort(Integer.parseInt(form.group(1)), form.group(2) == null ? "tcp" : form.group(2));
    }

    @Override
    public int compareTo(ExposedPort other) {
        return ORDER.compare(this, other);
    }

    /** Renders the port: {@code 80/tcp}. */
    @Override
    public String toString() {
        return number + "/" + protocol;
    }
}
