package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The standard signals, with their numbers on x86_64 and aarch64.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
 */
public enum Signal {
    /** Hang-up of the controlling terminal, or a request to read the configuration again. */
    HUP(1),
    /** Interrupt from the keyboard. */
    INT(2),
    /** Quit from the keyboard. */
    QUIT(3),
    /** Illegal instruction. */
    ILL(4),
    /** Trace trap. */
    TRAP(5),
    /** Abort. */
    ABRT(6),
    /** Bus error. */
    BUS(7),
    /** Erroneous arithmetic. */
    FPE(8),
    /** Kill; can't be caught. */
    KILL(9),
    /** The program's own use. */
    USR1(10),
    /** Invalid memory reference. */
    SEGV(11),
    /** The program's own use. */
    USR2(12),
    /** Write to a pipe without a reader. */
    PIPE(13),
    /** Timer. */
    ALRM(14),
    /** Polite request to end. */
    TERM(15),
    /** Stack fault. */
    STKFLT(16),
    /** A child ended or stopped. */
    CHLD(17),
    /** Go on if stopped. */
    CONT(18),
    /** Stop; can't be caught. */
    STOP(19),
    /** Stop from the keyboard. */
    TSTP(20),
    /** Read by a background process. */
    TTIN(21),
    /** Write by a background process. */
    TTOU(22),
    /** Urgent data on a socket. */
    URG(23),
    /** CPU time limit. */
    XCPU(24),
    /** File size limit. */
    XFSZ(25),
    /** Virtual timer. */
    VTALRM(26),
    /** Profiling timer. */
    PROF(27),
    /** The window size changed. */
    WINCH(28),
    /** Input or output is possible. */
    IO(29),
    /** Power failure. */
    PWR(30),
    /** Bad system call. */
    SYS(31);

    /** As libc has them: it keeps the two before for itself. */
    private static final int FIRST_REAL_TIME = 34;

    private static final int LAST_REAL_TIME = 64;
    private static final Pattern FORM =
            Pattern.compile("(?<digits>[0-9]{1,2})|(?:SIG)?RT(?<base>MIN|MAX)(?<offset>[+-][0-9]{1,2})?");

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /**
     * The signal's number.
     *
     * @return from 1 to 31
     */
    public int number() {
        return number;
    }

    /**
     * The signal with a number.
     *
     * @param number a number
     * @return the signal; empty for a real-time signal
     */
    static Optional<Signal> of(int number) {
        return Arrays.stream(values()).filter(signal -> signal.number == number).findFirst();
    }

    /** Whether the kernel's default is to do nothing, to go on, or to stop, rather than to end the process. */
    boolean isHarmless() {
        return switch (this) {
            case CHLD, URG, WINCH, CONT, STOP, TSTP, TTIN, TTOU -> true;
            default -> false;
        };
    }

    /**
     * The number that an image's configuration means.
     *
     * @param text a name with or without {@code SIG}, {@code RTMIN+3} or {@code RTMAX-2} among them, or a number from 1 to 64
     * @throws InvalidSpecificationException if there is no such signal
     */
    static int number(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            int number = form.group("digits") != null ? Integer.parseInt(form.group("digits")) : realTime(form);
            if (number >= 1 && number <= LAST_REAL_TIME) {
                return number;
            }
        }
        String name = text.startsWith("SIG") ? text.substring(3) : text;
        return Arrays.stream(values())
                .filter(signal -> signal.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidSpecificationException(
                        "stop signal \"" + text + "\": Linux has none of that name or number"))
                .number;
    }

    private static int realTime(Matcher form) {
        int first = form.group("base").equals("MIN") ? FIRST_REAL_TIME : LAST_REAL_TIME;
        int offset = form.group("offset") == null ? 0 : Integer.parseInt(form.group("offset"));
        int number = first + offset;
        return number >= FIRST_REAL_TIME ? number : 0;
    }
}
