package io.lxc4j.layers;

import io.lxc4j.layers.oci.ExecutionParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Merges how containers start: what one side has changed is taken; what both have is a conflict, unless it is the same. Variables, labels
 * and others of which there are many are merged one by one.
 */
final class ConfigurationMerge {
    private final ExecutionParameters base;
    private final ExecutionParameters ours;
    private final ExecutionParameters theirs;
    private final boolean takeTheirs;
    private final List<Conflict> conflicts = new ArrayList<>();

    /**
     * A merge.
     *
     * @param takeTheirs which side is taken where both have changed something
     */
    ConfigurationMerge(
            ExecutionParameters base, ExecutionParameters ours, ExecutionParameters theirs, boolean takeTheirs) {
        this.base = base;
        this.ours = ours;
        this.theirs = theirs;
        this.takeTheirs = takeTheirs;
    }

    List<Conflict> conflicts() {
        return conflicts;
    }

    ExecutionParameters merged() {
        return new ExecutionParameters(
                one("user", ExecutionParameters::user),
                set("exposed port", ExecutionParameters::exposedPorts),
                variables(),
                one("entrypoint", ExecutionParameters::entrypoint),
                one("cmd", ExecutionParameters::cmd),
                set("volume", ExecutionParameters::volumes),
                one("working directory", ExecutionParameters::workingDirectory),
                map("label", ExecutionParameters::labels),
                one("stop signal", ExecutionParameters::stopSignal),
                map("property", ExecutionParameters::other));
    }

    private <T> T one(String property, Function<ExecutionParameters, T> get) {
        return decide(property, get.apply(base), get.apply(ours), get.apply(theirs));
    }

    private <T> T decide(String property, T before, T mine, T other) {
        if (mine.equals(other) || other.equals(before)) {
            return mine;
        }
        if (!mine.equals(before)) {
            conflicts.add(new Conflict.Configuration(property, base, ours, theirs));
            return takeTheirs ? other : mine;
        }
        return other;
    }

    private <T> Set<T> set(String property, Function<ExecutionParameters, Set<T>> get) {
        Function<ExecutionParameters, Map<T, String>> asMap = parameters -> get.apply(parameters).stream()
                .collect(Collectors.toMap(Function.identity(), _ -> "", (one, _) -> one, LinkedHashMap::new));
        return merge(property, asMap.apply(base), asMap.apply(ours), asMap.apply(theirs))
                .keySet();
    }

    private Map<String, String> map(String property, Function<ExecutionParameters, Map<String, String>> get) {
        return merge(property, get.apply(base), get.apply(ours), get.apply(theirs));
    }

    private List<String> variables() {
        return merge("env", named(base), named(ours), named(theirs)).entrySet().stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    /** The order is kept; of a name that is there twice, the last counts. */
    private static Map<String, String> named(ExecutionParameters parameters) {
        Map<String, String> named = new LinkedHashMap<>();
        for (String variable : parameters.env()) {
            int equals = variable.indexOf('=');
            named.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return named;
    }

    private <K, V> Map<K, V> merge(String property, Map<K, V> before, Map<K, V> mine, Map<K, V> other) {
        Set<K> keys = new LinkedHashSet<>(mine.keySet());
        keys.addAll(other.keySet());
        Map<K, V> merged = new LinkedHashMap<>();
        for (K key : keys) {
            List<V> none = List.of();
            List<V> chosen =
                    decide(property + " " + key, at(before, key, none), at(mine, key, none), at(other, key, none));
            chosen.forEach(value -> merged.put(key, value));
        }
        return merged;
    }

    /** A value, or none. */
    private static <K, V> List<V> at(Map<K, V> map, K key, List<V> none) {
        V value = map.get(key);
        return value == null ? none : List.of(value);
    }
}
