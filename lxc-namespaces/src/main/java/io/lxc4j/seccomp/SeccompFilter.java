package io.lxc4j.seccomp;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Lazy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls a process and its descendants may make, and what happens to the others.
 *
 * <p>Of the rules for a call the first one whose tests all hold decides, in the order in which they were defined; where none does, the
 * default action. A call that this library does not know, as it is newer than the library, is answered with {@code ENOSYS}:
 * programs know from that what to do on an older kernel, and take any other error for real. Those are all numbers that the table
 * of calls up to Linux 6.18 does not have, the x32 ABI's among them.
 *
 * <p>Who makes a call by an ABI that is not handled is killed. Such calls have other numbers, so no rule would mean what it
 * says. 64-bit programs need none.
 *
 * <p>Immutable and thread-safe; one serves any number of processes.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/seccomp_filter.html">Seccomp BPF</a>
 */
public final class SeccompFilter {
    private final Lazy<FilterRules> rules;
    private final Set<SeccompFlag> flags;
    private final Map<Abi, BpfProgram> programs = new ConcurrentHashMap<>();

    private SeccompFilter(Lazy<FilterRules> rules, Set<SeccompFlag> flags) {
        this.rules = rules;
        this.flags = flags;
    }

    /**
     * A filter without flags whose program for one ABI is known, and whose rules few will ask for.
     *
     * @param same makes the filter from its rules
     */
    static SeccompFilter compiled(Abi abi, BpfProgram program, Supplier<SeccompFilter> same) {
        SeccompFilter filter = new SeccompFilter(new Lazy<>(() -> same.get().rules()), Set.of());
        filter.programs.put(abi, program);
        return filter;
    }

    /**
     * What happens to a call whose arguments pass all tests.
     *
     * @param action what happens
     * @param tests all must hold; with none the rule is for every such call
     */
    record Rule(SeccompAction action, List<ArgumentTest> tests) {
        Rule {
            tests = List.copyOf(tests);
        }
    }

    /**
     * Starts without rules.
     *
     * @param defaultAction what happens to calls that no rule is for
     * @return a builder
     */
    public static Builder builder(SeccompAction defaultAction) {
        return new Builder(defaultAction);
    }

    /**
     * The same filter, but for calls that wait until a supervisor has decided.
     *
     * @param names the calls; whatever their arguments and other rules
     * @return a filter that asks
     * @throws InvalidSpecificationException if a name is none of a system call up to Linux 6.18
     */
    public SeccompFilter asking(Set<String> names) {
        Builder builder = new Builder(rules());
        builder.flags.addAll(flags);
        for (String name : names) {
            builder.rules.remove(name);
            builder.rule(SeccompAction.askSupervisor(), name);
        }
        return builder.build();
    }

    /**
     * How it is to be installed.
     *
     * @return the flags for {@code seccomp(SECCOMP_SET_MODE_FILTER, …)}
     */
    public Set<SeccompFlag> flags() {
        return flags;
    }

    /**
     * The filter as the kernel takes it.
     *
     * @param abi the kernel's own ABI, {@link Abi#X86_64} or {@link Abi#AARCH64}
     * @return the program, compiled at the first call
     * @throws InvalidSpecificationException if it is {@link Abi#I386}, or the program is longer than the kernel takes
     */
    public BpfProgram program(Abi abi) {
        if (abi != abi.ofKernel()) {
            throw new InvalidSpecificationException(
                    "program for " + abi + ": its kernel's own ABI is " + abi.ofKernel() + ", and handles both");
        }
        return programs.computeIfAbsent(abi, own -> new FilterCompiler(rules()).compile(own));
    }

    /**
     * Tries the filter: runs its program as the kernel would.
     *
     * @param abi how the call is made
     * @param number the call; one that does not exist is as good
     * @param arguments at most 6; those that are missing are 0
     * @return what happens
     * @throws InvalidSpecificationException if there are more arguments, or as {@link #program} does
     */
    public SeccompAction decide(Abi abi, int number, long... arguments) {
        if (arguments.length > SeccompData.MOST_ARGUMENTS) {
            throw new InvalidSpecificationException(
                    arguments.length + " arguments: a system call has at most " + SeccompData.MOST_ARGUMENTS);
        }
        return new BpfInterpreter(program(abi.ofKernel()).instructions())
                .run(new SeccompData(number, abi.auditArch(), arguments));
    }

    /**
     * Tries the filter: runs its program as the kernel would.
     *
     * @param abi how the call is made
     * @param call the call's name
     * @param arguments at most 6; those that are missing are 0
     * @return what happens
     * @throws InvalidSpecificationException if the ABI has no such call, or there are more arguments
     */
    public SeccompAction decide(Abi abi, String call, long... arguments) {
        SystemCalls.check(call);
        Integer number = SystemCalls.number(abi, call);
        if (number == null) {
            throw new InvalidSpecificationException("system call \"" + call + "\": " + abi + " has none of that name");
        }
        return decide(abi, number, arguments);
    }

