package io.lxc4j.cgroups;

/**
 * What processes have sent and received by IP, over all network interfaces, {@code lo} included, and in all network namespaces. A socket
 * counts for the cgroup that its maker was in when it was made. A packet that the kernel cuts for the interface counts as one, with its
 * headers from that of IP on.
 *
 * @param receivedPackets packets that have come in for a socket
 * @param receivedBytes their bytes
 * @param sentPackets packets that have gone out of a socket
 * @param sentBytes their bytes
 * @param sentDrops packets that were to go out above {@link Limits.Builder#networkSendMax}, and are not among those
 */
public record NetworkStats(
        long receivedPackets, long receivedBytes, long sentPackets, long sentBytes, long sentDrops) {}
