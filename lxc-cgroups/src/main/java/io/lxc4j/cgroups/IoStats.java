package io.lxc4j.cgroups;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What a cgroup and those below it have read from and written to block devices since the cgroup was made. Reads that the
 * page cache serves do not count. Writes count when they reach the device, in version 1 only those of
 * {@code O_DIRECT}.
 *
 * @param devices the devices that were used, in the kernel's order
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files">cgroup-v2, IO</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html">cgroup-v1, Block IO Controller</a>
 */
public record IoStats(List<Device> devices) {
    /** Makes the list immutable. */
    public IoStats {
        devices = List.copyOf(devices);
    }

    /**
     * The use of one device.
     *
     * @param major the device's major number
     * @param minor the device's minor number
     * @param readBytes bytes read
     * @param writtenBytes bytes written
     * @param readOperations requests to read
     * @param writeOperations requests to write
     * @param discardedBytes bytes that were discarded, as {@code fstrim} does; since Linux 4.20
     * @param discardOperations requests to discard; since Linux 4.20
     */
    public record Device(
            int major,
            int minor,
            long readBytes,
            long writtenBytes,
            long readOperations,
            long writeOperations,
            OptionalLong discardedBytes,
            OptionalLong discardOperations) {
        private Device since(Device earlier) {
            return new Device(
                    major,
                    minor,
                    readBytes - earlier.readBytes,
                    writtenBytes - earlier.writtenBytes,
                    readOperations - earlier.readOperations,
                    writeOperations - earlier.writeOperations,
                    StatsValues.difference(discardedBytes, earlier.discardedBytes),
                    StatsValues.difference(discardOperations, earlier.discardOperations));
        }

        /** Renders the device: {@code 254:0 read 3.1 MiB in 50, written 6.3 MiB in 100}. */
        @Override
        public String toString() {
            return major + ":" + minor + " read " + StatsValues.bytes(readBytes) + " in " + readOperations
                    + ", written " + StatsValues.bytes(writtenBytes) + " in " + writeOperations
                    + (discardedBytes.orElse(0) == 0
                            ? ""
                            : ", discarded " + StatsValues.bytes(discardedBytes.getAsLong()));
        }
    }

    /**
     * Bytes read from all devices. What lies on a device that lies on another one, as with LVM, may count on both.
     *
     * @return the sum
     */
    public long readBytes() {
        return sum(Device::readBytes);
    }

    /**
     * Bytes written to all devices.
     *
     * @return the sum
     */
    public long writtenBytes() {
        return sum(Device::writtenBytes);
    }

    /**
     * Requests to read from all devices.
     *
     * @return the sum
     */
    public long readOperations() {
        return sum(Device::readOperations);
    }

    /**
     * Requests to write to all devices.
     *
     * @return the sum
     */
    public long writeOperations() {
        return sum(Device::writeOperations);
    }

    private long sum(ToLongFunction<Device> value) {
        return devices.stream().mapToLong(value).sum();
    }

    /**
     * What was read and written between two moments.
     *
     * @param earlier statistics of the same cgroup, taken earlier
     * @return the differences, for the devices that these statistics have; one that the earlier ones lack was not used
     *     before
     */
    public IoStats since(IoStats earlier) {
        return new IoStats(devices.stream()
                .map(device -> earlier.devices.stream()
                        .filter(other -> other.major == device.major && other.minor == device.minor)
                        .findFirst()
                        .map(device::since)
                        .orElse(device))
                .toList());
    }

    /** Renders the devices, separated by semicolons. */
    @Override
    public String toString() {
        return devices.isEmpty()
                ? "none"
                : devices.stream().map(Device::toString).collect(Collectors.joining("; "));
    }
}