    /**
     * What the filter does, to be read: which calls are allowed, which are not, and the program.
     *
     * @param abi the kernel's own ABI, {@link Abi#X86_64} or {@link Abi#AARCH64}
     * @return several lines
     * @throws InvalidSpecificationException as {@link #program} does
     */
    public String explain(Abi abi) {
        return new FilterExplanation(rules(), program(abi), abi).text();
    }

    FilterRules rules() {
        return rules.get();
    }

    @Override
    public String toString() {
        return "seccomp filter: " + rules().rules().size() + " calls with rules, all others " + rules().defaultAction();
    }

    /** Collects the rules of a filter. Not thread-safe. */
    public static final class Builder {
        private final SeccompAction defaultAction;
        private final Map<String, List<Rule>> rules = new LinkedHashMap<>();
        private final EnumSet<SeccompFlag> flags = EnumSet.noneOf(SeccompFlag.class);
        private @Nullable SeccompAction unknownCalls;
        private @Nullable SeccompAction foreignAbi;
        private boolean i386;
        private @Nullable Set<String> namesUpToNewest;

        private Builder(SeccompAction defaultAction) {
            this.defaultAction = defaultAction;
        }

        private Builder(FilterRules begun) {
            this(begun.defaultAction());
            begun.rules().forEach((name, list) -> rules.put(name, new ArrayList<>(list)));
            unknownCalls = begun.unknownCalls();
            foreignAbi = begun.foreignAbi();
            i386 = begun.i386();
            namesUpToNewest = begun.namesUpToNewest();
        }

        /**
         * Allows calls whatever their arguments.
         *
         * @param names names as manual pages and the kernel have them; an ABI that has not got one passes it over
         * @return this builder
         * @throws InvalidSpecificationException if a name is none of a system call up to Linux 6.18
         */
        public Builder allow(String... names) {
            for (String name : names) {
                rule(SeccompAction.allow(), name);
            }
            return this;
        }

        /**
         * Allows calls whatever their arguments, as far as this library knows them.
         *
         * @param names names; one that is unknown is passed over, and the call stays unknown
         * @return this builder
         */
        public Builder allowIfKnown(String... names) {
            return allow(Arrays.stream(names).filter(SystemCalls::isKnown).toArray(String[]::new));
        }

        /**
         * Adds a rule.
         *
         * @param action what happens
         * @param name the call
         * @param tests what its arguments must be, all of it; with none the rule is for every such call
         * @return this builder
         * @throws InvalidSpecificationException if the name is none of a system call up to Linux 6.18
         */
        public Builder rule(SeccompAction action, String name, ArgumentTest... tests) {
            SystemCalls.check(name);
            return rule(name, new Rule(action, List.of(tests)));
        }

        Builder rule(String name, Rule rule) {
            rules.computeIfAbsent(name, _ -> new ArrayList<>()).add(rule);
            return this;
        }

        /**
         * Sets what happens to calls that this library does not know; by default they fail with {@code ENOSYS}.
         *
         * @param action what happens
         * @return this builder
         * @throws InvalidSpecificationException if it was set before
         */
        public Builder unknownCalls(SeccompAction action) {
            unset("unknownCalls", unknownCalls, action);
            unknownCalls = action;
            return this;
        }

        /**
         * Sets what happens to calls by an ABI that is not handled, for instance 32-bit ones; by default the process is killed.
         *
         * @param action what happens
         * @return this builder
         * @throws InvalidSpecificationException if it was set before
         */
        public Builder foreignAbi(SeccompAction action) {
            unset("foreignAbi", foreignAbi, action);
            foreignAbi = action;
            return this;
        }

        /**
         * Has 32-bit calls on x86_64 follow the same rules, by name. Some are other calls there, for instance {@code mmap2},
         * and {@code socketcall} hides its arguments in memory, where no filter can look.
         *
         * @return this builder
         */
        public Builder handleI386() {
            i386 = true;
            return this;
        }

        /** Makes calls with a higher number than any of some calls unknown ones. */
        Builder onlyUpToNewestOf(Set<String> names) {
            namesUpToNewest = Set.copyOf(names);
            return this;
        }

        /**
         * Adds flags.
         *
         * @param first one flag
         * @param more more flags
         * @return this builder
         */
        public Builder flags(SeccompFlag first, SeccompFlag... more) {
            flags.addAll(EnumSet.of(first, more));
            return this;
        }

        /**
         * Finishes.
         *
         * @return the filter
         */
        public SeccompFilter build() {
            FilterRules built = new FilterRules(
                    defaultAction,
                    rules,
                    Objects.requireNonNullElse(unknownCalls, SeccompAction.errno(Errno.ENOSYS)),
                    Objects.requireNonNullElse(foreignAbi, SeccompAction.killProcess()),
                    i386,
                    namesUpToNewest);
            return new SeccompFilter(new Lazy<>(() -> built), Collections.unmodifiableSet(flags.clone()));
        }

        private static void unset(String setting, @Nullable SeccompAction before, SeccompAction now) {
            if (before != null) {
                throw new InvalidSpecificationException(setting + " was set before: " + before + ", now " + now);
            }
        }
    }
}
