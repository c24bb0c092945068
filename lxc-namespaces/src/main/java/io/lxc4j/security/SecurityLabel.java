package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.ParentOperation;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.launch.SecurityModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a security module of the kernel is to call a program.
 *
 * @param module which
 * @param text the label
 */
record SecurityLabel(SecurityModule module, String text) {
    private static final Pattern PROFILE = Pattern.compile("[!-~]([ -~]{0,253}[!-~])?");
    private static final Pattern CONTEXT = Pattern.compile("[!-9;-~]+:[!-9;-~]+:[!-9;-~]+(:[!-~]+)?");
    private static final int LONGEST = 255;

    static SecurityLabel appArmor(String profile, @Nullable SecurityLabel before) {
        return checked(SecurityModule.APPARMOR, profile, PROFILE, "the name of a profile", before);
    }

    static SecurityLabel seLinux(String context, @Nullable SecurityLabel before) {
        return checked(SecurityModule.SELINUX, context, CONTEXT, "user:role:type or user:role:type:level", before);
    }

    private static SecurityLabel checked(
            SecurityModule module, String text, Pattern form, String expected, @Nullable SecurityLabel before) {
        if (text.length() > LONGEST || !form.matcher(text).matches()) {
            throw new InvalidSpecificationException(module + " label \"" + text.replaceAll("[^ -~]", "?")
                    + "\" must be " + expected + ", at most " + LONGEST + " printable ASCII characters");
        }
        if (before != null && before.module != module) {
            throw new InvalidSpecificationException(
                    "a program has one label: " + before + " was set before, now " + module + " " + text);
        }
        return new SecurityLabel(module, text);
    }

    void contribute(LaunchPlan.Builder plan) {
        contribute(plan, Path.of("/"));
    }

    /** With what tells which modules there are below another directory than the root, for tests. */
    void contribute(LaunchPlan.Builder plan, Path root) {
        String sign = module == SecurityModule.APPARMOR ? "proc/self/attr/apparmor" : "sys/fs/selinux";
        if (!Files.exists(root.resolve(sign))) {
            throw new HostUnsupportedException(
                    "the label " + this + ": " + module + " is not active on this host, as there is"
                            + " no /" + sign + "; leave it out, or boot a kernel that has it, with "
                            + module.name().toLowerCase(Locale.ROOT) + " in lsm= of its command line");
        }
        Handle proc = new Handle("the host's /proc");
        plan.add(new ParentOperation.OpenProc(proc));
        plan.add(new RightsOperation.SetLabel(proc, module, text));
    }

    @Override
    public String toString() {
        return module + " " + text;
    }
}
