package io.lxc4j.cgroups;

import java.util.List;

/**
 * One limit, in the terms of both versions.
 *
 * @param key what tells it apart from others: the file of version 2, and the device or the like if there are several
 * @param controller whose it is, by its name in version 2
 * @param v1 what sets it in version 1, in this order; empty if that has nothing like it
 * @param v2 what sets it in version 2
 */
record Limit(String key, String controller, List<Setting> v1, List<Setting> v2) {
    Limit {
        v1 = List.copyOf(v1);
        v2 = List.copyOf(v2);
    }

    /** One that both versions have, in a file of the same name. */
    static Limit same(String controller, String file, String value) {
        Setting setting = new Setting(file, value);
        return new Limit(file, controller, List.of(setting), List.of(setting));
    }

    /** One that only version 2 has. */
    static Limit v2(String controller, String file, String value) {
        return new Limit(file, controller, List.of(), List.of(new Setting(file, value)));
    }

    /** One that only version 1 has. */
    static Limit v1(String controller, String file, String value) {
        return new Limit(file, controller, List.of(new Setting(file, value)), List.of());
    }

    /** With its value, as the version says it that has it. */
    String shown() {
        List<Setting> settings = v2.isEmpty() ? v1 : v2;
        return key + " (" + settings.getLast() + ")";
    }

    List<Setting> on(CgroupVersion version) {
        return version == CgroupVersion.V1 ? v1 : v2;
    }
}
