package io.lxc4j.kernel;

/**
 * What a program sees that decides on an access to a device.
 *
 * <pre>
 * struct bpf_cgroup_dev_ctx {
 *     __u32 access_type;   // 0, BPF_DEVCG_ACC_* &lt;&lt; 16 | BPF_DEVCG_DEV_*
 *     __u32 major;         // 4
 *     __u32 minor;         // 8
 * };                       // 12
 * </pre>
 */
public final class BpfCgroupDevCtx {
    /** Offset of what is done, in the upper half, and to which kind of device. */
    public static final int ACCESS_TYPE = 0;
    /** Offset of the device's major number. */
    public static final int MAJOR = 4;
    /** Offset of the device's minor number. */
    public static final int MINOR = 8;

    /** How far what is done is shifted. */
    public static final int ACCESS_SHIFT = 16;

    static final int SIZE = 12;

    private BpfCgroupDevCtx() {}
}
