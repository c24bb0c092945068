package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.ProcessStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The host's settings that forbid namespaces, each with its remedy. They are asked only after an attempt has failed.
 *
 * @param user whom they are to be for
 * @param sysctl gives the value of a setting, by its name with dots, if the kernel has it
 */
public record NamespaceObstacles(ProcessStatus user, Function<String, Optional<String>> sysctl) {
    /**
     * What stands in the way of this process.
     *
     * @return the obstacles, which are looked for when asked
     */
    public static NamespaceObstacles current() {
        return of(ProcessStatus.ofThisProcess());
    }

    /**
     * What stands in the way of a user.
     *
     * @param user the user
     * @return the obstacles, which are looked for when asked
     */
    public static NamespaceObstacles of(ProcessStatus user) {
        return new NamespaceObstacles(user, NamespaceObstacles::read);
    }

    private static Optional<String> read(String name) {
        try {
            return Optional.of(Kernel.readSysctl("/proc/sys/" + name.replace('.', '/')));
        } catch (ContainerException e) {
            return Optional.empty();
        }
    }

    /**
     * What forbids a new namespace.
     *
     * @param kind its kind
     * @return a phrase for each setting, with its remedy; empty if nothing is known to
     */
    public List<String> to(Namespace kind) {
        List<String> found = new ArrayList<>();
        add(found, "user.max_" + kind.procName() + "_namespaces", "0", "15000");
        if (kind == Namespace.USER && !user.has(ProcessStatus.CAP_SYS_ADMIN)) {
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

    /**
     * What to do about a user namespace that could not be had.
     *
     * @param otherwise the advice where no obstacle is known
     * @return what {@link #to} tells, or that advice
     */
    String adviceOr(String otherwise) {
        List<String> known = to(Namespace.USER);
        return known.isEmpty() ? otherwise : String.join("; ", known);
    }
}
