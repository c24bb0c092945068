package io.lxc4j.seccomp;

import io.lxc4j.error.Errno;
import io.lxc4j.json.JsonValue;
import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a profile says.
 *
 * @param defaultAction what happens to calls that no rule is for
 * @param entries the rules in their order
 * @param handlingI386 the ABIs whose kernels are to apply the rules to i386 as well
 * @param flags how a filter is to be installed
 * @param ignored what had no effect, a sentence each
 */
record ProfileRules(
        SeccompAction defaultAction,
        List<Entry> entries,
        Set<Abi> handlingI386,
        Set<SeccompFlag> flags,
        List<String> ignored) {
    ProfileRules {
        entries = List.copyOf(entries);
        handlingI386 = Set.copyOf(handlingI386);
        flags = Set.copyOf(flags);
        ignored = List.copyOf(ignored);
    }

    /**
     * Rules for some calls, if conditions are met.
     *
     * @param names the calls
     * @param rules the rules, the same for each
     * @param includes what must be so
     * @param excludes what must not be so
     */
    record Entry(Set<String> names, List<Rule> rules, Condition includes, Condition excludes) {
        boolean applies(Abi abi, KernelVersion kernel, Set<String> capabilities) {
            return includes.isMet(abi, kernel, capabilities) && !excludes.isTouched(abi, kernel, capabilities);
        }
    }

    /**
     * What rules depend on.
     *
     * @param capabilities names of capabilities
     * @param architectures names of architectures as Go has them
     * @param leastKernel the first kernel that meets it; null if any does
     */
    record Condition(
            Set<String> capabilities,
            Set<String> architectures,
            @Nullable KernelVersion leastKernel) {
        static final Condition NONE = new Condition(Set.of(), Set.of(), null);

        /** Whether all that is named is there, which is so if nothing is named. */
        boolean isMet(Abi abi, KernelVersion kernel, Set<String> capabilities) {
            return capabilities.containsAll(this.capabilities)
                    && (architectures.isEmpty() || architectures.contains(abi.dockerName()))
                    && (leastKernel == null || kernel.compareTo(leastKernel) >= 0);
        }

        /** Whether anything that is named is there. */
        boolean isTouched(Abi abi, KernelVersion kernel, Set<String> capabilities) {
            return this.capabilities.stream().anyMatch(capabilities::contains)
                    || architectures.contains(abi.dockerName())
                    || (leastKernel != null && kernel.compareTo(leastKernel) >= 0);
        }
    }

    static ProfileRules read(String json) {
        return new ProfileReader().read(JsonValue.parse(json, ProfileReader.LIMITS));
    }

    /** Those of {@code standard-profile.json}. */
    static ProfileRules standard() {
        try (InputStream json =
                Objects.requireNonNull(ProfileRules.class.getResourceAsStream("standard-profile.json"))) {
            return read(new String(json.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, but for one action for some calls whatever their arguments. */
    ProfileRules with(SeccompAction action, Set<String> names) {
        Entry first = new Entry(names, List.of(new Rule(action, List.of())), Condition.NONE, Condition.NONE);
        List<Entry> all = Stream.concat(Stream.of(first), entries.stream()).toList();
        return new ProfileRules(defaultAction, all, handlingI386, flags, ignored);
    }

    /** The filter for a process. */
    SeccompFilter filter(Abi abi, KernelVersion kernel, Set<String> capabilities) {
        Set<String> names =
                entries.stream().flatMap(entry -> entry.names.stream()).collect(Collectors.toUnmodifiableSet());
        SeccompFilter.Builder filter = SeccompFilter.builder(defaultAction).onlyUpToNewestOf(names);
        switch (defaultAction.kind()) {
            case ALLOW, LOG, TRACE -> filter.unknownCalls(defaultAction);
            default -> filter.unknownCalls(SeccompAction.errno(Errno.ENOSYS));
        }
        if (handlingI386.contains(abi)) {
            filter.handleI386();
        }
        flags.forEach(filter::flags);
        for (Entry entry : entries) {
            if (entry.applies(abi, kernel, capabilities)) {
                entry.names.forEach(name -> entry.rules.forEach(rule -> filter.rule(name, rule)));
            }
        }
        return filter.build();
    }
}
