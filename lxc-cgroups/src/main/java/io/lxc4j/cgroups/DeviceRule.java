package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.FileStatus;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule about devices, as those of the kernel's device controller and of {@code linux.resources.devices} in an OCI configuration.
 *
 * @param verdict what becomes of it
 * @param kind which kind of devices
 * @param major their major number, from 0 to 4095; any if empty
 * @param minor their minor number, from 0 to 1048575; any if empty
 * @param permissions what of it is allowed or denied, at least one
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">Device Whitelist Controller</a>
 */
public record DeviceRule(
        Verdict verdict, DeviceKind kind, OptionalInt major, OptionalInt minor, Set<DevicePermission> permissions) {
    /** What a rule does. */
    public enum Verdict {
        /** It is allowed. */
        ALLOW,
        /** It is refused with {@code EPERM}. */
        DENY
    }

    private static final int HIGHEST_MAJOR = 4095;
    private static final int HIGHEST_MINOR = 1_048_575;
    private static final Pattern TEXT = Pattern.compile("([abc]) ([0-9]{1,7}|\\*):([0-9]{1,7}|\\*) ([rwm]{1,3})");

    /** Refuses numbers that no device has. */
    public DeviceRule {
        permissions = Set.copyOf(permissions);
        check("major", major, HIGHEST_MAJOR);
        check("minor", minor, HIGHEST_MINOR);
        if (permissions.isEmpty()) {
            throw new InvalidSpecificationException("a rule about devices needs a permission: r, w or m");
        }
    }

    private static void check(String name, OptionalInt number, int highest) {
        if (number.isPresent() && (number.getAsInt() < 0 || number.getAsInt() > highest)) {
            throw new InvalidSpecificationException(
                    "device with the " + name + " number " + number.getAsInt() + ": it must be from 0 to " + highest);
        }
    }

    /**
     * Allows something.
     *
     * @param devices in the kernel's form, for instance {@code c 10:229 rw}, {@code b 8:* r} or {@code a *:* m}: the kind, the
     *     two numbers or stars for any, and letters for reading, writing and making nodes
     * @return the rule
     * @throws InvalidSpecificationException if it has another form
     */
    public static DeviceRule allow(String devices) {
        return parse(Verdict.ALLOW, devices);
    }

    /**
     * Denies something.
     *
     * @param devices as for {@link #allow(String)}
     * @return the rule
     * @throws InvalidSpecificationException if it has another form
     */
    public static DeviceRule deny(String devices) {
        return parse(Verdict.DENY, devices);
    }

    /**
     * Allows reading and writing the device that a device node of the host stands for now. What its permissions say holds, too.
     *
     * @param node the node; symbolic links are followed
     * @return the rule, by the device's numbers
     * @throws InvalidSpecificationException if there is no such node
     */
    public static DeviceRule allow(Path node) {
        FileStatus file;
        try {
            file = FileStatus.of(node);
        } catch (SystemCallException e) {
            throw new InvalidSpecificationException("allowing the device " + node + ": it can't be looked at", e);
        }
        if (!file.isDevice()) {
            throw new InvalidSpecificationException(
                    "allowing the device " + node + ": it is neither a character nor a block device");
        }
        return new DeviceRule(
                Verdict.ALLOW,
                file.isBlockDevice() ? DeviceKind.BLOCK : DeviceKind.CHARACTER,
                OptionalInt.of(file.major()),
                OptionalInt.of(file.minor()),
                EnumSet.of(DevicePermission.READ, DevicePermission.WRITE));
    }

    private static DeviceRule parse(Verdict verdict, String text) {
        Matcher form = TEXT.matcher(text);
        if (!form.matches()) {
            throw new InvalidSpecificationException("devices \"" + text.replaceAll("[^ -~]", "?")
                    + "\": it must be a, b or c, two numbers or stars, and letters of rwm, for instance"
                    + " \"c 10:229 rw\" or \"b 8:* r\"");
        }
        DeviceKind kind = DeviceKind.ALL;
        for (DeviceKind each : DeviceKind.values()) {
            if (each.letter() == text.charAt(0)) {
                kind = each;
            }
        }
        return new DeviceRule(
                verdict, kind, number(form.group(2)), number(form.group(3)), DevicePermission.of(form.group(4)));
    }

    private static OptionalInt number(String text) {
        return text.equals("*") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    int bits() {
        return DevicePermission.bits(permissions);
    }

    /** Whether it is about a device of one kind; a negative number is one that no rule names. */
    boolean concerns(DeviceKind one, int itsMajor, int itsMinor) {
        return kind.includes(one)
                && (major.isEmpty() || major.getAsInt() == itsMajor)
                && (minor.isEmpty() || minor.getAsInt() == itsMinor);
    }

    /** Renders it: {@code allow c 10:229 rw}. */
    @Override
    public String toString() {
        return verdict.name().toLowerCase(Locale.ROOT) + " " + kind.letter() + " " + shown(major) + ":" + shown(minor)
                + " " + DevicePermission.letters(bits());
    }

    private static String shown(OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "*";
    }
}
