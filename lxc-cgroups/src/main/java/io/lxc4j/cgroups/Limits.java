package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How much the processes of a cgroup may use. What is not said is not limited, and an update leaves it as it is.
 *
 * <p>A limit is given once, in the terms of version 2, whatever the host has; where that is version 1 it becomes what means
 * the same there. What a version has nothing for is refused when it is applied, with the name of the limit.
 *
 * <pre>{@code
 * Limits limits = Limits.builder()
 *         .cpus(1.5)
 *         .memoryMax(ByteSize.mebibytes(512))
 *         .pidsMax(200)
 *         .build();
 * }</pre>
 *
 * <p>Immutable.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">Control Groups version 1</a>
 */
public final class Limits {
    private static final Limits NONE = new Limits(Map.of());

    private final Map<String, Limit> byKey;

    private Limits(Map<String, Limit> byKey) {
        this.byKey = byKey;
    }

    /**
     * No limit at all.
     *
     * @return limits that change nothing
     */
    public static Limits none() {
        return NONE;
    }

    /**
     * Describes limits.
     *
     * @return a builder without any
     */
    public static Builder builder() {
        return new Builder(NONE);
    }

    /**
     * Starts from these.
     *
     * @return a builder with these limits
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * These, and what others limit; of the same limit theirs.
     *
     * @param others the stronger ones
     * @return both
     */
    public Limits with(Limits others) {
        Map<String, Limit> both = new LinkedHashMap<>(byKey);
        both.putAll(others.byKey);
        return new Limits(both);
    }

    /**
     * Whether nothing is limited.
     *
     * @return whether there is no limit
     */
    public boolean isEmpty() {
        return byKey.isEmpty();
    }

    /** The controllers that limit something, by the names of version 2. */
    Set<String> controllers() {
        return byKey.values().stream().map(Limit::controller).collect(Collectors.toSet());
    }

    /**
     * Which devices may be opened.
     *
     * @return the devices; empty if that is not limited
     */
    public Optional<DeviceAccess> devices() {
        return Optional.ofNullable(byKey.get(Programmed.DEVICES))
                .map(Limit::programmed)
                .filter(Programmed.Devices.class::isInstance)
                .map(devices -> ((Programmed.Devices) devices).access());
    }

    /** Whether this says something about what another limit is about. */
    boolean has(Limit other) {
        return byKey.containsKey(other.key());
    }

    Limits where(Predicate<Limit> condition) {
        Map<String, Limit> some = new LinkedHashMap<>(byKey);
        some.values().removeIf(condition.negate());
        return new Limits(some);
    }

    /** In the order in which the kernel takes them together. */
    Collection<Limit> limits() {
        return byKey.values().stream()
                .sorted(Comparator.comparingInt(Limits::rank))
                .toList();
    }

