package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Texts of documents, which anybody may have written: what they may hold, and how errors show them. */
final class Texts {
    private static final int LONGEST_SHOWN = 80;

    private Texts() {}

    /** What is safe to show: cut, printable ASCII and nothing else. */
    static String shown(String text, int longest) {
        String start = text.substring(0, Math.min(text.length(), longest)).replaceAll("[^ -~]", "?");
        return text.length() > longest ? start + "…" : start;
    }

    static InvalidSpecificationException rejected(String what, String text, String accepted) {
        return new InvalidSpecificationException(
                what + " \"" + shown(text, LONGEST_SHOWN) + "\": it must be " + accepted);
    }

    /** Strings become arguments of system calls, which end at the first NUL: what was checked must be what is used. */
    static void checkNoNul(String what, Collection<String> texts) {
        for (String text : texts) {
            if (text.indexOf(0) >= 0) {
                throw rejected(what, text, "without NUL");
            }
        }
    }

    static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** A path inside a container, as a text: whoever uses it still resolves it beneath the root. */
    static String checkPath(String what, String path) {
        if (!path.startsWith("/")
                || path.length() > 4095
                || hasControl(path)
                || Arrays.asList(path.split("/", -1)).contains("..")) {
            throw rejected(
                    what, path, "an absolute path of at most 4095 characters, without \"..\" and control characters");
        }
        return path;
    }

    /** Keys that are not empty and have nothing that ends a line, values of any text but NUL. */
    static Map<String, String> checkLabels(String what, Map<String, String> labels) {
        for (String key : labels.keySet()) {
            if (key.isEmpty() || hasControl(key)) {
                throw rejected("key of " + what, key, "at least one character, without control characters");
            }
        }
        checkNoNul(what, labels.values());
        return sorted(labels);
    }

    static <V> Map<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    static <T extends Comparable<T>> Set<T> sorted(Set<T> set) {
        return Collections.unmodifiableSet(new TreeSet<>(set));
    }

    /** Properties that are kept for others: JSON in its one form, under names that mean nothing here. */
    static Map<String, String> checkOther(JsonLimits limits, Map<String, String> other, Set<String> known) {
        Map<String, String> checked = new TreeMap<>();
        other.forEach((name, json) -> {
            for (String own : known) {
                if (own.equalsIgnoreCase(name)) {
                    throw rejected(limits.kind() + ": property", name, "\"" + own + "\", or differ in more than case");
                }
            }
            checked.put(name, JsonValue.parse(json, limits).toJson());
        });
        return Collections.unmodifiableMap(checked);
    }
}
