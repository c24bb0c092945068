package io.lxc4j.host;

import io.lxc4j.error.HostUnsupportedException;
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
 * @param uid effective user id
 * @param gid effective group id
 * @param name the user's name, or the user id where it has none
 * @param effective bit n is capability n
 * @param filtered whether a seccomp filter was put on this process
 * @param nested whether it is in a user namespace that does not have all the ids
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">proc_pid_status(5)</a>
 */
record HostUser(long uid, long gid, String name, long effective, boolean filtered, boolean nested) {
    static final int CAP_SETGID = 6;
    static final int CAP_SETUID = 7;
    static final int CAP_SYS_ADMIN = 21;

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
        try {
            return parse(
                    Files.readAllLines(Path.of("/proc/self/status")),
                    Files.readAllLines(Path.of("/proc/self/uid_map")),
                    readIfThere(Path.of("/etc/passwd")));
        } catch (IOException e) {
            throw new HostUnsupportedException("reading below /proc/self; /proc must be mounted", e);
        }
    }

    private static List<String> readIfThere(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    static HostUser parse(List<String> status, List<String> uidMap, List<String> passwd) {
        long uid = Long.parseLong(words(field(status, "Uid"))[1]);
        long gid = Long.parseLong(words(field(status, "Gid"))[1]);
        boolean allIds =
                uidMap.size() == 1 && String.join(" ", words(uidMap.getFirst())).equals(ALL_IDS);
        return new HostUser(
                uid,
                gid,
                name(passwd, uid),
                Long.parseUnsignedLong(field(status, "CapEff"), 16),
                status.contains("Seccomp:\t2"),
                !allIds);
    }

    private static String field(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new HostUnsupportedException("/proc/self/status has no " + name));
    }

    private static String[] words(String line) {
        return line.strip().split("\\s+", -1);
    }

    private static String name(List<String> passwd, long uid) {
        return passwd.stream()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields.length > 2 && fields[2].equals(Long.toString(uid)))
                .map(fields -> fields[0])
                .findFirst()
                .orElse(Long.toString(uid));
    }

    boolean has(int capability) {
        return (effective & 1L << capability) != 0;
    }

    Set<String> capabilities() {
        return names(effective);
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
        return name + " (uid " + uid + ", gid " + gid + ")" + (nested ? " of a user namespace, " : ", ") + held(last);
    }

    private String held(int last) {
        if (effective == 0) {
            return "no capabilities";
        }
        Set<String> missing = names(~effective & (-1L >>> (63 - last)));
        if (missing.isEmpty()) {
            return "all " + (last + 1) + " capabilities";
        }
        return missing.size() < last / 2
                ? "all capabilities but " + String.join(", ", missing)
                : "capabilities " + String.join(", ", capabilities());
    }
}
