package io.lxc4j;

/** How it ended that the terminal of this JVM was connected with that of a process. */
public enum AttachmentEnd {
    /** The process has ended, and all that it has written is shown. */
    PROCESS_ENDED,
    /** The keys to detach, ctrl-p ctrl-q, were typed; the process goes on, and one can attach again. */
    DETACHED,
    /** The terminal of this JVM is gone; the process goes on. */
    HUNG_UP
}
