package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.ParentOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control group: processes that are limited, counted, frozen and ended together. On a host with version 1 it is a directory
 * in each of several hierarchies, here it is one thing.
 *
 * <pre>{@code
 * try (Cgroup cgroup = Cgroup.create("batch", Limits.builder().cpus(0.5).pidsMax(100).build())) {
 *     Process process = new ProcessBuilder("make").start();
 *     cgroup.add(process.pid());
 *     process.waitFor();
 * }
 * }</pre>
 *
 * <p>It is made below the cgroup of this JVM, and belongs to it: {@link #close()} ends its processes and removes it, and
 * {@link #sweep()} removes what JVMs have left that are gone.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</a>
 */
public final class Cgroup implements AutoCloseable {
    static final String PROCESSES = "cgroup.procs";

    private static final Logger LOG = LoggerFactory.getLogger(Cgroup.class);
    private static final String PREFIX = "lxc4j-";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}");
    private static final int MOST_TRIES = 1000;
    private static final Duration LONGEST_REMOVAL = Duration.ofSeconds(30);

    /** What each cgroup has where the host has it, so that it can be counted. */
    private static final Set<String> COUNTING = Set.of("cpuacct", "memory", "pids", "io", "freezer");

    /** In version 2 also what makes it one of equals on the CPUs; in version 1 that would take real-time policies away. */
    private static final String CPU = "cpu";

    private static final Lazy<CgroupPlaces> PLACES = new Lazy<>(Cgroup::findPlaces);

    private final String name;
    private final List<Member> members;
    private final StatsReader statistics;
    private boolean closed;

    private Cgroup(String name, List<Member> members) {
        this.name = name;
        this.members = List.copyOf(members);
        statistics = new StatsReader(sources(members));
    }

    private static Map<String, StatsSource> sources(List<Member> members) {
        Map<String, StatsSource> sources = new HashMap<>();
        for (Member member : members) {
            CgroupDirectory directory = member.directory();
            StatsSource source = new StatsSource(directory.fd(), directory.version());
            member.controllers().forEach(controller -> sources.put(controller, source));
            if (directory.version() == CgroupVersion.V2) {
                sources.put(StatsReader.UNIFIED, source);
            }
        }
        return sources;
    }

    /**
     * Its part in one hierarchy.
     *
     * @param controllers of which something can be limited here
     * @param parent the directory that it lies in
     * @param directory its own
     */
    private record Member(Set<String> controllers, CgroupDirectory parent, CgroupDirectory directory) {
        String name() {
            return String.valueOf(directory.path().getFileName());
        }
    }

    private static CgroupPlaces findPlaces() {
        CgroupPlaces places = CgroupPlaces.find(CgroupLayout.detect());
        Thread.ofVirtual().name("lxc4j-sweep").start(() -> {
            Set<String> removed = sweep(places);
            if (!removed.isEmpty()) {
                LOG.info("removed cgroups that JVMs have left that are gone: {}", removed);
            }
        });
        return places;
    }

    // ---- making

    /**
     * Makes a cgroup below that of this JVM.
     *
     * @param name 1 to 100 letters, digits, and from the second on {@code _ . -}; no other cgroup that this JVM has made has it
     * @param limits what its processes may use together
     * @return the cgroup, without processes, which is the caller's to close
     * @throws InvalidSpecificationException if the name has another form or is taken, or the kernel refuses a value
     * @throws HostUnsupportedException if this host, or this user of it, can't make cgroups or can't limit that
     */
    public static Cgroup create(String name, Limits limits) {
        return create(name, limits, Limits.none());
    }

    /**
     * Makes a cgroup with limits that are good to have, and left out where the host can't have them, or would have to move other
     * processes of this JVM's cgroup for them.
     *
     * @param name as for {@link #create(String, Limits)}
     * @param limits what its processes may use together
     * @param wished more limits, of the same kind weaker ones
     * @return the cgroup, without processes, which is the caller's to close
     * @throws InvalidSpecificationException if the name has another form or is taken, or the kernel refuses a value
     * @throws HostUnsupportedException if this host, or this user of it, can't make cgroups or can't limit what is no wish
     */
    public static Cgroup create(String name, Limits limits, Limits wished) {
        return make(PLACES.get(), name, limits, wished);
    }

    static Cgroup make(CgroupPlaces places, String name, Limits limits, Limits wished) {
        checkName(name);
        if (places.places().isEmpty()) {
            throw new HostUnsupportedException(
                    "making the cgroup " + name + ": none is mounted that this user may write"
                            + " to; run as root, or in a cgroup of one's own, as by systemd-run --user --scope"
                            + " --property=Delegate=yes COMMAND");
        }
        return make(places, PREFIX + name, name, limits, wished);
    }

    /**
     * Whether this JVM can make cgroups. What can be limited then depends on the controllers that it may use.
     *
     * @return whether there is a hierarchy that this user may write to
     */
    public static boolean isAvailable() {
        return !PLACES.get().places().isEmpty();
    }

    /**
     * Adds what starts a process in a cgroup that this JVM makes.
     *
     * @param plan the plan under construction; each launch brings the cgroup's {@link #input()} along
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void contribute(LaunchPlan.Builder plan) {
        CgroupPlaces places = PLACES.get();
        if (places.unified().isPresent()) {
            plan.add(new Operation.StartInCgroup());
        }
        if (places.places().stream().anyMatch(place -> !place.isUnified())) {
            plan.add(new ParentOperation.MoveToCgroup());
        }
    }

    /**
     * Adds what moves a process that joins others into their cgroup. It is not cloned into it, so that its makers do not count.
     *
     * @param plan the plan under construction; each launch brings the cgroup's {@link #inputToJoin()} along
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void contributeToJoin(LaunchPlan.Builder plan) {
        plan.add(new ParentOperation.MoveToCgroup());
    }

    /**
     * What a launch brings along to move a process into it.
     *
     * @return its directories; they stay open and this cgroup's
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public CgroupInput inputToJoin() {
        return new CgroupInput(
                null, members.stream().map(member -> member.directory().fd()).toList());
    }

    /**
     * What a launch brings along to start a process in it.
     *
     * @return its directories; they stay open and this cgroup's
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public CgroupInput input() {
        return new CgroupInput(
                unified().map(CgroupDirectory::fd).orElse(null),
                members.stream()
                        .map(Member::directory)
                        .filter(directory -> directory.version() == CgroupVersion.V1)
                        .map(CgroupDirectory::fd)
                        .toList());
    }

    /**
     * Makes a cgroup in this one. In version 2 this one can't have processes of its own then.
     *
     * @param child its name, as for {@link #create}
     * @param limits what its processes may use together, within what this one may
     * @return the cgroup, which is the caller's to close; closing this one closes its processes, too
     * @throws InvalidSpecificationException if the name has another form or is taken, or the kernel refuses a value
     * @throws HostUnsupportedException if this host can't limit that
     */
    public Cgroup createChild(String child, Limits limits) {
        checkName(child);
        List<CgroupPlaces.Place> places = members.stream()
                .map(member -> new CgroupPlaces.Place(member.controllers(), member.directory()))
                .toList();
        return make(new CgroupPlaces(places), child, name + "/" + child, limits, Limits.none());
    }

    private static Cgroup make(CgroupPlaces places, String directory, String shown, Limits limits, Limits wished) {
        Set<String> limited = new TreeSet<>();
        limits.limits().forEach(limit -> {
            limited.add(limit.controller());
            check(limit, places.of(limit.controller()));
        });
        List<Member> members = new ArrayList<>();
        try {
            for (CgroupPlaces.Place place : places.places()) {
                Set<String> wanted = new LinkedHashSet<>(place.controllers());
                wanted.removeIf(controller -> !limited.contains(controller)
                        && !wished.hasController(controller)
                        && !COUNTING.contains(controller)
                        && !(place.isUnified() && controller.equals(CPU)));
                if (place.isUnified()) {
                    wanted = enable(place.directory(), wanted, limited);
                }
                if (place.isUnified() || !wanted.isEmpty()) {
                    members.add(make(place, directory, shown, wanted));
                }
            }
            Cgroup cgroup = new Cgroup(shown, members);
            cgroup.apply(wished.where(cgroup::has).with(limits));
            return cgroup;
        } catch (RuntimeException | Error e) {
            members.forEach(Cgroup::discard);
            throw e;
        }
    }

    private static void check(Limit limit, Optional<CgroupPlaces.Place> place) {
        if (place.isEmpty()) {
            throw new HostUnsupportedException("limit " + limit.key() + ": the controller " + limit.controller()
                    + " is not in the kernel, not mounted, or not this user's to use; Host.probe() tells more");
        }
        CgroupVersion version = place.get().version();
        if (limit.on(version).isEmpty()) {
            throw new HostUnsupportedException("limit " + limit.key() + ": cgroup version "
                    + (version == CgroupVersion.V1 ? "1" : "2") + ", which has the controller " + limit.controller()
                    + " on this host, has nothing like it; leave it out");
        }
    }

    /** For what is only wished or counted no process is moved; then it is left out. */
    private static Set<String> enable(CgroupDirectory parent, Set<String> wanted, Set<String> limited) {
        Set<String> needed = new LinkedHashSet<>(wanted);
        needed.retainAll(limited);
        if (CgroupPlaces.needsRoom(parent, wanted)) {
            if (needed.isEmpty()) {
                return Set.of();
            }
            CgroupPlaces.makeRoom(parent);
        }
        try {
            CgroupPlaces.enable(parent, wanted);
            return wanted;
        } catch (HostUnsupportedException e) {
            LOG.debug("not all can be counted", e);
            CgroupPlaces.enable(parent, needed);
            return needed;
        }
    }

    private boolean has(Limit limit) {
        return member(limit.controller())
                .filter(member -> !limit.on(member.directory().version()).isEmpty())
                .isPresent();
    }

    private static Member make(CgroupPlaces.Place place, String name, String shown, Set<String> controllers) {
        CgroupDirectory parent = place.directory();
        for (int tries = 1; ; tries++) {
            try {
                parent.make(name);
            } catch (SystemCallException e) {
                if (e.errno() == Errno.EEXIST) {
                    if (removeAbandoned(parent, name) || (tries > 1 && tries < MOST_TRIES)) {
                        continue; // somebody sweeps
                    }
                    throw new InvalidSpecificationException(
                            "cgroup name " + shown + " is taken: there is " + parent + "/" + name
                                    + ", and it is in use",
                            e);
                }
                throw new HostUnsupportedException("making the cgroup " + shown + " in " + parent, e);
            }
            CgroupDirectory directory;
            try {
                directory = parent.child(name);
            } catch (SystemCallException e) {
                if (e.errno() == Errno.ENOENT) {
                    continue; // swept away by another JVM before it was locked
                }
                throw e;
            }
            Member member = new Member(controllers, parent, directory);
            if (directory.tryLock() && parent.has(name)) {
                try {
                    initialize(member);
                } catch (RuntimeException | Error e) {
                    discard(member);
                    throw e;
                }
                return member;
            }
            directory.close();
        }
    }

    /** In version 1 nothing can run in a cpuset that has neither CPUs nor memory. */
    private static void initialize(Member member) {
        if (member.directory().version() == CgroupVersion.V1
                && member.controllers().contains("cpuset")) {
            for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                member.directory().write(file, member.parent().read(file));
            }
        }
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSpecificationException("cgroup name \"" + name.replaceAll("[^ -~]", "?")
                    + "\" must be 1 to 100 letters, digits, and from the second on _ . -");
        }
    }

    // ---- limits

    /**
     * Changes limits. What these do not say stays as it is. They are applied one after another; if one is refused, those before it
     * hold.
     *
     * @param limits what changes
     * @throws InvalidSpecificationException if the kernel refuses a value, or it is less memory than is in use
     * @throws HostUnsupportedException if this host can't limit that
     * @throws ContainerException if it is closed
     */
    public synchronized void update(Limits limits) {
        requireOpen();
        limits.limits()
                .forEach(limit -> check(
                        limit,
                        member(limit.controller())
                                .map(member -> new CgroupPlaces.Place(member.controllers(), member.directory()))));
        apply(limits);
    }

    private void apply(Limits limits) {
        for (Limit limit : limits.limits()) {
            CgroupDirectory directory = member(limit.controller()).orElseThrow().directory();
            LimitWriter.write(directory, limit);
        }
    }

    private Optional<Member> member(String controller) {
        return members.stream()
                .filter(member -> member.controllers().contains(controller))
                .findFirst();
    }

    // ---- processes

    /**
     * Its name.
     *
     * @return the name that it was made with; that of one in another one after it and a slash
     */
    public String name() {
        return name;
    }

    /**
     * Where it is.
     *
     * @return its directories, one a hierarchy
     */
    public List<Path> directories() {
        return members.stream().map(member -> member.directory().path()).toList();
    }

    /**
     * Moves a process into it. Its threads come along, its children stay where they are; those that it starts later are in it.
     *
     * @param pid the process's id, from 1
     * @throws ContainerException if there is no such process, it is not this user's to move, or the cgroup is closed
     */
    public synchronized void add(long pid) {
        requireOpen();
        if (pid < 1) {
            throw new InvalidSpecificationException("process " + pid + ": an id is at least 1");
        }
        for (Member member : members) {
            try {
                member.directory().write(PROCESSES, Long.toString(pid));
            } catch (SystemCallException e) {
                throw new ContainerException(
                        "moving process " + pid + " into the cgroup " + name + ": "
                                + switch (e.errno()) {
                                    case ESRCH -> "there is no such process";
                                    case EACCES, EPERM -> "this user may not move it from where it is";
                                    case EBUSY, EOPNOTSUPP -> "a cgroup whose children are limited has no processes";
                                    case ENODEV -> "the cgroup was removed by somebody else";
                                    default -> "the kernel refuses it";
                                },
                        e);
            }
        }
    }

    /**
     * The processes that are in it now, without those in cgroups below it.
     *
     * @return their ids, in ascending order; 0 for one that this JVM's PID namespace does not have
     * @throws ContainerException if it is closed
     */
    public synchronized List<Long> processes() {
        requireOpen();
        return processes(main());
    }

    private static List<Long> processes(CgroupDirectory directory) {
        return directory.lines(PROCESSES).stream()
                .map(Long::valueOf)
                .distinct()
                .sorted()
                .toList();
    }

    /** The hierarchy that knows most about processes. */
    private CgroupDirectory main() {
        return unified().orElse(members.getFirst().directory());
    }

    private Optional<CgroupDirectory> unified() {
        return members.stream()
                .map(Member::directory)
                .filter(directory -> directory.version() == CgroupVersion.V2)
                .findFirst();
    }

    /**
     * What its processes use and have used, together with those in cgroups below it.
     *
     * @return the figures of this moment
     * @throws ContainerException if it is closed
     */
    public synchronized CgroupStats stats() {
        requireOpen();
        return statistics.read();
    }

    /**
     * Ends all of its processes, also those below it, by {@code SIGKILL}, even if they go on to make others. They may still be ending
     * when this returns.
     *
     * @throws ContainerException if it is closed
     */
    public synchronized void kill() {
        requireOpen();
        Ending.kill(main(), freezer());
    }

    /**
     * Stops all of its processes, also those below it, until {@link #thaw()}.
     *
     * @param limit how long the kernel may take, at least 1 ms
     * @throws ContainerException if it can't stop them in that time, which a process that waits for a disk or a network file
     *     system can cause; the message names such processes. They run on then
     * @throws HostUnsupportedException if the host has no freezer
     * @throws InterruptedException if this thread is interrupted; the processes run on
     */
    public void freeze(Duration limit) throws InterruptedException {
        Freezer freezer;
        synchronized (this) {
            requireOpen();
            freezer = freezer()
                    .orElseThrow(() -> new HostUnsupportedException("freezing the cgroup " + name
                            + ": the host has neither cgroup version 2 of Linux 5.2 nor the controller freezer"));
        }
        freezer.freeze(name, limit);
    }

    /**
     * Lets its processes go on. Nothing happens if they are not stopped.
     *
     * @throws ContainerException if it is closed
     */
    public synchronized void thaw() {
        requireOpen();
        freezer().ifPresent(Freezer::thaw);
    }

    private Optional<Freezer> freezer() {
        return Freezer.of(main()).or(() -> member("freezer").flatMap(member -> Freezer.of(member.directory())));
    }

    private void requireOpen() {
        if (closed) {
            throw new ContainerException("the cgroup " + name + " is closed");
        }
    }

    // ---- the end

    /**
     * Ends its processes, removes it and what is below it. A second call does nothing.
     *
     * @throws ContainerException if the kernel does not let go of it within 30 seconds
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        ContainerException failure = null;
        Ending.kill(main(), freezer());
        for (Member member : members) {
            try {
                Ending.remove(member.parent(), member.name(), LONGEST_REMOVAL);
            } catch (ContainerException e) {
                failure = e;
            }
            member.directory().close();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static void discard(Member member) {
        long result = member.parent().tryRemove(member.name());
        member.directory().close();
        if (result < 0) {
            LOG.warn("removing the cgroup {} failed: {}", member.directory(), Errno.of((int) -result));
        }
    }

    /**
     * Removes the cgroups of JVMs that are gone, with what still runs in them. Nothing of a JVM that lives is touched.
     *
     * @return the names of those that were removed
     */
    public static Set<String> sweep() {
        return sweep(PLACES.get());
    }

    static Set<String> sweep(CgroupPlaces places) {
        Set<String> removed = new TreeSet<>();
        for (CgroupPlaces.Place place : places.places()) {
            for (String child : place.directory().children()) {
                if (child.startsWith(PREFIX)
                        && !child.equals(CgroupPlaces.LEAF)
                        && removeAbandoned(place.directory(), child)) {
                    removed.add(child.substring(PREFIX.length()));
                }
            }
        }
        return removed;
    }

    /** Who has made a cgroup holds it locked. */
    private static boolean removeAbandoned(CgroupDirectory parent, String name) {
        try (CgroupDirectory abandoned = parent.child(name)) {
            if (!abandoned.tryLock()) {
                return false;
            }
            Ending.kill(abandoned, Freezer.of(abandoned));
            Ending.remove(parent, name, LONGEST_REMOVAL);
            return true;
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "cgroup " + name + " " + directories();
    }
}
