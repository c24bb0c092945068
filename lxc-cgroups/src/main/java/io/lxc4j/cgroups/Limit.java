package io.lxc4j.cgroups;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One limit, in the terms of both versions.
 *
 * @param key what tells it apart from others: the file of version 2, and the device or the like if there are several
 * @param controller whose it is, by its name in version 2
 * @param v1 what sets it in version 1, in this order; empty if that has nothing like it
 * @param v2 what sets it in version 2
 * @param programmed what sets it where it is no file; else null
 */
record Limit(
        String key,
        String controller,
        List<Setting> v1,
        List<Setting> v2,
        @Nullable Programmed programmed) {
    Limit {
        v1 = List.copyOf(v1);
        v2 = List.copyOf(v2);
    }

    Limit(String key, String controller, List<Setting> v1, List<Setting> v2) {
        this(key, controller, v1, v2, null);
    }

    /** One that is a program in version 2. */
    static Limit programmed(String key, String controller, Programmed programmed) {
        return new Limit(key, controller, List.of(), List.of(), programmed);
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

    boolean isOn(CgroupVersion version) {
        return programmed != null || !on(version).isEmpty();
    }

    /** With its value, as the version says it that has it. */
    String shown() {
        return key + " (" + values().getLast() + ")";
    }

    /** What it says, in the terms of version 2 if that has it. */
    List<String> values() {
        return programmed == null
                ? (v2.isEmpty() ? v1 : v2).stream().map(Setting::toString).toList()
                : List.of(programmed.toString());
    }

    List<Setting> on(CgroupVersion version) {
        return version == CgroupVersion.V1 ? v1 : v2;
    }
}
