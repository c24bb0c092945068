package io.lxc4j.security;

import io.lxc4j.seccomp.SeccompProfile;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an {@link Isolation} is made of. Changed before an isolation has it, and never after. */
final class IsolationSettings {
    Capabilities capabilities = Capabilities.defaults();

    @Nullable
    Landlock landlock;

    @Nullable
    SystemCallRules systemCalls = new SystemCallRules(SeccompProfile.standard());

    @Nullable
    SecurityLabel label;

    final SortedMap<String, String> procOptions = new TreeMap<>();
    boolean newPrivileges;
    boolean ownUsersOnly;

    IsolationSettings() {}

    IsolationSettings(IsolationSettings other) {
        capabilities = other.capabilities;
        landlock = other.landlock;
        systemCalls = other.systemCalls;
        label = other.label;
        procOptions.putAll(other.procOptions);
        newPrivileges = other.newPrivileges;
        ownUsersOnly = other.ownUsersOnly;
    }

    @Override
    public String toString() {
        return capabilities + "; " + (systemCalls == null ? "no filter of" : "filtered") + " system calls; "
                + (landlock == null ? "no Landlock" : landlock) + "; " + (label == null ? "no label" : label)
                + "; /proc " + procOptions + "; " + (newPrivileges ? "new privileges" : "no new privileges");
    }
}
