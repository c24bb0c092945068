package io.lxc4j.cgroups;

import io.lxc4j.cgroups.CgroupEvent.Origin;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel's log says of a process that was ended for want of memory:
 *
 * <pre>
 * 6,1217,1531899546,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,
 *     oom_memcg=/a,task_memcg=/a/b,task=sh,pid=25360,uid=0
 * </pre>
 *
 * <p>The name of the task and the names of cgroups in a container are its own to choose, and can look like other parts of the line. Its end
 * can't, as it has digits only. So the line is read from there, what comes before the name is compared with the path of the cgroup in
 * question, and a line in which a path begins twice is left alone.
 *
 * @param text from {@code oom-kill:} on, without {@code pid} and {@code uid}
 * @param pid the process's id in the first PID namespace
 */
record OomRecord(String text, long pid) {
    private static final Pattern FORM = Pattern.compile("(oom-kill:constraint=.*),pid=([0-9]{1,10}),uid=[0-9]{1,10}");
    private static final String LIMITED = ",oom_memcg=";
    private static final String GLOBAL = ",global_oom";
    private static final String PATH = ",task_memcg=";
    private static final String NAME = ",task=";
    private static final int FACILITY_SHIFT = 3;

    /**
     * Reads a record of {@code /dev/kmsg}.
     *
     * @param record the record, whose further lines are ignored
     * @return what it says; empty if it is another one, or was not written by the kernel
     */
    static Optional<OomRecord> parse(String record) {
        int begin = record.indexOf(';');
        int comma = record.indexOf(',');
        if (comma < 0 || comma > begin || !isOfKernel(record.substring(0, comma))) {
            return Optional.empty();
        }
        int end = record.indexOf('\n', begin);
        Matcher form = FORM.matcher(record.substring(begin + 1, end < 0 ? record.length() : end));
        return form.matches()
                ? Optional.of(new OomRecord(form.group(1), Long.parseLong(form.group(2))))
                : Optional.empty();
    }

    /** What a program writes to the log has another facility, whatever it asks for. */
    private static boolean isOfKernel(String priority) {
        try {
            return Integer.parseInt(priority) >> FACILITY_SHIFT == 0;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    /**
     * Looks at it from a cgroup.
     *
     * @param cgroup the cgroup's path from the root of the hierarchy
     * @return the process and the limit; empty if the process was neither in it nor below it, or that can't be told for sure
     */
    Optional<Seen> from(String cgroup) {
        int path = text.indexOf(PATH);
        if (path < 0 || path != text.lastIndexOf(PATH) || !isWithin(text, path + PATH.length(), cgroup)) {
            return Optional.empty();
        }
        int name = text.startsWith(NAME, path + PATH.length() + cgroup.length())
                ? path + PATH.length() + cgroup.length()
                : text.indexOf(NAME, path);
        if (name < 0) {
            return Optional.empty();
        }
        String before = text.substring(0, path);
        int limited = before.indexOf(LIMITED);
        if (limited < 0) {
            return before.endsWith(GLOBAL)
                    ? Optional.of(seen(path, name, Optional.empty(), Origin.ABOVE))
                    : Optional.empty();
        }
        if (limited != before.lastIndexOf(LIMITED)) {
            return Optional.empty();
        }
        String owner = before.substring(limited + LIMITED.length());
        Origin origin =
                owner.equals(cgroup) ? Origin.SELF : owner.startsWith(cgroup + "/") ? Origin.BELOW : Origin.ABOVE;
        return Optional.of(seen(path, name, Optional.of(owner), origin));
    }

    private static boolean isWithin(String text, int at, String cgroup) {
        int end = at + cgroup.length();
        return text.startsWith(cgroup, at) && (text.startsWith(NAME, end) || text.startsWith("/", end));
    }

    private Seen seen(int path, int name, Optional<String> limited, Origin origin) {
        return new Seen(
                pid, text.substring(name + NAME.length()), text.substring(path + PATH.length(), name), limited, origin);
    }

    /**
     * A record, as a cgroup sees it.
     *
     * @param pid the process's id in the first PID namespace
     * @param name the process's name
     * @param cgroup the cgroup that it was in
     * @param limited the cgroup whose limit it was; empty if it was the machine's
     * @param origin where that is
     */
    record Seen(long pid, String name, String cgroup, Optional<String> limited, Origin origin) {}
}
