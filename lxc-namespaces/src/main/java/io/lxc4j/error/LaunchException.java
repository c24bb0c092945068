package io.lxc4j.error;

/**
 * A container or process that could not be started: one step of its plan failed. Nothing of it is left.
 */
public class LaunchException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /** What was being done. */
    private final String operation;

    /** The call with its arguments. */
    private final String call;

    /** Why it was refused. */
    private final Errno errno;

    /**
     * A failed step.
     *
     * @param operation what was being done, for instance {@code mounting proc on /proc}
     * @param call the system call with its arguments, in the notation of strace
     * @param errno the kernel's error
     * @param hint what to do about it; empty if nothing better than the error itself is known
     */
    public LaunchException(String operation, String call, Errno errno, String hint) {
        super(operation + ": " + call + " failed: " + errno + (hint.isEmpty() ? "" : "; " + hint));
        this.operation = operation;
        this.call = call;
        this.errno = errno;
    }

    /**
     * What was being done.
     *
     * @return the operation of the plan, as {@code explain()} prints it
     */
    public String operation() {
        return operation;
    }

    /**
     * The call with its arguments.
     *
     * @return the call in the notation of strace
     */
    public String call() {
        return call;
    }

    /**
     * Why the kernel refused the call.
     *
     * @return the error
     */
    public Errno errno() {
        return errno;
    }
}
