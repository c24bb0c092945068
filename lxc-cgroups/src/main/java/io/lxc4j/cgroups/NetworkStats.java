package io.lxc4j.cgroups;

/**
 * What processes have sent and received by IP, over all network interfaces, {@code lo} included, and in all network namespaces. A socket
 * counts for the cgroup that its maker was in when it was made. Packets that the kernel cuts for the interface count as one, with their
 * headers of IP on.
 *
 * @param receivedPackets packets that have come in for a socket
 * @param receivedBytes their bytes
 * @param sentPackets packets that have gone out of a socket
 * @param sentBytes their bytes
 */
public record NetworkStats(long receivedPackets, long receivedBytes, long sentPackets, long sentBytes) {}
