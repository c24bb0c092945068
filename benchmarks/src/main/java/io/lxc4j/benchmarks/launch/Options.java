package io.lxc4j.benchmarks.launch;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What to measure.
 *
 * @param warmup rounds that don't count, first
 * @param rounds rounds that count
 * @param sections the parts to run
 */
record Options(int warmup, int rounds, Set<Section> sections) {
    /** The parts of the benchmark, in their order. */
    enum Section {
        /** Everything that this machine has, beside each other. */
        MAIN,
        /** One more process in a running container. */
        EXEC,
        /** A small and a large heap. */
        HEAP,
        /** Few and many open descriptors. */
        DESCRIPTORS,
        /** Several launches at once. */
        PARALLEL,
        /** Many mounts in one container. */
        MOUNTS,
        /** With and without a filter of system calls. */
        FILTER
    }

    static Options parse(String[] arguments) {
        int warmup = 100;
        int rounds = 300;
        Set<Section> sections = EnumSet.allOf(Section.class);
        for (int i = 0; i < arguments.length; i += 2) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (arguments[i]) {
                case "--warmup" -> warmup = Integer.parseInt(value);
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--only" -> {
                    sections = EnumSet.noneOf(Section.class);
                    Arrays.stream(value.split(",", -1))
                            .map(name -> Section.valueOf(name.toUpperCase(Locale.ROOT)))
                            .forEach(sections::add);
                }
                default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
            }
        }
        return new Options(warmup, rounds, sections);
    }
}
