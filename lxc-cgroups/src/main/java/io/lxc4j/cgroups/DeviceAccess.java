package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which devices may be opened, and of which nodes may be made: rules of which the last counts that is about a device and what is done
 * with it. What no rule is about is denied.
 *
 * <pre>{@code
 * Limits.builder().devices(DeviceAccess.standard().with(DeviceRule.allow(Path.of("/dev/fuse"))))
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param rules from the first to the last, at most 250
 */
public record DeviceAccess(List<DeviceRule> rules) {
    private static final int MOST_RULES = 250;

    private static final DeviceAccess NONE = new DeviceAccess(List.of());
    private static final DeviceAccess ALL = new DeviceAccess(List.of(DeviceRule.allow("a *:* rwm")));

    private static final DeviceAccess STANDARD = new DeviceAccess(Stream.of(
                    "c 1:3 rwm", // null
                    "c 1:5 rwm", // zero
                    "c 1:7 rwm", // full
                    "c 1:8 rwm", // random
                    "c 1:9 rwm", // urandom
                    "c 5:0 rwm", // tty
                    "c 5:2 rwm", // ptmx
                    "c 136:* rwm") // pseudo terminals
            .map(DeviceRule::allow)
            .toList());

    /** Makes the list immutable. */
    public DeviceAccess {
        rules = List.copyOf(rules);
        if (rules.size() > MOST_RULES) {
            throw new InvalidSpecificationException(
                    rules.size() + " rules about devices; at most " + MOST_RULES + " can be had");
        }
    }

    /**
     * No device at all.
     *
     * @return no rules
     */
    public static DeviceAccess none() {
        return NONE;
    }

    /**
     * All devices.
     *
     * @return a rule that allows all
     */
    public static DeviceAccess all() {
        return ALL;
    }

    /**
     * What every program expects: {@code null}, {@code zero}, {@code full}, {@code random}, {@code urandom}, {@code tty},
     * {@code ptmx} and pseudo terminals.
     *
     * <p>Unlike with other runtimes no nodes of other devices can be made: on a directory that is shared, somebody else could open
     * them. And the console 5:1 is not there: it is the host's, while a container's {@code /dev/console} is a pseudo terminal.
     *
     * @return rules that allow those
     */
    public static DeviceAccess standard() {
        return STANDARD;
    }

    /**
     * These rules and others after them.
     *
     * @param more rules that count more than these
     * @return all of them
     * @throws InvalidSpecificationException if they are more than 250
     */
    public DeviceAccess with(DeviceRule... more) {
        return new DeviceAccess(
                Stream.concat(rules.stream(), Arrays.stream(more)).toList());
    }

    /**
     * These rules but one.
     *
     * @param rule the rule, of which the last that is equal is left out, if there is one
     * @return the others
     */
    public DeviceAccess without(DeviceRule rule) {
        List<DeviceRule> others = new ArrayList<>(rules);
        int last = others.lastIndexOf(rule);
        if (last >= 0) {
            others.remove(last);
        }
        return new DeviceAccess(others);
    }

    /** What may be done with a device, as bits of {@link DevicePermission}: the meaning of the rules. */
    int permitted(DeviceKind kind, int major, int minor) {
        int permitted = 0;
        for (DeviceRule rule : rules) {
            if (rule.concerns(kind, major, minor)) {
                permitted =
                        rule.verdict() == DeviceRule.Verdict.ALLOW ? permitted | rule.bits() : permitted & ~rule.bits();
            }
        }
        return permitted;
    }

    /** Renders the rules between commas. */
    @Override
    public String toString() {
        return rules.stream().map(DeviceRule::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
