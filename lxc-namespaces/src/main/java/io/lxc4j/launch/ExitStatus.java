package io.lxc4j.launch;

/**
 * How a process ended.
 *
 * @param code the exit code from 0 to 255; 0 if a signal ended the process
 * @param signal the signal's number; 0 if the process exited by itself
 * @param coreDumped whether the signal left a core dump
 */
public record ExitStatus(int code, int signal, boolean coreDumped) {
    /**
     * The status as a shell has it.
     *
     * @return the exit code, or 128 and the signal's number
     */
    public int value() {
        return signal == 0 ? code : 128 + signal;
    }
}
