package io.lxc4j.cgroups;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/** Which way packets go. */
enum NetworkDirection {
    /** To a socket of the cgroup. */
    RECEIVE("lxc4j_received", 0),
    /** From a socket. */
    SEND("lxc4j_sent", 1);

    private final String program;
    private final int index;

    NetworkDirection(String program, int index) {
        this.program = program;
        this.index = index;
    }

    String program() {
        return program;
    }

    Constant attachType() {
        return this == SEND ? Constants.BPF_CGROUP_INET_EGRESS : Constants.BPF_CGROUP_INET_INGRESS;
    }

    /** Its place in the array of counts. */
    int index() {
        return index;
    }
}
