package io.lxc4j.launch;

import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.seccomp.BpfProgram;
import io.lxc4j.seccomp.SeccompFlag;
import java.util.Set;

/** Something that takes rights away from a process and from what it will execute. */
public sealed interface RightsOperation extends Operation
        permits RestrictAccess,
                RightsOperation.NewSessionKeyring,
                RightsOperation.SetLabel,
                RightsOperation.ForbidNewPrivileges,
                RightsOperation.LimitCapabilities,
                RightsOperation.InstallSeccomp {
    /**
     * Leaves the session keyring of the parent for an empty one of its own.
     *
     * @param needed whether it must have that, as it can use keys; else a failure makes no difference
     */
    record NewSessionKeyring(boolean needed) implements RightsOperation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "making a session keyring";
        }
    }

    /**
     * Has a security module label the program that is executed, by a file that is no other than the one that it should be.
     *
     * @param proc the parent's {@code /proc}
     * @param module which module
     * @param label printable ASCII
     */
    record SetLabel(Handle proc, SecurityModule module, String label) implements RightsOperation {
        @Override
        public Phase phase() {
            return Phase.SYSTEM;
        }

        @Override
        public String summary() {
            return "setting the label " + label + " of " + module;
        }
    }

    /** Forbids itself and its descendants to gain privileges by exec. */
    record ForbidNewPrivileges() implements RightsOperation {
        @Override
        public Phase phase() {
            return Phase.CAPABILITIES;
        }

        @Override
        public String summary() {
            return "forbidding new privileges";
        }
    }

    /**
     * Gives up for good the capabilities that are not in these sets: no exec brings them back.
     *
     * @param sets what the process has not got must not be in them
     * @param secureBits {@code SECBIT_*}; without a bit they stay as they are
     */
    record LimitCapabilities(CapabilitySets sets, Constant secureBits) implements RightsOperation {
        /**
         * As it is done where root's user id keeps its meaning.
         *
         * @param sets what the process has not got must not be in them
         */
        public LimitCapabilities(CapabilitySets sets) {
            this(sets, Constant.or());
        }

        @Override
        public Phase phase() {
            return Phase.CAPABILITIES;
        }

        @Override
        public String summary() {
            return "limiting capabilities";
        }
    }

    /**
     * Filters its system calls and those of its descendants.
     *
     * @param program the filter
     * @param flags how it is installed
     * @param beforeLimits whether it comes before capabilities are given up, as CAP_SYS_ADMIN is needed to install a filter where
     *     new privileges are not forbidden; else it is the last thing before the exec
     * @param listened whether the parent gets a listener, to answer the calls that wait for that
     */
    record InstallSeccomp(BpfProgram program, Set<SeccompFlag> flags, boolean beforeLimits, boolean listened)
            implements RightsOperation {
        /** Makes the set immutable. */
        public InstallSeccomp {
            flags = Set.copyOf(flags);
        }

        @Override
        public Phase phase() {
            return beforeLimits ? Phase.CAPABILITIES : Phase.SECCOMP;
        }

        @Override
        public String summary() {
            return "filtering system calls";
        }
    }
}
