package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.ParentOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
    static final String PREFIX = "lxc4j-";

    private static final Logger LOG = LoggerFactory.getLogger(Cgroup.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}");
    private static final Lazy<CgroupPlaces> PLACES = new Lazy<>(Cgroup::findPlaces);

    private final String name;
    private final @Nullable Cgroup parent;
    private final CgroupMembers members;
    private final StatsReader statistics;
    private final CgroupCounters counters;
    private final CgroupListeners listeners;
    private OptionalLong oomKills = OptionalLong.empty();
    private int launches;
    private boolean closed;

    private Cgroup(String name, @Nullable Cgroup parent, CgroupMembers members) {
        this.name = name;
        this.parent = parent;
        this.members = members;
        statistics = members.statistics();
        counters = new CgroupCounters(members);
        listeners = new CgroupListeners(name, counters, KernelLog.shared());
    }

    private static CgroupPlaces findPlaces() {
        CgroupPlaces places = CgroupPlaces.find(CgroupLayout.detect());
        Thread.ofVirtual().name("lxc4j-sweep").start(() -> {
            Set<String> removed = Sweep.run(places);
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
        return new Cgroup(name, null, new CgroupMaker(places, PREFIX + name, name).make(limits, wished));
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
     * Where this JVM makes cgroups: below its own, where that is its own to manage, else as root at the top of the hierarchy.
     *
     * @return a directory in each hierarchy that this user may write to
     */
    public static List<Path> parents() {
        return PLACES.get().places().stream()
                .map(place -> place.directory().path())
                .toList();
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
     * Adds what shows a process its own cgroups at {@code /sys/fs/cgroup}, read-only, so that it can tell what it may use.
     *
     * @param plan the plan under construction, after {@code /sys}, of a process with a cgroup namespace of its own
     * @param limits what it may use, as given to {@link #create(String, Limits, Limits)}
     * @param wished more limits
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void contributeView(LaunchPlan.Builder plan, Limits limits, Limits wished) {
        CgroupView.of(PLACES.get(), limits.with(wished).controllers()).ifPresent(plan::add);
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
     * @return its directories, to be closed after the launch
     * @throws ContainerException if it is closed
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public CgroupInput inputToJoin() {
        return input(null, members.directories());
    }

    /**
     * What a launch brings along to start a process in it.
     *
     * @return its directories, to be closed after the launch
     * @throws ContainerException if it is closed
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public CgroupInput input() {
        return input(
                members.unified().map(CgroupDirectory::fd).orElse(null),
                members.directories().stream()
                        .filter(directory -> directory.version() == CgroupVersion.V1)
                        .toList());
    }

    /** A number of a descriptor that is closed meanwhile could be that of another cgroup, and the process would be in that. */
    private synchronized CgroupInput input(@Nullable Fd unified, List<CgroupDirectory> others) {
        requireOpen();
        launches++;
        return new CgroupInput(unified, others.stream().map(CgroupDirectory::fd).toList(), this::launched);
    }

    private synchronized void launched() {
        launches--;
        closeDirectoriesIfUnused();
    }

    private void closeDirectoriesIfUnused() {
        if (closed && launches == 0) {
            members.directories().forEach(CgroupDirectory::close);
        }
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
        String shown = name + "/" + child;
        return new Cgroup(shown, this, CgroupMaker.below(members, child, shown).make(limits, Limits.none()));
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
        limits.limits().forEach(members::check);
        members.apply(limits);
    }

    /**
     * Which devices its processes may open, as was set last here. The cgroups above may allow less.
     *
     * @return the devices; empty if it has no limit of its own
     */
    public synchronized Optional<DeviceAccess> devices() {
        return members.programs().devices();
    }

    /**
     * Changes which devices its processes may open, in dependence on what they may. Nothing happens if it has no such limit of its own.
     *
     * @param change gives the new rules for the old ones
     * @throws HostUnsupportedException if this host can't limit that, or a cgroup above allows less
     * @throws ContainerException if it is closed
     */
    public synchronized void updateDevices(UnaryOperator<DeviceAccess> change) {
        requireOpen();
        devices()
                .ifPresent(before ->
                        update(Limits.builder().devices(change.apply(before)).build()));
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
        return members.directories().stream().map(CgroupDirectory::path).toList();
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
        for (CgroupMember member : members.members()) {
            try {
                member.directory().write(PROCESSES, Long.toString(pid));
            } catch (SystemCallException e) {
                throw new ContainerException(
                        "moving process " + pid + " into the cgroup " + name + ": "
                                + switch (e.errno()) {
                                    case ESRCH -> "there is no such process";
                                    case EACCES, EPERM -> "this user may not move it from where it is";
                                    case EBUSY, EOPNOTSUPP -> "a cgroup whose children are limited has no processes";
                                    case ENODEV, ENOENT -> "the cgroup was removed by somebody else";
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
        return processes(members.main());
    }

    private static List<Long> processes(CgroupDirectory directory) {
        return directory.lines(PROCESSES).stream()
                .map(Long::valueOf)
                .distinct()
                .sorted()
                .toList();
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
     * How many of its processes the kernel has ended for want of memory. In version 1 those of cgroups below it are not counted.
     *
     * @return the count since it was made, or from then until it was closed; empty if the host does not tell
     */
    public synchronized OptionalLong oomKills() {
        if (!closed) {
            oomKills = StatsValues.optional(counters.kills());
        }
        return oomKills;
    }

    // ---- being told

    /**
     * Has a listener told what happens to it, as far as this host tells that, see {@link CgroupEvent}. Events that come before this returns
     * are not told. The listener runs in a virtual thread, so it may wait; it is told one event after the other, and what comes meanwhile
     * is added up if it is of the same kind. If it throws, that is logged, and it is told the next.
     *
     * @param listener is told, until the subscription or this cgroup is closed
     * @return what ends it
     * @throws HostUnsupportedException if this user may watch no more files
     * @throws ContainerException if it is closed
     */
    public Subscription onEvent(Consumer<? super CgroupEvent> listener) {
        return onEvent(CgroupEvent.class, listener);
    }

    /**
     * Has a listener told of one kind of events, as {@link #onEvent(Consumer)} does.
     *
     * @param <E> the kind
     * @param kind which kind; of pressure {@link #onPressure} tells
     * @param listener is told, until the subscription or this cgroup is closed
     * @return what ends it
     * @throws HostUnsupportedException if this host does not tell of them, as version 1 does not of some; or this user may watch no more
     *     files
     * @throws ContainerException if it is closed
     */
    public synchronized <E extends CgroupEvent> Subscription onEvent(Class<E> kind, Consumer<? super E> listener) {
        requireOpen();
        return listeners.add(kind, event -> listener.accept(kind.cast(event)));
    }

    /**
     * Has a listener told when its processes have to wait too long for a resource; at most once in the trigger's window. What is said of
     * listeners at {@link #onEvent(Consumer)} holds here, too.
     *
     * @param trigger how long is too long
     * @param listener is told, until the subscription or this cgroup is closed
     * @return what ends it
     * @throws HostUnsupportedException if the kernel counts no pressure, the host has no cgroup version 2, or this user may not have such a
     *     window
     * @throws ContainerException if it is closed
     */
    public synchronized Subscription onPressure(
            PressureTrigger trigger, Consumer<? super CgroupEvent.Pressure> listener) {
        requireOpen();
        return listeners.add(trigger, listener::accept);
    }

    /**
     * Has a listener told its statistics, at once and then again and again. If it takes longer than the interval, it is told next as soon
     * as it is done, and always what holds then. What is said of listeners at {@link #onEvent(Consumer)} holds here, too.
     *
     * @param interval from one time to the next, at least 1 ms
     * @param listener is told, until the subscription or this cgroup is closed
     * @return what ends it
     * @throws InvalidSpecificationException if the interval is shorter
     * @throws ContainerException if it is closed
     */
    public synchronized Subscription stats(Duration interval, Consumer<? super CgroupStats> listener) {
        requireOpen();
        return listeners.add(interval, this::statsIfOpen, listener::accept);
    }

    private synchronized Optional<CgroupStats> statsIfOpen() {
        return closed ? Optional.empty() : Optional.of(statistics.read());
    }

    // ---- stopping and ending

    /**
     * Ends all of its processes, also those below it, by {@code SIGKILL}, even if they go on to make others. They may still be ending
     * when this returns.
     *
     * @throws ContainerException if it is closed, or this JVM is in it itself
     */
    public synchronized void kill() {
        requireOpen();
        requireElsewhere("ending");
        Ending.kill(members.main(), members.freezer());
    }

    /**
     * Stops all of its processes, also those below it, until {@link #thaw()}.
     *
     * @param limit how long the kernel may take, at least 1 ms
     * @throws ContainerException if it can't stop them in that time, which a process that waits for a disk or a network file
     *     system can cause; the message names such processes. They run on then. Also if it is closed, before or meanwhile
     * @throws HostUnsupportedException if the host has no freezer
     * @throws InterruptedException if this thread is interrupted; the processes run on
     */
    public void freeze(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        boolean frozen = false;
        try {
            frozen = tryFreeze();
            while (!frozen && System.nanoTime() - end < 0) {
                Thread.sleep(Freezer.STEP);
                frozen = tryFreeze();
            }
        } finally {
            if (!frozen) {
                thawUnlessClosed();
            }
        }
        if (!frozen) {
            throw new ContainerException("freezing the cgroup " + name + ": the kernel could not within "
                    + limit.toMillis() + " ms" + obstacles() + "; its processes run on");
        }
    }

    /** The lock is not held while the kernel stops them, so that a close need not wait for that. */
    private synchronized boolean tryFreeze() {
        requireOpen();
        return members.freezer()
                .orElseThrow(() -> new HostUnsupportedException("freezing the cgroup " + name
                        + ": the host has neither cgroup version 2 of Linux 5.2 nor the controller freezer"))
                .tryStop();
    }

    private synchronized void thawUnlessClosed() {
        if (!closed) {
            thaw();
        }
    }

    private synchronized String obstacles() {
        return closed ? "" : members.freezer().map(Freezer::obstacles).orElse("");
    }

    /**
     * Lets its processes go on. Nothing happens if they are not stopped.
     *
     * @throws ContainerException if it is closed
     */
    public synchronized void thaw() {
        requireOpen();
        members.freezer().ifPresent(Freezer::thaw);
    }

    private void requireOpen() {
        if (closed) {
            throw new ContainerException("the cgroup " + name + " is closed");
        }
    }

    private void requireElsewhere(String doing) {
        try {
            if (Ending.holdsThisJvm(members.main())) {
                throw new ContainerException(doing + " the cgroup " + name
                        + ": this JVM is in it, and would end itself; move it to another one first");
            }
        } catch (SystemCallException e) {
            LOG.debug("the cgroup {} was removed by somebody else", name, e);
        }
    }

    // ---- the end

    /**
     * Ends its processes, removes it and what is below it. A second call does nothing.
     *
     * @throws ContainerException if the kernel does not let go of it within 30 seconds; or if this JVM is in it itself, and then nothing
     *     is done
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        boolean gone = parent != null && parent.isClosed();
        if (!gone) {
            requireElsewhere("closing");
        }
        try {
            var _ = oomKills();
        } catch (SystemCallException e) {
            LOG.debug("the cgroup {} was removed by somebody else", name, e);
        }
        closed = true;
        listeners.end();
        statistics.close();
        ContainerException failure = gone ? null : remove();
        closeDirectoriesIfUnused();
        members.programs().close();
        listeners.ended();
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable ContainerException remove() {
        ContainerException failure = null;
        Ending.kill(members.main(), members.freezer());
        for (CgroupMember member : members.members()) {
            try {
                Ending.remove(member.parent(), member.name(), Ending.LONGEST_REMOVAL);
            } catch (ContainerException e) {
                failure = e;
            }
        }
        return failure;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Removes the cgroups of JVMs that are gone, with what still runs in them. Nothing of a JVM that lives is touched.
     *
     * @return the names of those that were removed
     */
    public static Set<String> sweep() {
        return Sweep.run(PLACES.get());
    }

    @Override
    public String toString() {
        return "cgroup " + name + " " + directories();
    }
}
