package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.seccomp.BpfProgram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is done on a process's way to its program, by itself or by its parent. Operations are data: what asks for them says
 * what is wanted, and only the compiler knows the system calls.
 */
public sealed interface Operation
        permits ParentOperation,
                JoinOperation,
                MountOperation,
                TerminalOperation,
                RightsOperation,
                Operation.InSystem,
                Operation.AwaitParent,
                Operation.SetIds,
                Operation.BecomeUser,
                Operation.NewCgroupNamespace,
                Operation.StartInCgroup,
                Operation.NewSession,
                Operation.DieWithParent,
                Operation.StopIgnoringSignals,
                Operation.PivotRoot,
                Operation.StayAsInit,
                Operation.ChangeDirectory,
                Operation.CloseDescriptors,
                Operation.SetOwnLimit,
                Operation.Exec,
                Operation.ServeParent,
                Operation.End {
    /**
     * When it happens.
     *
     * @return its phase
     */
    Phase phase();

    /**
     * What is being done, as plans and errors name it.
     *
     * @return a phrase in the present participle, for instance {@code mounting proc on /proc}
     */
    String summary();

    /** An operation on what the new root and the new namespaces hold. */
    sealed interface InSystem extends Operation {
        @Override
        default Phase phase() {
            return Phase.SYSTEM;
        }
    }

    /** Waits for the parent's word to go on, and ends if the parent ends. */
    record AwaitParent() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SYNCHRONISE;
        }

        @Override
        public String summary() {
            return "waiting for the parent's work to be done";
        }
    }

    /**
     * Takes on a user and a group.
     *
     * @param uid real, effective and saved user id, as seen in the user namespace
     * @param gid real, effective and saved group id
     * @param groups supplementary groups, or null to leave them, as a caller without privilege must
     */
    record SetIds(int uid, int gid, @Nullable List<Integer> groups) implements Operation {
        /** Makes the list immutable. */
        public SetIds {
            groups = groups == null ? null : List.copyOf(groups);
        }

        @Override
        public Phase phase() {
            return Phase.IDENTITY;
        }

        @Override
        public String summary() {
            return "taking on user " + uid + " and group " + gid;
        }
    }

    /**
     * Takes on the user whom the program runs as, once all is done that takes root. What it can do before the exec stays.
     *
     * @param ids the user and its groups
     * @param ownsTerminal whether the terminal on standard input becomes its own
     */
    record BecomeUser(SetIds ids, boolean ownsTerminal) implements Operation {
        @Override
        public Phase phase() {
            return Phase.CAPABILITIES;
        }

        @Override
        public String summary() {
            return ids.summary() + " for the program";
        }
    }

    /** The process is cloned into its cgroup of version 2, which each launch brings along. */
    record StartInCgroup() implements Operation {
        @Override
        public Phase phase() {
            return Phase.CGROUP;
        }

        @Override
        public String summary() {
            return "starting in its cgroup";
        }
    }

    /** Makes the cgroup it is in the root of its view. */
    record NewCgroupNamespace() implements Operation {
        @Override
        public Phase phase() {
            return Phase.CGROUP;
        }

        @Override
        public String summary() {
            return "making a cgroup namespace";
        }
    }

    /** Leaves the parent's session and its controlling terminal. */
    record NewSession() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "leaving the parent's session";
        }
    }

    /**
     * Gives signals back their default action that the parent ignores, as an exec would pass that on.
     *
     * @param signals at least one; bit n-1 is signal n
     */
    record StopIgnoringSignals(long signals) implements Operation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "no longer ignoring the signals that the parent ignores";
        }
    }

    /** Has the kernel kill it when the parent ends. */
    record DieWithParent() implements Operation {
        @Override
        public Phase phase() {
            return Phase.SESSION;
        }

        @Override
        public String summary() {
            return "arranging to die with the parent";
        }
    }

    /** Makes the new root the root of the process, and lets go of the host's mounts. */
    record PivotRoot() implements Operation {
        @Override
        public Phase phase() {
            return Phase.ROOT;
        }

        @Override
        public String summary() {
            return "changing to the new root";
        }
    }

    /**
     * Sets the host name.
     *
     * @param name 1 to 64 bytes
     */
    record SetHostName(String name) implements InSystem {
        @Override
        public String summary() {
            return "setting the host name " + name;
        }
    }

    /**
     * Sets the NIS domain name.
     *
     * @param name 1 to 64 bytes
     */
    record SetDomainName(String name) implements InSystem {
        @Override
        public String summary() {
            return "setting the domain name " + name;
        }
    }

    /** Brings up the loopback device. */
    record BringUpLoopback() implements InSystem {
        @Override
        public String summary() {
            return "bringing up the loopback device";
        }
    }

    /**
     * Sets the file mode creation mask.
     *
     * @param mask permissions that new files don't get
     */
    record SetUmask(int mask) implements InSystem {
        @Override
        public String summary() {
            return "setting the umask";
        }
    }

    /**
     * Sets the execution domain: details of what the kernel shows to programs.
     *
     * @param persona {@code PER_*} and flags
     */
    record SetPersonality(Constant persona) implements InSystem {
        @Override
        public String summary() {
            return "setting the personality";
        }
    }

    /**
     * Sets a parameter of its namespaces, below what {@link MountOperation.OpenSysctls} has opened.
     *
     * @param name its name with dots
     * @param path its path below {@code /proc/sys}, relative
     * @param value printable ASCII
     */
    record SetSysctl(String name, String path, String value) implements InSystem {
        @Override
        public String summary() {
            return "setting the sysctl " + name;
        }
    }

    /**
     * Stays as an init: it collects orphans, sends signals on and exits as its main child does. A child, the leader of a
     * session of its own, goes on with what the plan has left.
     *
     * @param kept the capabilities that the init keeps; bit n is capability n
     * @param filter lets it make its few calls only
     */
    record StayAsInit(long kept, BpfProgram filter) implements Operation {
        @Override
        public Phase phase() {
            return Phase.INIT;
        }

        @Override
        public String summary() {
            return "staying as an init, and going on as its child";
        }
    }

    /**
     * Changes the working directory.
     *
     * @param path an absolute path in the new root
     */
    record ChangeDirectory(String path) implements Operation {
        @Override
        public Phase phase() {
            return Phase.DESCRIPTORS; // when no descriptor is left that a path below /proc could lead to
        }

        @Override
        public String summary() {
            return "changing to the working directory " + path;
        }
    }

    /** Closes every descriptor but the three standard streams. */
    record CloseDescriptors() implements Operation {
        @Override
        public Phase phase() {
            return Phase.DESCRIPTORS;
        }

        @Override
        public String summary() {
            return "closing descriptors";
        }
    }

    /** Stays, and makes the calls that the parent asks for until the parent closes the channel. */
    record ServeParent() implements Operation {
        @Override
        public Phase phase() {
            return Phase.EXEC;
        }

        @Override
        public String summary() {
            return "making calls for the parent";
        }
    }

    /** Ends, as there is nothing left to do. */
    record End() implements Operation {
        @Override
        public Phase phase() {
            return Phase.EXEC;
        }

        @Override
        public String summary() {
            return "ending";
        }
    }

    /**
     * Limits its own use of a resource. For limits that the launch itself needs more of; the hard limit can't be raised.
     *
     * @param resource {@code RLIMIT_*}
     * @param soft what is in force; {@link Rlimit#INFINITY} for no limit
     * @param hard how far it may raise that
     */
    record SetOwnLimit(Constant resource, long soft, long hard) implements Operation {
        @Override
        public Phase phase() {
            return Phase.CAPABILITIES; // when all but the exec is done
        }

        @Override
        public String summary() {
            return summary(resource, soft, hard);
        }

        static String summary(Constant resource, long soft, long hard) {
            return "limiting " + resource.name() + " to " + text(soft)
                    + (soft == hard ? "" : ", at most " + text(hard));
        }

        private static String text(long limit) {
            return limit == Rlimit.INFINITY ? "unlimited" : Long.toString(limit);
        }
    }

    /**
     * Becomes the program.
     *
     * @param file a path in the new root, or a name that is looked for in {@code path}
     * @param arguments the program's arguments, its own name first
     * @param environment entries {@code NAME=value}
     * @param path directories to search for a name without a slash
     */
    record Exec(String file, List<String> arguments, List<String> environment, List<String> path) implements Operation {
        /** Makes the lists immutable. */
        public Exec {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
            path = List.copyOf(path);
            if (path.isEmpty() && !file.contains("/")) {
                throw new IllegalArgumentException("no directories to search for " + file);
            }
        }

        @Override
        public Phase phase() {
            return Phase.EXEC;
        }

        @Override
        public String summary() {
            return file.contains("/")
                    ? "executing " + file
                    : "executing " + file + " (searched in " + String.join(":", path) + ")";
        }

        /** Shows all but the environment, which may hold secrets. */
        @Override
        public String toString() {
            return "Exec[" + file + " " + arguments + "]";
        }
    }
}
