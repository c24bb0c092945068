package io.lxc4j.launch;

/** What is done where nothing is to mount on. */
public enum Missing {
    /** The launch fails. */
    REFUSED,
    /** A directory is made, and the directories on the way to it, in the new root. */
    DIRECTORY,
    /** An empty file is made, and the directories on the way to it, in the new root. */
    FILE
}
