package io.lxc4j.cgroups;

import org.jspecify.annotations.Nullable;

/**
 * What is written to a file of a cgroup.
 *
 * @param file its name
 * @param value what is written
 * @param otherwise what is written where there is no such file; null if it must be there
 */
record Setting(String file, String value, @Nullable Setting otherwise) {
    Setting(String file, String value) {
        this(file, value, null);
    }

    @Override
    public String toString() {
        return file + " = " + value;
    }
}
