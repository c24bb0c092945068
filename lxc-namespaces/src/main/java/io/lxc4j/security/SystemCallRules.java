package io.lxc4j.security;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.seccomp.SeccompProfile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which system calls processes may make: a filter for each set of capabilities, compiled once. Immutable and thread-safe.
 */
final class SystemCallRules {
    /** What follows the filter in each launch, and what tells of its failure. */
    private static final List<Sys> NEEDED = List.of(Sys.EXECVE, Sys.WRITE, Sys.EXIT_GROUP);

    /** What hands the listener over that a supervisor listens to. */
    private static final List<Sys> NEEDED_BY_SUPERVISOR = List.of(Sys.SENDMSG);

    /** What follows besides where the filter has to come first, as only CAP_SYS_ADMIN may install it. */
    private static final List<Sys> NEEDED_AFTERWARDS =
            List.of(Sys.PRCTL, Sys.CAPSET, Sys.PRLIMIT64, Sys.FCNTL, Sys.RT_SIGPROCMASK);

    /** Processes of one container seldom have more than two sets of capabilities. */
    private static final int MOST_KEPT = 16;

    private final Function<Set<String>, SeccompFilter> filters;
    private final boolean supervised;
    private final Map<Long, SeccompFilter> known = new ConcurrentHashMap<>();

    SystemCallRules(SeccompProfile profile) {
        this(profile::filter, false);
    }

    SystemCallRules(SeccompFilter filter) {
        this(_ -> filter, false);
    }

    private SystemCallRules(Function<Set<String>, SeccompFilter> filters, boolean supervised) {
        this.filters = filters;
        this.supervised = supervised;
    }

    /** The same rules, but for calls that wait until a supervisor has decided. */
    SystemCallRules asking(Set<String> calls) {
        return new SystemCallRules(capabilities -> filters.apply(capabilities).asking(calls), true);
    }

    /** Rejects what keeps a process from its program, whatever its capabilities. */
    void check(boolean newPrivileges) {
        filter(0, newPrivileges);
    }

    RightsOperation.InstallSeccomp install(long capabilities, boolean newPrivileges) {
        SeccompFilter filter = filter(capabilities, newPrivileges);
        return new RightsOperation.InstallSeccomp(
                filter.program(Abi.current()), filter.flags(), newPrivileges, supervised);
    }

    /** Whether a call fails whatever its arguments. */
    boolean refuses(Sys call, long capabilities) {
        return filter(capabilities, false)
                        .decide(Abi.current(), call.number(Architecture.current()))
                        .kind()
                == SeccompAction.Kind.ERRNO;
    }

    private SeccompFilter filter(long capabilities, boolean newPrivileges) {
        SeccompFilter filter = known.get(capabilities);
        if (filter == null) {
            filter = filters.apply(names(capabilities));
            require(filter, NEEDED);
            if (supervised) {
                require(filter, NEEDED_BY_SUPERVISOR);
            }
            if (known.size() < MOST_KEPT) {
                known.put(capabilities, filter);
            }
        }
        if (newPrivileges) {
            require(filter, NEEDED_AFTERWARDS);
        }
        return filter;
    }

    private static Set<String> names(long capabilities) {
        return Arrays.stream(Capability.values())
                .filter(capability -> (capabilities & capability.bit()) != 0)
                .map(Capability::toString)
                .collect(Collectors.toSet());
    }

    private static void require(SeccompFilter filter, List<Sys> calls) {
        for (Sys call : calls) {
            SeccompAction action = filter.decide(Abi.current(), call.number(Architecture.current()));
            if (!action.equals(SeccompAction.allow()) && !action.equals(SeccompAction.log())) {
                throw new InvalidSpecificationException("the seccomp filter answers " + call.callName() + " with "
                        + action + "; it must allow the calls by which a process becomes its program, or tells that it"
                        + " can't: " + calls.stream().map(Sys::callName).collect(Collectors.joining(", ")));
            }
        }
    }
}
