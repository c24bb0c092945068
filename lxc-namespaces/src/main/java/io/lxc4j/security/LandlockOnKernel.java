package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.LandlockAbi;
import io.lxc4j.launch.RestrictAccess;
import io.lxc4j.security.Landlock.Denial;
import io.lxc4j.security.Landlock.Rule;
import io.lxc4j.security.Landlock.Scope;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a kernel can do of a restriction by {@link Landlock}: all that it knows is denied, and what is insisted on must be known.
 *
 * @param abi what it answers when it is asked for Landlock's version
 */
record LandlockOnKernel(long abi) {
    private static final Constant TCP =
            Constant.or(Constants.LANDLOCK_ACCESS_NET_BIND_TCP, Constants.LANDLOCK_ACCESS_NET_CONNECT_TCP);

    private static final int TCP_ABI = 4;
    private static final int SCOPE_ABI = 6;

    /**
     * What a process does to be restricted so.
     *
     * @throws HostUnsupportedException if the kernel has no Landlock, or does not know what is insisted on
     */
    RestrictAccess restrict(Landlock landlock) {
        if (abi <= 0) {
            throw new HostUnsupportedException("Landlock: " + LandlockAbi.problem(abi));
        }
        landlock.insisted.forEach(access -> require(access, access.abi(), "denyIfKnown"));
        landlock.scopes.forEach(scope -> require(scope, SCOPE_ABI, "scopeIfKnown"));
        if (landlock.tcp == Denial.INSISTED) {
            require("TCP", TCP_ABI, "denyTcpIfKnown");
        }
        boolean deniesTcp = landlock.tcp != Denial.NONE && abi >= TCP_ABI;
        Set<Scope> scoped = EnumSet.copyOf(landlock.scopes);
        if (abi >= SCOPE_ABI) {
            scoped.addAll(landlock.scopesIfKnown);
        }
        List<RestrictAccess.PathRule> paths = landlock.rules.stream()
                .filter(rule -> !known(rule.access()).isEmpty())
                .map(rule -> planned(rule))
                .toList();
        List<RestrictAccess.PortRule> portRules = landlock.ports.entrySet().stream()
                .map(rule -> new RestrictAccess.PortRule(
                        rule.getKey(), Constant.or(rule.getValue().toArray(Constant[]::new))))
                .toList();
        return new RestrictAccess(
                bits(known(EnumSet.allOf(FileAccess.class))),
                deniesTcp ? TCP : Constant.or(),
                Constant.or(scoped.stream().map(Scope::bit).toArray(Constant[]::new)),
                paths,
                deniesTcp ? portRules : List.of());
    }

    private void require(Object what, int needed, String remedy) {
        if (needed > abi) {
            throw new HostUnsupportedException("denying " + what + ": it needs Linux " + LandlockAbi.release(needed)
                    + " (Landlock ABI " + needed + "), and this kernel has ABI " + abi + "; " + remedy
                    + " does without it on an older kernel");
        }
    }

    private RestrictAccess.PathRule planned(Rule rule) {
        Set<FileAccess> access = known(rule.access());
        List<FileAccess> ofFiles = access.stream().filter(FileAccess::isOfFiles).toList();
        return new RestrictAccess.PathRule(rule.path(), bits(access), bits(ofFiles), rule.optional());
    }

    private Set<FileAccess> known(Set<FileAccess> access) {
        Set<FileAccess> known = EnumSet.copyOf(access);
        known.removeIf(each -> each.abi() > abi);
        return known;
    }

    private static Constant bits(Collection<FileAccess> access) {
        return Constant.or(access.stream().map(FileAccess::bit).toArray(Constant[]::new));
    }
}
