package io.lxc4j.cgroups;

import io.lxc4j.cgroups.DevicePlaces.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Rules about devices as version 1 knows them: one thing for all, and exceptions from that, which can't have exceptions themselves. What
 * is allowed as an exception must be so by one of them, what is denied is so by any.
 *
 * @param allows whether what is no exception is allowed
 * @param exceptions what is not, as bits of {@link DevicePermission}
 */
record DeviceExceptions(boolean allows, Map<Place, Integer> exceptions) {
    DeviceExceptions {
        exceptions = Map.copyOf(exceptions);
    }

    /** The same as the rules; empty if version 1 has nothing like it. */
    static Optional<DeviceExceptions> of(DeviceAccess access) {
        Map<Place, Integer> allowed = new LinkedHashMap<>();
        Map<Place, Integer> denied = new LinkedHashMap<>();
        for (Place place : DevicePlaces.of(access)) {
            int bits = access.permitted(place.kind(), place.major(), place.minor());
            allowed.put(place, bits);
            denied.put(place, DevicePermission.ALL_BITS & ~bits);
        }
        boolean mostly = DevicePlaces.KINDS.stream()
                .allMatch(kind ->
                        access.permitted(kind, DevicePlaces.ANY, DevicePlaces.ANY) == DevicePermission.ALL_BITS);
        Optional<DeviceExceptions> asDenied = of(true, denied);
        Optional<DeviceExceptions> asAllowed = of(false, allowed);
        return mostly ? asDenied.or(() -> asAllowed) : asAllowed.or(() -> asDenied);
    }

    private static Optional<DeviceExceptions> of(boolean allows, Map<Place, Integer> all) {
        Map<Place, Integer> exceptions = new LinkedHashMap<>();
        for (var each : all.entrySet()) {
            int bits = each.getValue();
            int widest = 0;
            boolean covered = bits == 0;
            for (Place wider : each.getKey().wider()) {
                int others = all.getOrDefault(wider, 0);
                widest |= others;
                covered |= others == bits;
            }
            if ((widest & ~bits) != 0) {
                return Optional.empty();
            }
            if (!covered) {
                exceptions.put(each.getKey(), bits);
            }
        }
        return Optional.of(new DeviceExceptions(allows, exceptions));
    }
}
