package io.lxc4j.host;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.LandlockAbi;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tries seccomp and Landlock, and asks which security modules are active. */
final class HostSecurity {
    /** {@code LSM_ID_*} of {@code linux/lsm.h}. */
    private static final Map<Long, String> MODULES = Map.ofEntries(
            Map.entry(100L, "capability"),
            Map.entry(101L, "selinux"),
            Map.entry(102L, "smack"),
            Map.entry(103L, "tomoyo"),
            Map.entry(104L, "apparmor"),
            Map.entry(105L, "yama"),
            Map.entry(106L, "loadpin"),
            Map.entry(107L, "safesetid"),
            Map.entry(108L, "lockdown"),
            Map.entry(109L, "bpf"),
            Map.entry(110L, "landlock"),
            Map.entry(111L, "ima"),
            Map.entry(112L, "evm"),
            Map.entry(113L, "ipe"));

    private static final int MOST_MODULES = 64;
    private static final String SECURITYFS = "/sys/kernel/security";

    private HostSecurity() {}

    static List<Ability> abilities() {
        return List.of(seccomp(), landlock(), modules());
    }

    /** A filter at address 0 can't be read; a kernel without filters does not even try. */
    private static Ability seccomp() {
        long result = Kernel.tryCall(Sys.SECCOMP, Constants.SECCOMP_SET_MODE_FILTER.value(), 0, 0);
        String actions;
        try {
            actions = Kernel.readSysctl("/proc/sys/kernel/seccomp/actions_avail");
        } catch (ContainerException e) {
            actions = "";
        }
        return seccomp(result, actions);
    }

    static Ability seccomp(long result, String actions) {
        String name = "seccomp filters";
        if (result == -Errno.EFAULT.number()) {
            return Ability.available(name, actions.isEmpty() ? "" : "actions " + actions);
        }
        if (result == -Errno.ENOSYS.number() || result == -Errno.EINVAL.number()) {
            return Ability.unavailable(name, "needs a kernel built with CONFIG_SECCOMP_FILTER");
        }
        return unexpected(name, result);
    }

    private static Ability landlock() {
        return landlock(LandlockAbi.query());
    }

    static Ability landlock(long result) {
        String name = "Landlock";
        if (result > 0) {
            return Ability.available(name, "ABI version " + result);
        }
        if (result == -Errno.ENOSYS.number() || result == -Errno.EOPNOTSUPP.number()) {
            return Ability.unavailable(name, LandlockAbi.problem(result));
        }
        return unexpected(name, result);
    }

    private static Ability unexpected(String name, long result) {
        if (result == -Errno.EPERM.number()) {
            return Ability.unavailable(name, "refused by a seccomp filter; one that allows it is needed");
        }
        return Ability.unknown(
                name, "an unexpected answer: " + (result < 0 ? Errno.of((int) -result) : Long.toString(result)));
    }

    private static Ability modules() {
        String name = "security modules";
        Optional<String> active = listModules().or(HostSecurity::readModules);
        if (active.isPresent()) {
            return Ability.available(name, active.get().replace(",", " "));
        }
        List<String> signs = new ArrayList<>();
        sign(signs, "/sys/fs/selinux/enforce", "selinux");
        sign(signs, "/proc/self/attr/apparmor", "apparmor");
        sign(signs, "/proc/self/attr/smack", "smack");
        sign(signs, "/proc/sys/kernel/yama", "yama");
        return Ability.unknown(
                name,
                (signs.isEmpty() ? "" : "built in: " + String.join(" ", signs) + "; ")
                        + "to see what is active: mount -t securityfs securityfs " + SECURITYFS);
    }

    private static void sign(List<String> signs, String file, String module) {
        if (Files.exists(Path.of(file))) {
            signs.add(module);
        }
    }

    private static Optional<String> listModules() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(MOST_MODULES * Long.BYTES, 8);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, (int) ids.byteSize());
            long count = Kernel.tryCall(Sys.LSM_LIST_MODULES, ids.address(), size.address(), 0);
            if (count < 0) {
                return Optional.empty();
            }
            List<String> names = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long id = ids.getAtIndex(ValueLayout.JAVA_LONG, i);
                names.add(MODULES.getOrDefault(id, "number " + id));
            }
            return Optional.of(String.join(",", names));
        }
    }

    private static Optional<String> readModules() {
        try {
            return Optional.of(Files.readString(Path.of(SECURITYFS, "lsm")).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
