package io.lxc4j.error;

/** A system call that the kernel refused. */
public class SystemCallException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /** The call with its arguments. */
    private final String call;

    /** Why it was refused. */
    private final Errno errno;

    /**
     * A refused call.
     *
     * @param call the call with its arguments, in the notation of strace
     * @param errno the kernel's error
     */
    public SystemCallException(String call, Errno errno) {
        super(call + " failed: " + errno);
        this.call = call;
        this.errno = errno;
    }

    /**
     * The call with its arguments.
     *
     * @return the call in the notation of strace, for instance {@code openat(AT_FDCWD, "/x", O_RDONLY)}
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
