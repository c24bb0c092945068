package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;
import static io.lxc4j.cgroups.StatsValues.optional;

import io.lxc4j.cgroups.IoStats.Device;
import io.lxc4j.cgroups.StatsWords.Keys;
import io.lxc4j.kernel.Fd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of {@code io}, which is {@code blkio} in version 1. */
final class IoFiles {
    private static final StatsFile V2_STAT = new StatsFile("io.stat");
    private static final StatsFile V1_BYTES = new StatsFile("blkio.throttle.io_service_bytes_recursive");
    private static final StatsFile V1_BYTES_ALONE = new StatsFile("blkio.throttle.io_service_bytes");
    private static final StatsFile V1_OPERATIONS = new StatsFile("blkio.throttle.io_serviced_recursive");
    private static final StatsFile V1_OPERATIONS_ALONE = new StatsFile("blkio.throttle.io_serviced");

    private static final Keys V2_KEYS = new Keys("rbytes", "wbytes", "rios", "wios", "dbytes", "dios");
    private static final Keys V1_KEYS = new Keys("Read", "Write", "Discard");

    private IoFiles() {}

    /** Reads the statistics. */
    static Optional<IoStats> read(StatsBuffer buffer, @Nullable StatsSource source) {
        if (source == null) {
            return Optional.empty();
        }
        Fd directory = source.directory();
        if (source.version() == CgroupVersion.V2) {
            return buffer.read(directory, V2_STAT) ? Optional.of(parseV2(buffer.words())) : Optional.empty();
        }
        List<Counts> bytes = readV1(buffer, directory, V1_BYTES, V1_BYTES_ALONE);
        return bytes.isEmpty()
                ? Optional.empty()
                : merge(bytes, readV1(buffer, directory, V1_OPERATIONS, V1_OPERATIONS_ALONE));
    }

    /** Kernels that lack the first file have only the second, which leaves the cgroups below out. */
    private static List<Counts> readV1(StatsBuffer buffer, Fd directory, StatsFile file, StatsFile older) {
        return buffer.read(directory, file) || buffer.read(directory, older) ? countsV1(buffer.words()) : List.of();
    }

    /**
     * Parses {@code io.stat}: lines of {@code 8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0}.
     * There can be other keys, also without those; a device without keys; and, in kernels before 5.15, a second device in the
     * line of such a one.
     */
    static IoStats parseV2(StatsWords words) {
        List<Device> devices = new ArrayList<>(4);
        long[] values = new long[V2_KEYS.size()];
        for (; words.hasLine(); words.skipLine()) {
            long major = ABSENT;
            long minor = ABSENT;
            Arrays.fill(values, ABSENT);
            while (words.next()) {
                int equals = words.find('=');
                int colon = equals < 0 ? words.find(':') : -1;
                if (colon >= 0) {
                    addDevice(devices, major, minor, values);
                    major = words.numberBefore(colon);
                    minor = words.numberAfter(colon);
                    Arrays.fill(values, ABSENT);
                } else if (equals >= 0) {
                    int key = words.keyBefore(equals, V2_KEYS);
                    if (key >= 0) {
                        values[key] = words.numberAfter(equals);
                    }
                }
            }
            addDevice(devices, major, minor, values);
        }
        return new IoStats(devices);
    }

    private static void addDevice(List<Device> devices, long major, long minor, long[] values) {
        if (isNumber(major)
                && isNumber(minor)
                && values[0] != ABSENT
                && values[1] != ABSENT
                && values[2] != ABSENT
                && values[3] != ABSENT) {
            devices.add(new Device(
                    (int) major,
                    (int) minor,
                    values[0],
                    values[1],
                    values[2],
                    values[3],
                    optional(values[4]),
                    optional(values[5])));
        }
    }

    private static boolean isNumber(long deviceNumber) {
        return deviceNumber != ABSENT && deviceNumber <= Integer.MAX_VALUE;
    }

    /** Parses the two files of version 1; empty if they show no device. */
    static Optional<IoStats> parseV1(StatsWords bytes, StatsWords operations) {
        return merge(countsV1(bytes), countsV1(operations));
    }

    /** Of a device that was not yet in the first file, or not in the second, half would be missing. */
    private static Optional<IoStats> merge(List<Counts> bytes, List<Counts> operations) {
        List<Device> devices = new ArrayList<>(bytes.size());
        for (Counts count : bytes) {
            for (Counts other : operations) {
                if (count.major == other.major && count.minor == other.minor) {
                    addDevice(devices, count.major, count.minor, new long[] {
                        count.read, count.write, other.read, other.write, count.discard, other.discard
                    });
                    break;
                }
            }
        }
        return devices.isEmpty() ? Optional.empty() : Optional.of(new IoStats(devices));
    }

    /** Lines of {@code 254:0 Read 3276800}, those of a device together; the last is {@code Total 9830400}. */
    private static List<Counts> countsV1(StatsWords words) {
        List<Counts> devices = new ArrayList<>(4);
        Counts current = new Counts(ABSENT, ABSENT);
        for (; words.hasLine(); words.skipLine()) {
            int colon = words.next() ? words.find(':') : -1;
            if (colon >= 0) {
                long major = words.numberBefore(colon);
                long minor = words.numberAfter(colon);
                if (major != current.major || minor != current.minor) {
                    current = new Counts(major, minor);
                    devices.add(current);
                }
                int key = words.next() ? words.key(V1_KEYS) : -1;
                if (key >= 0 && words.next()) {
                    current.set(key, words.number());
                }
            }
        }
        return devices;
    }

    /** What a file of version 1 tells of a device. */
    private static final class Counts {
        private final long major;
        private final long minor;
        private long read = ABSENT;
        private long write = ABSENT;
        private long discard = ABSENT;

        Counts(long major, long minor) {
            this.major = major;
            this.minor = minor;
        }

        void set(int key, long value) {
            switch (key) {
                case 0 -> read = value;
                case 1 -> write = value;
                default -> discard = value;
            }
        }
    }
}
