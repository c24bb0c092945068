package io.lxc4j.cgroups;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/** Which way packets go. */
enum NetworkDirection {
    /** To a socket of the cgroup. What is dropped has gone over the network already, and its sender finds out. */
    RECEIVE("network.receive.max", "lxc4j_received", 0, 0),
    /** From a socket. What is dropped is told as congestion, not as an error. */
    SEND("network.send.max", "lxc4j_sent", 1, 2);

    private final String key;
    private final String program;
    private final int index;
    private final int dropped;

    NetworkDirection(String key, String program, int index, int dropped) {
        this.key = key;
        this.program = program;
        this.index = index;
        this.dropped = dropped;
    }

    String key() {
        return key;
    }

    String program() {
        return program;
    }

    Constant attachType() {
        return this == SEND ? Constants.BPF_CGROUP_INET_EGRESS : Constants.BPF_CGROUP_INET_INGRESS;
    }

    /** Its place in arrays. */
    int index() {
        return index;
    }

    /** What a program gives for a packet that is dropped; 1 is for one that goes on. */
    int dropped() {
        return dropped;
    }
}
