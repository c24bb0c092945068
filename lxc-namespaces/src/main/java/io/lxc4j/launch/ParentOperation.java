package io.lxc4j.launch;

/** What only the parent may do, in the host's namespaces and with its own rights, while the process waits. */
public sealed interface ParentOperation extends Operation {
    @Override
    default Phase phase() {
        return Phase.PARENT;
    }

    /**
     * Opens a file or directory of the host as a mount of its own, and hands it over.
     *
     * @param handle what it is handed over as
     * @param path an absolute path of the host
     * @param recursive whether what is mounted below it comes along
     * @param idMapped whether its owners are mapped as the process's users are: the host's root is its root there
     */
    record OpenTree(Handle handle, String path, boolean recursive, boolean idMapped) implements ParentOperation {
        @Override
        public String summary() {
            return "opening the tree " + path + (idMapped ? " with mapped owners" : "");
        }
    }
}
