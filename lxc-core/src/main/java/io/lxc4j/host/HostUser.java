package io.lxc4j.host;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.UserNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whom this JVM runs as, from {@code /proc/self}.
 *
 * @param status what the kernel says of it
 * @param name the user's name, or the user id where it has none
 * @param nested whether it is in a user namespace that does not have all the ids
 */
record HostUser(ProcessStatus status, String name, boolean nested) {
    private static final String ALL_IDS = "0 0 4294967295";

    /** The names of capabilities(7) without {@code CAP_}, by number. */
    private static final List<String> CAPABILITIES =
            List.of(("chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable"
                + " net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio"
                + " sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config"
                + " mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm"
                + " block_suspend audit_read perfmon bpf checkpoint_restore")
                    .split(" ", -1));

    static HostUser read() {
        ProcessStatus status = ProcessStatus.ofThisProcess();
        try {
            return of(status, UserNames.ofThisProcess(status.uid()), Files.readAllLines(Path.of("/proc/self/uid_map")));
        } catch (IOException e) {
            throw new HostUnsupportedException("reading below /proc/self; /proc must be mounted", e);
        }
    }

    static HostUser of(ProcessStatus status, String name, List<String> uidMap) {
        boolean allIds =
                uidMap.size() == 1 && String.join(" ", words(uidMap.getFirst())).equals(ALL_IDS);
        return new HostUser(status, name, !allIds);
    }

    private static String[] words(String line) {
        return line.strip().split("\\s+", -1);
    }

    long uid() {
        return status.uid();
    }

    long gid() {
        return status.gid();
    }

    boolean has(int capability) {
        return status.has(capability);
    }

    Set<String> capabilities() {
        return names(status.capabilities().effective());
    }

    private static Set<String> names(long set) {
        Set<String> names = new LinkedHashSet<>();
        for (int capability = 0; capability < Long.SIZE; capability++) {
            if ((set & 1L << capability) != 0) {
                names.add(capability < CAPABILITIES.size() ? CAPABILITIES.get(capability) : "cap_" + capability);
            }
        }
        return Collections.unmodifiableSet(names);
    }

    /**
     * The user and what it may: {@code root (uid 0, gid 0), all 41 capabilities}.
     *
     * @param last the number of the last capability that the kernel knows
     */
    String describe(int last) {
        return name + " (uid " + uid() + ", gid " + gid() + ")" + (nested ? " of a user namespace, " : ", ")
                + held(last);
    }

    private String held(int last) {
        if (status.capabilities().effective() == 0) {
            return "no capabilities";
        }
        Set<String> missing = names(~status.capabilities().effective() & (-1L >>> (63 - last)));
        if (missing.isEmpty()) {
            return "all " + (last + 1) + " capabilities";
        }
        return missing.size() < last / 2
                ? "all capabilities but " + String.join(", ", missing)
                : "capabilities " + String.join(", ", capabilities());
    }
}
