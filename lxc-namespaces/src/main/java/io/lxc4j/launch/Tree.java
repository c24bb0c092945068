package io.lxc4j.launch;

/** A file or directory of the host that is to be mounted, with what is mounted below it. */
public sealed interface Tree {
    /**
     * One that the process opens by itself, with its own rights.
     *
     * @param path an absolute path of the host
     */
    record AtPath(String path) implements Tree {
        @Override
        public String toString() {
            return path;
        }
    }

    /**
     * One that it has been handed, or has opened before, as a mount that is not attached yet.
     *
     * @param handle as what
     */
    record Handed(Handle handle) implements Tree {
        @Override
        public String toString() {
            return handle.toString();
        }
    }
}
