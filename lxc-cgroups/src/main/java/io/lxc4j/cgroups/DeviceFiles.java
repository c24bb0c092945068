package io.lxc4j.cgroups;

import io.lxc4j.cgroups.DevicePlaces.Place;
import io.lxc4j.error.HostUnsupportedException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of {@code devices} in version 1. What stays allowed is so at any moment, as only differences are written; but for the moment in
 * which a cgroup that was allowed all gets its first list.
 */
final class DeviceFiles {
    private static final String ALLOW = "devices.allow";
    private static final String DENY = "devices.deny";
    private static final String LIST = "devices.list";
    private static final String ALL = "a";

    private DeviceFiles() {}

    static void write(CgroupDirectory directory, Limit limit, DeviceAccess access) {
        DeviceExceptions wanted = DeviceExceptions.of(access)
                .orElseThrow(() -> new HostUnsupportedException("limit " + limit.key() + ": " + access
                        + ": cgroup version 1 can't deny some of what is allowed by numbers, or allow some of what is"
                        + " denied by numbers; list all that is allowed instead"));
        if (wanted.allows()) {
            allowAllBut(directory, limit, wanted.exceptions());
        } else {
            allowOnly(directory, limit, wanted.exceptions());
        }
    }

    private static void allowAllBut(CgroupDirectory directory, Limit limit, Map<Place, Integer> denied) {
        if (!denied.isEmpty() && !directory.read(Cgroup.PROCESSES).isEmpty()) {
            throw new HostUnsupportedException(
                    "limit " + limit.key() + ": cgroup version 1 would allow all devices for a"
                            + " moment, and the cgroup has processes; list what is allowed instead of what is denied");
        }
        LimitWriter.write(directory, limit, new Setting(ALLOW, ALL));
        denied.forEach((place, bits) -> LimitWriter.write(directory, limit, new Setting(DENY, place.with(bits))));
    }

    private static void allowOnly(CgroupDirectory directory, Limit limit, Map<Place, Integer> wanted) {
        Map<Place, Integer> before = new LinkedHashMap<>();
        for (String line : directory.lines(LIST)) {
            DeviceRule rule = DeviceRule.allow(line);
            if (rule.kind() == DeviceKind.ALL) {
                LimitWriter.write(directory, limit, new Setting(DENY, ALL));
            } else {
                before.put(
                        new Place(
                                rule.kind(),
                                rule.major().orElse(DevicePlaces.ANY),
                                rule.minor().orElse(DevicePlaces.ANY)),
                        rule.bits());
            }
        }
        Map<Place, Integer> added = new LinkedHashMap<>();
        try {
            wanted.forEach((place, bits) -> {
                int more = bits & ~before.getOrDefault(place, 0);
                if (more != 0) {
                    LimitWriter.write(directory, limit, new Setting(ALLOW, place.with(more)));
                    added.put(place, more);
                }
            });
        } catch (RuntimeException e) {
            added.forEach((place, bits) -> directory.write(DENY, place.with(bits)));
            throw e;
        }
        before.forEach((place, bits) -> {
            int less = bits & ~wanted.getOrDefault(place, 0);
            if (less != 0) {
                LimitWriter.write(directory, limit, new Setting(DENY, place.with(less)));
            }
        });
    }
}
