package io.lxc4j.cgroups;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What rules about devices can tell apart. Within such a place all that no narrower one has is treated alike. */
final class DevicePlaces {
    /** A number that stands for any, and for one that no rule names. */
    static final int ANY = -1;

    static final List<DeviceKind> KINDS = List.of(DeviceKind.CHARACTER, DeviceKind.BLOCK);

    private DevicePlaces() {}

    /** Devices of one kind. */
    record Place(DeviceKind kind, int major, int minor) {
        /** As the kernel writes it, with permissions: {@code c 1:3 rwm}. */
        String with(int bits) {
            return kind.letter() + " " + shown(major) + ":" + shown(minor) + " " + DevicePermission.letters(bits);
        }

        private static String shown(int number) {
            return number == ANY ? "*" : Integer.toString(number);
        }

        /** Those that have this one's devices, too, in the order in which they count. */
        List<Place> wider() {
            Set<Place> wider = new LinkedHashSet<>(
                    List.of(new Place(kind, ANY, minor), new Place(kind, major, ANY), new Place(kind, ANY, ANY)));
            wider.remove(this);
            return List.copyOf(wider);
        }
    }

    /** Them, from the widest to the narrowest, and each after those that it lies in. */
    static Collection<Place> of(DeviceAccess access) {
        List<Place> places = new ArrayList<>();
        for (DeviceKind kind : KINDS) {
            Set<Integer> majors = new TreeSet<>();
            Set<Integer> minors = new TreeSet<>();
            Set<Place> points = new LinkedHashSet<>();
            for (DeviceRule rule : access.rules()) {
                if (rule.kind().includes(kind)) {
                    if (rule.minor().isEmpty()) {
                        rule.major().ifPresent(majors::add);
                    } else if (rule.major().isEmpty()) {
                        minors.add(rule.minor().getAsInt());
                    } else {
                        points.add(new Place(
                                kind, rule.major().getAsInt(), rule.minor().getAsInt()));
                    }
                }
            }
            places.add(new Place(kind, ANY, ANY));
            majors.forEach(major -> places.add(new Place(kind, major, ANY)));
            minors.forEach(minor -> places.add(new Place(kind, ANY, minor)));
            majors.forEach(major -> minors.forEach(minor -> points.add(new Place(kind, major, minor))));
            places.addAll(points);
        }
        return places;
    }
}
