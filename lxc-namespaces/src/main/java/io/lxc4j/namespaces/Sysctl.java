package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Namespace;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A parameter of the kernel that each namespace of a kind has for itself.
 *
 * @param name its name with dots
 * @param value what it is set to
 * @see <a href="https://docs.kernel.org/admin-guide/sysctl/">the kernel's documentation of its sysctls</a>
 */
record Sysctl(String name, String value) {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_VALUE = 4096;

    /** In a part a slash stands for a dot; no part can be {@code .} or {@code ..}, or be empty. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*" + "(\\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+");

    private static final Pattern VALUE = Pattern.compile("[ -~]+");

    /** All that {@code ipc/ipc_sysctl.c} and {@code ipc/mq_sysctl.c} of the kernel register. */
    private static final Set<String> OF_IPC = Set.of(
            "kernel.auto_msgmni",
            "kernel.msg_next_id",
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.sem_next_id",
            "kernel.shm_next_id",
            "kernel.shm_rmid_forced",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "fs.mqueue.msg_default",
            "fs.mqueue.msg_max",
            "fs.mqueue.msgsize_default",
            "fs.mqueue.msgsize_max",
            "fs.mqueue.queues_max");

    Sysctl {
        String shown = name.replaceAll("[^ -~]", "?");
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            throw new InvalidSpecificationException("sysctl \"" + shown
                    + "\" must be a name like net.core.somaxconn, of letters, digits, hyphens and underscores between"
                    + " its dots");
        }
        switch (name) {
            case "kernel.hostname" ->
                throw new InvalidSpecificationException("sysctl kernel.hostname is what hostName(…) sets");
            case "kernel.domainname" ->
                throw new InvalidSpecificationException("sysctl kernel.domainname is what domainName(…) sets");
            default -> {}
        }
        if (!OF_IPC.contains(name) && !name.startsWith("net.")) {
            throw new InvalidSpecificationException("sysctl " + name
                    + " is not a container's own: the kernel has it once" + " for the host. A container has net.* and "
                    + String.join(", ", OF_IPC.stream().sorted().toList()));
        }
        if (value.length() > LONGEST_VALUE || !VALUE.matcher(value).matches()) {
            throw new InvalidSpecificationException("sysctl " + name + ": the value must be 1 to " + LONGEST_VALUE
                    + " printable ASCII characters, not \"" + value.replaceAll("[^ -~]", "?") + "\"");
        }
    }

    /** The kind of namespace that has it. */
    Namespace namespace() {
        return OF_IPC.contains(name) ? Namespace.IPC : Namespace.NETWORK;
    }

    String kind() {
        return namespace().procName();
    }

    /** Where it is below {@code /proc/sys}. */
    String path() {
        StringBuilder path = new StringBuilder(name);
        for (int i = 0; i < path.length(); i++) {
            switch (path.charAt(i)) {
                case '.' -> path.setCharAt(i, '/');
                case '/' -> path.setCharAt(i, '.');
                default -> {}
            }
        }
        return path.toString();
    }
}
