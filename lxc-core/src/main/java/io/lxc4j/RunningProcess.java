package io.lxc4j;

import java.util.List;

/**
 * What runs in a container, as it was when it was looked for.
 *
 * @param hostPid its process id in the namespace of this JVM, for instance for {@link ProcessHandle#of}
 * @param pid its process id in the container's namespace
 * @param parentPid its parent's process id there; 0 if that is outside, as of the first and of each exec'd process
 * @param name its name, of at most 15 bytes; it may call itself anything
 * @param command its program and arguments as it shows them; empty if it has ended and is not collected yet
 */
public record RunningProcess(long hostPid, long pid, long parentPid, String name, List<String> command) {
    /** Makes the list immutable. */
    public RunningProcess {
        command = List.copyOf(command);
    }
}
