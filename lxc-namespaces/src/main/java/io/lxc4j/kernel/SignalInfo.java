package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * What {@code waitid(2)} tells of a child.
 *
 * <pre>
 * siginfo_t {
 *     int si_signo;    //  0
 *     int si_errno;    //  4
 *     int si_code;     //  8  CLD_EXITED, CLD_KILLED, CLD_DUMPED
 *     int si_pid;      // 16
 *     int si_uid;      // 20
 *     int si_status;   // 24  exit code or signal
 * };                   // 128
 * </pre>
 */
public final class SignalInfo {
    /** Size of the struct in bytes. */
    public static final int SIZE = 128;

    static final int CODE = 8;
    static final int PID = 16;
    static final int STATUS = 24;

    private SignalInfo() {}

    /**
     * How the child ended.
     *
     * @param info the struct
     * @return {@code CLD_*}
     */
    public static int code(MemorySegment info) {
        return info.get(JAVA_INT, CODE);
    }

    /**
     * Which child it is.
     *
     * @param info the struct
     * @return its process id; 0 if none has ended
     */
    public static int pid(MemorySegment info) {
        return info.get(JAVA_INT, PID);
    }

    /**
     * The exit code, or the number of the signal.
     *
     * @param info the struct
     * @return from 0 to 255
     */
    public static int status(MemorySegment info) {
        return info.get(JAVA_INT, STATUS);
    }
}