    /** A burst is within a quota, swap in version 1 above memory, and what is idle has no weight. */
    private static int rank(Limit limit) {
        return switch (limit.key()) {
            case "cpu.idle" -> limit.v2().getFirst().value().equals("0") ? 0 : 2;
            case "cpu.max.burst", "memory.swap.max" -> 2;
            default -> 1;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Limits limits && byKey.equals(limits.byKey);
    }

    @Override
    public int hashCode() {
        return byKey.hashCode();
    }

    /** Renders the files of version 2 and their values, or those of version 1 for what only that has. */
    @Override
    public String toString() {
        return byKey.values().stream()
                .flatMap(limit -> limit.values().stream())
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Describes {@link Limits}. Each setter checks its value; the last of two for the same limit counts. Not thread-safe. */
    public static final class Builder {
        private static final int HIGHEST_WEIGHT = 10_000;
        private static final int DEFAULT_WEIGHT = 100;
        private static final int DEFAULT_SHARES = 1024;
        private static final int LOWEST_SHARES = 2;
        private static final int HIGHEST_SHARES = 262_144;
        private static final int LOWEST_BLKIO_WEIGHT = 10;
        private static final int HIGHEST_BLKIO_WEIGHT = 1000;
        private static final int HIGHEST_CPU = 8191;
        private static final long MILLISECOND = 1000;
        private static final long SECOND = 1_000_000;
        private static final long DEFAULT_PERIOD = 100_000;
        private static final int HIGHEST_PERCENT = 100;
        private static final int LOWEST_RATE = 1024;
        private static final int MOST_CPUS = 1_000_000;

        /** The kernel's highest number of processes, 2^22. */
        private static final long MOST_PIDS = 4_194_304;

        private static final Pattern NUMBERS = Pattern.compile("[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*");
        private static final Pattern PAGE_SIZE = Pattern.compile("[1-9][0-9]{0,3}[KMG]B");
        private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.:-]{1,64}");
        private static final Pattern FILE = Pattern.compile("([a-z][a-z0-9_]{0,30})\\.[a-zA-Z0-9_.]{1,100}");

        /** What is no limit, but the cgroup's own structure. */
        private static final String CORE = "cgroup";

        private final Map<String, Limit> byKey;

        private Builder(Limits before) {
            byKey = new LinkedHashMap<>(before.byKey);
        }

        // ---- CPU

        /**
         * Limits the time that it may run: {@code cpu.max}, in version 1 {@code cpu.cfs_quota_us}.
         *
         * @param cpus how many CPUs' worth of time, from 0.01 to 1,000,000; more than there are is no limit
         * @return this builder
         */
        public Builder cpus(double cpus) {
            if (!(cpus >= 0.01 && cpus <= MOST_CPUS)) {
                throw rejected("cpus", cpus, "from 0.01 to 1000000");
            }
            return cpuMax(Math.round(cpus * DEFAULT_PERIOD), DEFAULT_PERIOD);
        }

        /**
         * Limits the time that it may run in each period.
         *
         * @param quota from 1 ms; the sum over all CPUs
         * @param period from 1 ms to 1 s. Long ones cost less and make longer pauses
         * @return this builder
         */
        public Builder cpuQuota(Duration quota, Duration period) {
            long quotaMicros = micros("cpuQuota", quota);
            long periodMicros = micros("cpuQuota period", period);
            if (quotaMicros < MILLISECOND) {
                throw rejected("cpuQuota", quota, "at least 1 ms");
            }
            if (periodMicros < MILLISECOND || periodMicros > SECOND) {
                throw rejected("cpuQuota period", period, "from 1 ms to 1 s");
            }
            return cpuMax(quotaMicros, periodMicros);
        }

        /**
         * Takes the limit of time away, when updating.
         *
         * @return this builder
         */
        public Builder cpuUnlimited() {
            return put(new Limit(
                    "cpu.max",
                    "cpu",
                    List.of(new Setting("cpu.cfs_quota_us", "-1")),
                    List.of(new Setting("cpu.max", "max"))));
        }

        private Builder cpuMax(long quota, long period) {
            return put(new Limit(
                    "cpu.max",
                    "cpu",
                    List.of(
                            new Setting("cpu.cfs_period_us", Long.toString(period)),
                            new Setting("cpu.cfs_quota_us", Long.toString(quota))),
                    List.of(new Setting("cpu.max", quota + " " + period))));
        }

        /**
         * Lets time that was not used be used later, on top of the quota: {@code cpu.max.burst}.
         *
         * @param burst from 0, the default, to the quota
         * @return this builder
         */
        public Builder cpuBurst(Duration burst) {
            String micros = Long.toString(micros("cpuBurst", burst));
            return put(new Limit(
                    "cpu.max.burst",
                    "cpu",
                    List.of(new Setting("cpu.cfs_burst_us", micros)),
                    List.of(new Setting("cpu.max.burst", micros))));
        }

        /**
         * Gives it a share of the time when others want it, too, in proportion to their weights: {@code cpu.weight}. In version 1
         * it is {@code cpu.shares} in the same proportion, of which 1024 stands for 100.
         *
         * @param weight from 1 to 10000; 100 is what a cgroup has
         * @return this builder
         */
        public Builder cpuWeight(int weight) {
            checkWeight("cpuWeight", weight);
            return cpuWeight(weight, sharesInProportion(weight));
        }

        /**
         * The same as {@link #cpuWeight} in the terms of version 1 and of OCI configurations, {@code cpu.shares}. In version 2 it is
         * the weight that OCI runtimes derive from it: 2 becomes 1, 1024 becomes 100 and 262144 becomes 10000.
         *
         * @param shares from 2 to 262144; 1024 is what a cgroup has
         * @return this builder
         * @see <a href="https://github.com/opencontainers/cgroups">how OCI runtimes convert it</a>
         */
        public Builder cpuShares(int shares) {
            if (shares < LOWEST_SHARES || shares > HIGHEST_SHARES) {
                throw rejected("cpuShares", shares, "from 2 to 262144");
            }
            return cpuWeight(weightOfShares(shares), shares);
        }

        private Builder cpuWeight(int weight, int shares) {
            return put(new Limit(
                    "cpu.weight",
                    "cpu",
                    List.of(new Setting("cpu.shares", Integer.toString(shares))),
                    List.of(new Setting("cpu.weight", Integer.toString(weight)))));
        }

        /** Proportions are what weights are for, so they stay. */
        static int sharesInProportion(int weight) {
            return Math.max(LOWEST_SHARES, Math.round((float) weight * DEFAULT_SHARES / DEFAULT_WEIGHT));
        }

        /** Both scales meet at their lowest, usual and highest values; between them a curve. */
        static int weightOfShares(int shares) {
            double log = Math.log(shares) / Math.log(2);
            double exponent = (log * log + 125 * log) / 612 - 7.0 / 34;
            return Math.clamp((long) Math.ceil(Math.pow(10, exponent) - 1e-9), 1, HIGHEST_WEIGHT);
        }

        /**
         * Lets it run only where nobody else wants to: {@code cpu.idle}. Needs Linux 5.15.
         *
         * @param idle whether
         * @return this builder
         */
        public Builder cpuIdle(boolean idle) {
            return put(Limit.same("cpu", "cpu.idle", idle ? "1" : "0"));
        }

        /**
         * Limits the frequency that the scheduler asks of a CPU for it: {@code cpu.uclamp.min} and {@code cpu.uclamp.max}. Needs a
         * kernel with {@code CONFIG_UCLAMP_TASK_GROUP}.
         *
         * @param lowest in percent, from 0 to 100
         * @param highest in percent, from the lowest to 100
         * @return this builder
         */
        public Builder cpuClamp(int lowest, int highest) {
            if (lowest < 0 || highest > HIGHEST_PERCENT || lowest > highest) {
                throw rejected(
                        "cpuClamp", lowest + ", " + highest, "two percentages from 0 to 100, the lower one first");
            }
            put(Limit.same("cpu", "cpu.uclamp.max", Integer.toString(highest)));
            return put(Limit.same("cpu", "cpu.uclamp.min", Integer.toString(lowest)));
        }

        /**
         * Names the CPUs that it may run on: {@code cpuset.cpus}.
         *
         * @param list numbers and ranges from 0 to 8191 between commas, for instance {@code 0-3,8}
         * @return this builder
         */
        public Builder cpuset(String list) {
            return put(Limit.same("cpuset", "cpuset.cpus", numbers("cpuset", list)));
        }

        /**
         * Names the CPUs that it may run on.
         *
         * @param first a number, from 0 to 8191
         * @param more others
         * @return this builder
         */
        public Builder cpuset(int first, int... more) {
            return cpuset(IntStream.concat(IntStream.of(first), IntStream.of(more))
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(",")));
        }

        /**
         * Names the memory nodes that it may take memory of: {@code cpuset.mems}.
         *
         * @param list numbers and ranges between commas, for instance {@code 0-1}
         * @return this builder
         */
        public Builder memoryNodes(String list) {
            return put(Limit.same("cpuset", "cpuset.mems", numbers("memoryNodes", list)));
        }

        private static String numbers(String name, String list) {
            if (!NUMBERS.matcher(list).matches()) {
                throw rejected(name, "\"" + list + "\"", "numbers and ranges between commas, for instance 0-3,8");
            }
            for (String range : list.split(",", -1)) {
                String[] ends = range.split("-", -1);
                int first = Integer.parseInt(ends[0]);
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (first > last || last > HIGHEST_CPU) {
                    throw rejected(name, "\"" + list + "\"", "ranges from the lower to the higher number, up to 8191");
                }
            }
            return list;
        }

        // ---- memory

        /**
         * The most memory that it may have, above which the kernel ends one of its processes: {@code memory.max}, in version 1
         * {@code memory.limit_in_bytes}.
         *
         * @param most from 1 byte, which the kernel rounds to pages; too little for a program to start fails the start
         * @return this builder
         */
        public Builder memoryMax(ByteSize most) {
            if (most.bytes() == 0) {
                throw rejected("memoryMax", most, "at least 1 byte");
            }
            return put(new Limit(
                    "memory.max",
                    "memory",
                    List.of(new Setting("memory.limit_in_bytes", most.orMinusOne())),
                    List.of(new Setting("memory.max", most.orMax()))));
        }

        /**
         * The memory above which it is slowed down and has to give some back, before it comes to its maximum:
         * {@code memory.high}. Version 1 has nothing like it.
         *
         * @param most from 0
         * @return this builder
         */
        public Builder memoryHigh(ByteSize most) {
            return put(Limit.v2("memory", "memory.high", most.orMax()));
        }

        /**
         * The memory that is left to it as long as others have some to give: {@code memory.low}, in version 1
         * {@code memory.soft_limit_in_bytes}.
         *
         * @param least from 0, the default
         * @return this builder
         */
        public Builder memoryLow(ByteSize least) {
            return put(new Limit(
                    "memory.low",
                    "memory",
                    List.of(new Setting("memory.soft_limit_in_bytes", least.orMinusOne())),
                    List.of(new Setting("memory.low", least.orMax()))));
        }

        /**
         * The memory that is left to it in any case: {@code memory.min}. Version 1 has nothing like it.
         *
         * @param least from 0, the default
         * @return this builder
         */
        public Builder memoryMin(ByteSize least) {
            return put(Limit.v2("memory", "memory.min", least.orMax()));
        }

        /**
         * The most swap that it may have: {@code memory.swap.max}. Version 1 limits memory and swap together,
         * {@code memory.memsw.limit_in_bytes}, so it needs {@link #memoryMax}, too.
         *
         * @param most from 0, which is none
         * @return this builder
         */
        public Builder swapMax(ByteSize most) {
            return put(new Limit(
                    "memory.swap.max",
                    "memory",
                    List.of(new Setting("memory.memsw.limit_in_bytes", Long.toString(most.bytes()))),
                    List.of(new Setting("memory.swap.max", most.orMax()))));
        }

        /**
         * Whether all of its processes are ended when memory is short, not one of them: {@code memory.oom.group}. Version 1
         * has nothing like it.
         *
         * @param together whether
         * @return this builder
         */
        public Builder memoryOomGroup(boolean together) {
            return put(Limit.v2("memory", "memory.oom.group", together ? "1" : "0"));
        }

        /**
         * How readily it is swapped out: {@code memory.swappiness}. Only version 1 has it.
         *
         * @param percent from 0 to 100
         * @return this builder
         */
        public Builder memorySwappiness(int percent) {
            if (percent < 0 || percent > HIGHEST_PERCENT) {
                throw rejected("memorySwappiness", percent, "from 0 to 100");
            }
            return put(Limit.v1("memory", "memory.swappiness", Integer.toString(percent)));
        }

        // ---- disks

        /**
         * Gives it a share of the disks when others want them, too: {@code io.weight}, or {@code io.bfq.weight} where the BFQ
         * scheduler is what shares them. Version 1 has {@code blkio.bfq.weight} or {@code blkio.weight}, from 10 to 1000.
         *
         * @param weight from 1 to 10000; 100 is what a cgroup has
         * @return this builder
         */
        public Builder ioWeight(int weight) {
            checkWeight("ioWeight", weight);
            String narrow = Integer.toString(narrowWeight(weight));
            return put(new Limit(
                    "io.weight",
                    "io",
                    List.of(new Setting("blkio.bfq.weight", narrow, new Setting("blkio.weight", narrow))),
                    List.of(new Setting(
                            "io.weight",
                            "default " + weight,
                            new Setting(
                                    "io.bfq.weight", Integer.toString(Math.clamp(weight, 1, HIGHEST_BLKIO_WEIGHT)))))));
        }

        /** The reverse of what OCI runtimes do with the weights of version 1. */
        static int narrowWeight(int weight) {
            return LOWEST_BLKIO_WEIGHT
                    + (weight - 1) * (HIGHEST_BLKIO_WEIGHT - LOWEST_BLKIO_WEIGHT) / (HIGHEST_WEIGHT - 1);
        }

        /**
         * Limits the use of a disk: {@code io.max}, in version 1 {@code blkio.throttle.*}.
         *
         * @param device the disk
         * @param rate how much; what it does not say is not limited
         * @return this builder
         */
        public Builder ioMax(BlockDevice device, IoRate rate) {
            return put(new Limit(
                    "io.max " + device,
                    "io",
                    List.of(
                            new Setting(
                                    "blkio.throttle.read_bps_device",
                                    device + " " + rate.readBytes().orElse(0)),
                            new Setting(
                                    "blkio.throttle.write_bps_device",
                                    device + " " + rate.writeBytes().orElse(0)),
                            new Setting(
                                    "blkio.throttle.read_iops_device",
                                    device + " " + rate.readOperations().orElse(0)),
                            new Setting(
                                    "blkio.throttle.write_iops_device",
                                    device + " " + rate.writeOperations().orElse(0))),
                    List.of(new Setting("io.max", device + " " + rate))));
        }

        /**
         * Slows others down when it waits longer than this for a disk: {@code io.latency}. Version 1 has nothing like it.
         *
         * @param device the disk
         * @param target from 1 microsecond
         * @return this builder
         */
        public Builder ioLatency(BlockDevice device, Duration target) {
            long micros = micros("ioLatency", target);
            if (micros == 0) {
                throw rejected("ioLatency", target, "at least 1 microsecond");
            }
            return put(new Limit(
                    "io.latency " + device,
                    "io",
                    List.of(),
                    List.of(new Setting("io.latency", device + " target=" + micros))));
        }

        // ---- numbers of things

        /**
         * How many processes and threads it may have at a time: {@code pids.max}.
         *
         * @param most from 1 to 4194304, the most that the kernel can have
         * @return this builder
         */
        public Builder pidsMax(long most) {
            if (most < 1 || most > MOST_PIDS) {
                throw rejected("pidsMax", most, "from 1 to 4194304");
            }
            return put(Limit.same("pids", "pids.max", Long.toString(most)));
        }

        /**
         * Takes the limit of processes away, when updating.
         *
         * @return this builder
         */
        public Builder pidsUnlimited() {
            return put(Limit.same("pids", "pids.max", "max"));
        }

        /**
         * The most memory in huge pages: {@code hugetlb.SIZE.max}, in version 1 {@code hugetlb.SIZE.limit_in_bytes}.
         *
         * @param pageSize as the kernel names it, for instance {@code 2MB} or {@code 1GB}
         * @param most from 0
         * @return this builder
         */
        public Builder hugetlbMax(String pageSize, ByteSize most) {
            if (!PAGE_SIZE.matcher(pageSize).matches()) {
                throw rejected("hugetlbMax", "\"" + pageSize + "\"", "a page size such as 2MB or 1GB");
            }
            String file = "hugetlb." + pageSize;
            return put(new Limit(
                    file + ".max",
                    "hugetlb",
                    List.of(new Setting(file + ".limit_in_bytes", most.orMinusOne())),
                    List.of(new Setting(file + ".max", most.orMax()))));
        }

        /**
         * What it may have of an RDMA device: {@code rdma.max}.
         *
         * @param device the device's name, for instance {@code mlx4_0}
         * @param handles how many handles, from 0
         * @param objects how many objects, from 0
         * @return this builder
         */
        public Builder rdmaMax(String device, int handles, int objects) {
            checkName("rdmaMax", device);
            if (handles < 0 || objects < 0) {
                throw rejected("rdmaMax", handles + ", " + objects, "counts from 0");
            }
            Setting setting = new Setting("rdma.max", device + " hca_handle=" + handles + " hca_object=" + objects);
            return put(new Limit("rdma.max " + device, "rdma", List.of(setting), List.of(setting)));
        }

        /**
         * What it may have of something that is countable on this machine: {@code misc.max}.
         *
         * @param resource the kernel's name, for instance {@code sev}
         * @param most from 0
         * @return this builder
         */
        public Builder miscMax(String resource, long most) {
            checkName("miscMax", resource);
            if (most < 0) {
                throw rejected("miscMax", most, "a count from 0");
            }
            Setting setting = new Setting("misc.max", resource + " " + most);
            return put(new Limit("misc.max " + resource, "misc", List.of(setting), List.of(setting)));
        }

        /**
         * Says which devices may be opened, and of which nodes may be made. In version 2 it is a program that the kernel runs at each
         * opening, and needs CAP_BPF and CAP_NET_ADMIN; a host that has the controller {@code devices} of version 1 has files for it.
         * What is open stays open. A cgroup can allow no more than those above it.
         *
         * @param access the devices; an update replaces it as a whole, in version 2 from one opening to the next
         * @return this builder
         */
        public Builder devices(DeviceAccess access) {
            return put(Limit.programmed(Programmed.DEVICES, Programmed.DEVICES, new Programmed.Devices(access)));
        }

        /**
         * Counts what goes over the network, for {@link CgroupStats#network()}, from the time on when this is set. It limits nothing,
         * and costs each packet a program's run. Needs the hierarchy of version 2, with or without controllers, CAP_BPF and
         * CAP_NET_ADMIN.
         *
         * @return this builder
         */
        public Builder countNetwork() {
            return put(Limit.programmed(Programmed.NETWORK, Programmed.NETWORK, new Programmed.Network()));
        }

        /**
         * Limits what is sent by IP, over all network interfaces together, {@code lo} included, by dropping what is more. TCP adapts to
         * that, other protocols lose packets; after a pause half a second's worth can be sent at once, and no less than 256 KiB. It is
         * counted as well, and needs what {@link #countNetwork()} needs. What is received is not limited: it has gone over the network
         * when it could be dropped, and TCP would fall short of the rate.
         *
         * @param perSecond the bytes of each second with the headers from that of IP on, at least 1 KiB; {@link ByteSize#UNLIMITED}
         *     takes the limit away
         * @return this builder
         */
        public Builder networkSendMax(ByteSize perSecond) {
            boolean limited = !perSecond.equals(ByteSize.UNLIMITED);
            if (limited && perSecond.bytes() < LOWEST_RATE) {
                throw rejected("networkSendMax", perSecond, "at least 1 KiB");
            }
            return put(Limit.programmed(
                    Programmed.SendingRate.KEY,
                    Programmed.NETWORK,
                    new Programmed.SendingRate(limited ? perSecond.bytes() : 0)));
        }

        /**
         * Marks the packets that it sends, for {@code tc} and netfilter to tell them: {@code net_cls.classid}. Only version 1 has it.
         *
         * @param major the upper half, from 0 to 65535
         * @param minor the lower half, from 0 to 65535
         * @return this builder
         */
        public Builder networkClass(int major, int minor) {
            if ((major | minor) >>> 16 != 0) {
                throw rejected("networkClass", major + ":" + minor, "two numbers from 0 to 65535");
            }
            return put(Limit.v1("net_cls", "net_cls.classid", "0x" + Integer.toHexString(major << 16 | minor)));
        }

        /**
         * Gives what it sends by an interface a priority: {@code net_prio.ifpriomap}. Only version 1 has it.
         *
         * @param networkInterface its name, for instance {@code eth0}
         * @param priority from 0
         * @return this builder
         */
        public Builder networkPriority(String networkInterface, int priority) {
            checkName("networkPriority", networkInterface);
            if (priority < 0) {
                throw rejected("networkPriority", priority, "from 0");
            }
            return put(new Limit(
                    "net_prio.ifpriomap " + networkInterface,
                    "net_prio",
                    List.of(new Setting("net_prio.ifpriomap", networkInterface + " " + priority)),
                    List.of()));
        }

        /**
         * Writes to a file by name, for what is newer than this library. The file has to be there in the version that the host has.
         *
         * @param file its name, for instance {@code memory.zswap.max}; no file of the controller {@code cgroup}
         * @param value one line, not empty
         * @return this builder
         */
        public Builder set(String file, String value) {
            var form = FILE.matcher(file);
            if (!form.matches() || form.group(1).equals(CORE)) {
                throw rejected("set", "\"" + file + "\"", "a controller's file, for instance memory.zswap.max");
            }
            if (value.isEmpty() || value.chars().anyMatch(c -> c < ' ')) {
                throw rejected(file, "\"" + value.replaceAll("[^ -~]", "?") + "\"", "one line, not empty");
            }
            String controller = form.group(1).equals("blkio") ? "io" : form.group(1);
            return put(Limit.same(controller, file, value));
        }

        /**
         * Makes the limits.
         *
         * @return what was described
         */
        public Limits build() {
            return new Limits(new LinkedHashMap<>(byKey));
        }

        private Builder put(Limit limit) {
            byKey.remove(limit.key()); // so that the last said is the last applied
            byKey.put(limit.key(), limit);
            return this;
        }

        private static void checkWeight(String name, int weight) {
            if (weight < 1 || weight > HIGHEST_WEIGHT) {
                throw rejected(name, weight, "from 1 to 10000");
            }
        }

        private static void checkName(String name, String value) {
            if (!NAME.matcher(value).matches()) {
                throw rejected(
                        name, "\"" + value.replaceAll("[^ -~]", "?") + "\"", "up to 64 letters, digits, _ . : and -");
            }
        }

        private static long micros(String name, Duration duration) {
            if (duration.isNegative() || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw rejected(name, duration, "from 0 to a day");
            }
            return duration.toNanos() / MILLISECOND;
        }

        private static InvalidSpecificationException rejected(String name, Object value, String accepted) {
            return new InvalidSpecificationException(
                    name + "(" + Objects.toString(value) + "): it must be " + accepted);
        }
    }
}
