package io.lxc4j.launch;

/**
 * A security module of the kernel that labels programs when they are executed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_attr.5.html">proc_pid_attr(5)</a>
 */
public enum SecurityModule {
    /** Confines programs by profiles. Its own files in {@code /proc} came with Linux 5.8. */
    APPARMOR("AppArmor", "attr/apparmor/exec", "attr/apparmor/current"),
    /** Labels everything, and has rules for the labels. */
    SELINUX("SELinux", "attr/exec", "attr/current");

    private final String shown;
    private final String exec;
    private final String current;

    SecurityModule(String shown, String exec, String current) {
        this.shown = shown;
        this.exec = exec;
        this.current = current;
    }

    /** The file below {@code /proc/PID} that takes the label of the next exec. */
    String exec() {
        return exec;
    }

    /** The file there that has the label of the process. */
    String current() {
        return current;
    }

    /** What that takes for a label. */
    String request(String label) {
        return this == APPARMOR ? "exec " + label : label;
    }

    /**
     * Whether a file with the label of a process says that it has one.
     *
     * @param content what the file has
     * @param label the label
     * @return whether it is that one
     */
    public boolean says(String content, String label) {
        String found = content.replaceAll("[\\n\\x00]+$", "");
        return found.equals(label) || (this == APPARMOR && found.matches("\\Q" + label + "\\E \\([a-z]+\\)"));
    }

    @Override
    public String toString() {
        return shown;
    }
}
