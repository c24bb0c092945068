package io.lxc4j.seccomp;

import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a filter is compiled from.
 *
 * @param defaultAction what happens to calls that no rule is for
 * @param rules the rules by the calls' names, in their order
 * @param unknownCalls what happens to calls that are not known
 * @param foreignAbi what happens to calls by another ABI
 * @param i386 whether 32-bit calls on x86_64 follow the same rules
 * @param namesUpToNewest calls with a higher number than any of these are not known; null if all of the table are
 */
record FilterRules(
        SeccompAction defaultAction,
        Map<String, List<Rule>> rules,
        SeccompAction unknownCalls,
        SeccompAction foreignAbi,
        boolean i386,
        @Nullable Set<String> namesUpToNewest) {
    FilterRules {
        Map<String, List<Rule>> copy = new LinkedHashMap<>();
        rules.forEach((name, list) -> copy.put(name, List.copyOf(list)));
        rules = Collections.unmodifiableMap(copy);
    }

    boolean handles(Abi abi) {
        return i386 || abi != Abi.I386;
    }

    /** The rules for a call in their order. */
    List<Rule> of(String name) {
        return rules.getOrDefault(name, List.of());
    }

    /** The names of the calls that are not unknown, by their numbers. */
    NavigableMap<Integer, String> knownCalls(Abi abi) {
        NavigableMap<Integer, String> calls = SystemCalls.of(abi);
        if (namesUpToNewest == null) {
            return calls;
        }
        int newest = namesUpToNewest.stream()
                .map(name -> SystemCalls.number(abi, name))
                .filter(Objects::nonNull)
                .mapToInt(Integer::intValue)
                .max()
                .orElse(-1);
        return calls.headMap(newest, true);
    }
}
