package io.lxc4j.host;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The host's settings that forbid namespaces, each with its remedy. They are asked only after a trial has failed.
 *
 * @param user whom they are to be for
 * @param sysctl gives the value of a setting, by its name with dots, if the kernel has it
 */
record HostObstacles(HostUser user, Function<String, Optional<String>> sysctl) {
    static HostObstacles of(HostUser user) {
        return new HostObstacles(user, HostObstacles::read);
    }

    private static Optional<String> read(String name) {
        try {
            return Optional.of(Kernel.readSysctl("/proc/sys/" + name.replace('.', '/')));
        } catch (ContainerException e) {
            return Optional.empty();
        }
    }

    /** What forbids a new namespace. */
    List<String> to(Namespace kind) {
        List<String> found = new ArrayList<>();
        add(found, "user.max_" + kind.procName() + "_namespaces", "0", "15000");
        if (kind == Namespace.USER && !user.has(HostUser.CAP_SYS_ADMIN)) {
            add(found, "kernel.unprivileged_userns_clone", "0", "1");
            add(found, "kernel.apparmor_restrict_unprivileged_userns", "1", "0");
        }
        if (kind == Namespace.USER && found.isEmpty() && user.filtered()) {
            found.add("this JVM runs below a seccomp filter, as container engines set it; one that allows user"
                    + " namespaces is needed");
        }
        return found;
    }

    private void add(List<String> found, String name, String forbidding, String allowing) {
        if (sysctl.apply(name).equals(Optional.of(forbidding))) {
            found.add(name + " is " + forbidding + ": sysctl -w " + name + "=" + allowing);
        }
    }
}
