package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.ParentOperation;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a process begins with and its descendants inherit: resource limits, priorities, CPUs, groups and the like. What is
 * not set is as this JVM has it, but for the umask, which is 022, and additional groups, of which there are none. A JVM
 * usually has raised its own soft limit on {@link Resource#NOFILE} to the hard one.
 *
 * <p>They are set by this JVM while the process waits, with this JVM's rights and in the host's terms, so they can go
 * beyond what the container's root may. What a JVM may not set is an error when the process starts.
 *
 * <p>Immutable and thread-safe; one serves any number of containers and processes.
 */
public final class ProcessAttributes {
    /** No limit on a resource. */
    public static final long UNLIMITED = Rlimit.INFINITY;

    private static final int USUAL_UMASK = 022;

    private final Map<Resource, Limit> limits;
    private final @Nullable Integer nice;
    private final @Nullable Scheduler scheduler;
    private final List<Integer> cpus;
    private final @Nullable IoPriority ioPriority;
    private final @Nullable Integer umask;
    private final @Nullable Integer oomScoreAdjustment;
    private final Set<Personality> personality;
    private final List<Integer> additionalGroups;

    private ProcessAttributes(Builder builder) {
        limits = Collections.unmodifiableMap(new EnumMap<>(builder.limits));
        nice = builder.nice;
        scheduler = builder.scheduler;
        cpus = List.copyOf(builder.cpus);
        ioPriority = builder.ioPriority;
        umask = builder.umask;
        oomScoreAdjustment = builder.oomScoreAdjustment;
        personality = Collections.unmodifiableSet(builder.personality.clone());
        additionalGroups = List.copyOf(builder.additionalGroups);
    }

    /**
     * A limit of a resource, by the rules that the kernel has for it.
     *
     * @param soft what is in force
     * @param hard how far the process may raise that
     */
    private record Limit(long soft, long hard) {
        @Override
        public String toString() {
            return soft == hard ? text(soft) : text(soft) + ", at most " + text(hard);
        }

        static String text(long limit) {
            return limit == UNLIMITED ? "unlimited" : Long.toString(limit);
        }
    }

    /**
     * Starts with nothing set.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The additional groups.
     *
     * @return group ids as seen inside, ascending
     */
    public List<Integer> additionalGroups() {
        return additionalGroups;
    }

    /**
     * Whether the process gets a real-time or deadline policy.
     *
     * @return whether it comes before all that share the CPUs
     */
    public boolean hasRealTimePolicy() {
        return scheduler != null && scheduler.isRealTime();
    }

    /**
     * Adds to a plan what sets them, the additional groups apart: those are set together with the user.
     *
     * @param plan the plan under construction, of a container or of a process that joins one
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void contribute(LaunchPlan.Builder plan) {
        if (scheduler != null) {
            plan.add(scheduler.operation());
        }
        if (nice != null) {
            plan.add(new ParentOperation.SetNice(nice));
        }
        if (!cpus.isEmpty()) {
            plan.add(new ParentOperation.SetCpus(cpus));
        }
        if (ioPriority != null) {
            plan.add(ioPriority.operation());
        }
        if (oomScoreAdjustment != null) {
            plan.add(new ParentOperation.SetOomScoreAdjustment(oomScoreAdjustment));
        }
        // After the priorities, which a limit on NICE or RTPRIO would forbid a JVM without privilege.
        limits.forEach((resource, limit) -> contribute(plan, resource, limit));
        plan.add(new Operation.SetUmask(umask == null ? USUAL_UMASK : umask));
        if (!personality.isEmpty()) {
            plan.add(new Operation.SetPersonality(
                    Constant.or(personality.stream().map(Personality::constant).toArray(Constant[]::new))));
        }
    }

    /**
     * The parent may raise a hard limit, if anybody may; but the launch itself must not suffer from a low one, so that is
     * left to the child, in the end. A hard limit as low as that need not be raised.
     */
    private static void contribute(LaunchPlan.Builder plan, Resource resource, Limit limit) {
        long needed = switch (resource) {
            case NOFILE -> 4096;
            case RTTIME -> 1_000_000;
            default -> 0;
        };
        Constant constant = resource.constant();
        boolean parentSets = Long.compareUnsigned(limit.hard, needed) >= 0;
        boolean childLowers = Long.compareUnsigned(limit.soft, needed) < 0;
        if (parentSets) {
            plan.add(new ParentOperation.SetLimit(constant, childLowers ? limit.hard : limit.soft, limit.hard));
        }
        if (childLowers) {
            plan.add(new Operation.SetOwnLimit(constant, limit.soft, limit.hard));
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("process attributes");
        limits.forEach((resource, limit) -> append(text, resource.name(), limit));
        append(text, "nice", nice);
        append(text, "scheduler", scheduler);
        append(text, "cpus", cpus.isEmpty() ? null : cpus);
        append(text, "ioPriority", ioPriority);
        append(text, "umask", umask == null ? null : octal(umask));
        append(text, "oomScoreAdjustment", oomScoreAdjustment);
        append(text, "personality", personality.isEmpty() ? null : personality);
        append(text, "additionalGroups", additionalGroups.isEmpty() ? null : additionalGroups);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append("; ").append(name).append(' ').append(value);
        }
    }

    private static String octal(int value) {
        return String.format("%03o", value);
    }

    /** Sets up {@link ProcessAttributes}. A setting is made once; a second value is rejected. Not thread-safe. */
    public static final class Builder {
        private static final int LOWEST_NICE = -20;
        private static final int HIGHEST_NICE = 19;

        /** The most that Linux can be built for, {@code CONFIG_NR_CPUS}. */
        private static final int MOST_CPUS = 8192;

        private static final int ALL_PERMISSIONS = 0777;
        private static final int MOST_OOM_SCORE_ADJUSTMENT = 1000;

        /** {@code NGROUPS_MAX}. */
        private static final int MOST_GROUPS = 65_536;

        private final Map<Resource, Limit> limits = new EnumMap<>(Resource.class);
        private @Nullable Integer nice;
        private @Nullable Scheduler scheduler;
        private final SortedSet<Integer> cpus = new TreeSet<>();
        private @Nullable IoPriority ioPriority;
        private @Nullable Integer umask;
        private @Nullable Integer oomScoreAdjustment;
        private final EnumSet<Personality> personality = EnumSet.noneOf(Personality.class);
        private final SortedSet<Integer> additionalGroups = new TreeSet<>();

        private Builder() {}

        /**
         * Limits the use of a resource; the process can't raise the limit.
         *
         * @param resource the resource, which tells the unit
         * @param limit from 0, of CPU from 1; or {@link #UNLIMITED}
         * @return this builder
         * @throws InvalidSpecificationException if it is less than 0, or a limit of this resource was set before
         */
        public Builder limit(Resource resource, long limit) {
            return limit(resource, limit, limit);
        }

        /**
         * Limits the use of a resource. A hard limit beyond that of this JVM needs CAP_SYS_RESOURCE on the host.
         *
         * @param resource the resource, which tells the unit
         * @param soft the limit that is in force; from 0, of CPU from 1; or {@link #UNLIMITED}
         * @param hard how far the process may raise that; not less
         * @return this builder
         * @throws InvalidSpecificationException if a limit is less than 0, the soft one is higher than the hard one, or
         *     limits of this resource were set before
         */
        public Builder limit(Resource resource, long soft, long hard) {
            Limit limit = new Limit(soft, hard);
            if (soft < UNLIMITED || hard < UNLIMITED) {
                throw new InvalidSpecificationException("limit of " + resource + ": " + limit
                        + "; it must be 0 or more, or ProcessAttributes.UNLIMITED");
            }
            if (resource == Resource.CPU && soft == 0) {
                throw new InvalidSpecificationException(
                        "limit of CPU: " + limit + "; with 0 seconds the process would end before it begins");
            }
            if (Long.compareUnsigned(soft, hard) > 0) {
                throw new InvalidSpecificationException("limit of " + resource + ": the soft limit " + Limit.text(soft)
                        + " is higher than the hard limit " + Limit.text(hard));
            }
            unset("limit of " + resource, limits.get(resource), limit);
            limits.put(resource, limit);
            return this;
        }

        /**
         * Sets the nice value. One below that of this JVM needs CAP_SYS_NICE, or a limit of this JVM on {@link
         * Resource#NICE} that allows it.
         *
         * @param value -20, for the most CPU time, to 19
         * @return this builder
         * @throws InvalidSpecificationException if it is another, or was set before
         */
        public Builder nice(int value) {
            within("nice", value, LOWEST_NICE, HIGHEST_NICE);
            unset("nice", nice, value);
            nice = value;
            return this;
        }

        /**
         * Sets the scheduling policy. A real-time policy needs CAP_SYS_NICE, or a limit of this JVM on {@link
         * Resource#RTPRIO} that allows its priority; a deadline policy needs CAP_SYS_NICE.
         *
         * @param scheduler the policy
         * @return this builder
         * @throws InvalidSpecificationException if it was set before
         */
        public Builder scheduler(Scheduler scheduler) {
            unset("scheduler", this.scheduler, scheduler);
            this.scheduler = scheduler;
            return this;
        }

        /**
         * Sets the CPUs that the process may run on. All of them must be there, online and in the cpuset of its cgroup.
         *
         * @param first a CPU, from 0
         * @param more more CPUs
         * @return this builder
         * @throws InvalidSpecificationException if a number is less than 0 or greater than 8191, or they were set before
         */
        public Builder cpus(int first, int... more) {
            SortedSet<Integer> chosen = numbers("cpus", first, more, MOST_CPUS - 1);
            unset("cpus", cpus.isEmpty() ? null : cpus, chosen);
            cpus.addAll(chosen);
            return this;
        }

        /**
         * Sets the I/O priority.
         *
         * @param priority the class and its level
         * @return this builder
         * @throws InvalidSpecificationException if it was set before
         */
        public Builder ioPriority(IoPriority priority) {
            unset("ioPriority", ioPriority, priority);
            ioPriority = priority;
            return this;
        }

        /**
         * Sets the file mode creation mask; by default 022.
         *
         * @param mask the permissions that new files don't get, 0 to 0777
         * @return this builder
         * @throws InvalidSpecificationException if it is another, or was set before
         */
        public Builder umask(int mask) {
            if (mask < 0 || mask > ALL_PERMISSIONS) {
                throw new InvalidSpecificationException(
                        "umask 0" + Integer.toOctalString(mask) + ": it must be 0 to 0777");
            }
            unset("umask", umask == null ? null : octal(umask), octal(mask));
            umask = mask;
            return this;
        }

        /**
         * Sets how readily the kernel kills the process when memory runs out. A value below that of this JVM may need
         * CAP_SYS_RESOURCE.
         *
         * @param value -1000, for never, to 1000, for first of all
         * @return this builder
         * @throws InvalidSpecificationException if it is another, or was set before
         */
        public Builder oomScoreAdjustment(int value) {
            within("oomScoreAdjustment", value, -MOST_OOM_SCORE_ADJUSTMENT, MOST_OOM_SCORE_ADJUSTMENT);
            unset("oomScoreAdjustment", oomScoreAdjustment, value);
            oomScoreAdjustment = value;
            return this;
        }

        /**
         * Sets what the kernel does otherwise for the process, and only that.
         *
         * @param first one thing
         * @param more more things
         * @return this builder
         * @throws InvalidSpecificationException if they were set before
         */
        public Builder personality(Personality first, Personality... more) {
            Set<Personality> chosen = EnumSet.of(first, more);
            unset("personality", personality.isEmpty() ? null : personality, chosen);
            personality.addAll(chosen);
            return this;
        }

        /**
         * Sets groups that the process is in, beside its own. They must be mapped in the container. An ordinary user
         * can't set any unless it has subordinate ids.
         *
         * @param first a group id as seen inside, from 0
         * @param more more group ids; at most 65536 in all
         * @return this builder
         * @throws InvalidSpecificationException if an id is less than 0, there are too many, or they were set before
         */
        public Builder additionalGroups(int first, int... more) {
            SortedSet<Integer> chosen = numbers("additionalGroups", first, more, Integer.MAX_VALUE);
            if (chosen.size() > MOST_GROUPS) {
                throw new InvalidSpecificationException(
                        "additionalGroups: " + chosen.size() + "; the kernel takes at most " + MOST_GROUPS);
            }
            unset("additionalGroups", additionalGroups.isEmpty() ? null : additionalGroups, chosen);
            additionalGroups.addAll(chosen);
            return this;
        }

        /**
         * Finishes.
         *
         * @return the attributes
         * @throws InvalidSpecificationException if CPUs are chosen for a deadline policy, which takes all
         */
        public ProcessAttributes build() {
            if (scheduler != null && scheduler.isDeadline() && !cpus.isEmpty()) {
                throw new InvalidSpecificationException(
                        "cpus " + cpus + " with the scheduler " + scheduler + ", which the kernel gives all CPUs only");
            }
            return new ProcessAttributes(this);
        }

        private static SortedSet<Integer> numbers(String setting, int first, int[] more, int greatest) {
            SortedSet<Integer> numbers = new TreeSet<>(Set.of(first));
            for (int number : more) {
                numbers.add(number);
            }
            for (int number : numbers) {
                within(setting, number, 0, greatest);
            }
            return numbers;
        }

        private static void within(String setting, int value, int lowest, int highest) {
            if (value < lowest || value > highest) {
                throw new InvalidSpecificationException(
                        setting + " " + value + ": it must be " + lowest + " to " + highest);
            }
        }

        private static void unset(String setting, @Nullable Object before, Object now) {
            if (before != null) {
                throw new InvalidSpecificationException(setting + " was set before: " + before + ", now " + now);
            }
        }
    }
}
