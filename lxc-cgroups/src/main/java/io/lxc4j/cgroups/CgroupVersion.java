package io.lxc4j.cgroups;

/** The two generations of cgroups. */
public enum CgroupVersion {
    /** Any number of hierarchies, each with controllers of its own. */
    V1,
    /** One hierarchy for all controllers. */
    V2
}
