package io.lxc4j.launch;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.CloneArgs;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.SignalAction;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes. The work is done by a few threads that live as long as the JVM, for a child that is to die with
 * its parent dies with the thread that cloned it.
 *
 * <p>Thread-safe. {@link #launch} may be called by any number of threads, virtual ones included.
 */
public final class Launcher {
    private static final int THREADS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final int SIGCHLD = 17;
    private static final Duration IDLE = Duration.ofSeconds(2);

    private static final Lazy<Launcher> SHARED = new Lazy<>(Launcher::new);

    private final ExecutorService launchers;

    /** Wait with virtual threads' children; none is left soon after the last. */
    private final ExecutorService companions;

    private final Stations stations = new Stations();

    private Launcher() {
        launchers = Executors.newFixedThreadPool(THREADS, named("lxc4j-launch-"));
        companions = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                named("lxc4j-companion-"));
        expectChildren();
        // All at once and early, while low descriptors are still free.
        try {
            for (int i = 0; i < THREADS; i++) {
                stations.giveBack(new Station());
            }
        } catch (RuntimeException | Error e) {
            launchers.shutdown();
            stations.close();
            throw e;
        }
    }

    /**
     * The launcher of this JVM.
     *
     * @return the one launcher
     */
    public static Launcher shared() {
        return SHARED.get();
    }

    private static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix, 1).factory();
    }

    /** A JVM started with SIGCHLD ignored would never learn how its children end. */
    private static void expectChildren() {
        SignalAction.stopIgnoring(SIGCHLD);
    }

    /**
     * Starts a process and waits until it has become its program.
     *
     * @param program what to do
     * @param inputs its streams, and what else this launch has to itself
     * @return the process
     * @throws LaunchException if a system call of the program failed
     * @throws HostUnsupportedException if the host can't make such a process
     * @throws io.lxc4j.error.LaunchTimeoutException if it takes longer than it may
     * @throws ContainerException if the process was killed meanwhile
     */
    public LaunchedProcess launch(LaunchProgram program, LaunchInputs inputs) {
        return launch(program, inputs, Accompanied::toItsExec);
    }

    /**
     * Starts a process that makes calls for this JVM, and waits until it is ready for the first.
     *
     * @param program what to do before; its plan ends with {@link Operation.ServeParent}
     * @param inputs its streams, and what else this launch has to itself
     * @return the process, to be closed
     * @throws LaunchException if a system call of the program failed
     * @throws HostUnsupportedException if the host can't make such a process
     * @throws io.lxc4j.error.LaunchTimeoutException if it takes longer than it may
     * @throws ContainerException if the process was killed meanwhile
     */
    public RemoteHand serve(LaunchProgram program, LaunchInputs inputs) {
        return launch(program, inputs, Accompanied::toItsService);
    }

    /**
     * Has a process do all that a program says, and waits until it has ended.
     *
     * @param program what to do; its plan ends with {@link Operation.End}
     * @param inputs its streams, and what else this launch has to itself
     * @return how it ended
     * @throws LaunchException if a system call of the program failed
     * @throws HostUnsupportedException if the host can't make such a process
     * @throws io.lxc4j.error.LaunchTimeoutException if it takes longer than it may
     * @throws ContainerException if the process was killed meanwhile
     */
    public ExitStatus perform(LaunchProgram program, LaunchInputs inputs) {
        return launch(program, inputs, Accompanied::toItsEnd);
    }

    /**
     * A platform thread accompanies the child by itself, so nobody has to wake it when the child is there. A virtual thread must not
     * wait in the kernel, nor must a launching thread: what runs in a container can make it wait as long as a launch may take.
     */
    private <T> T launch(LaunchProgram program, LaunchInputs inputs, Function<Accompanied, T> way) {
        if (inputs.given().size() != program.plan().given().size()) {
            throw new IllegalArgumentException(
                    "the plan is given " + program.plan().given());
        }
        Accompanied child = in(launchers, () -> makeChild(program, inputs));
        return Thread.currentThread().isVirtual() ? accompany(child, way) : way.apply(child);
    }

    private <T> T accompany(Accompanied child, Function<Accompanied, T> way) {
        AtomicBoolean isBegun = new AtomicBoolean();
        try {
            return in(companions, () -> {
                isBegun.set(true);
                return way.apply(child);
            });
        } catch (RuntimeException | Error e) {
            if (!isBegun.get()) {
                child.abandon(); // no thread could be made
            }
            throw e;
        }
    }

    private static <T> T in(Executor threads, Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ContainerException cause) {
                cause.setStackTrace(Stream.of(cause.getStackTrace(), e.getStackTrace())
                        .flatMap(Stream::of)
                        .toArray(StackTraceElement[]::new));
                throw cause;
            }
            throw e;
        }
    }

    private Accompanied makeChild(LaunchProgram program, LaunchInputs inputs) {
        Station station = stations.take(program);
        try {
            return station.makeChild(program, inputs);
        } finally {
            stations.giveBack(station);
        }
    }

    /** Those that no thread works with, of which there is always one for a thread that needs it; the longest idle first. */
    private static final class Stations {
        private final Deque<Station> idle = new ArrayDeque<>();

        /** Gives one that has the program already, if there is any. */
        synchronized Station take(LaunchProgram program) {
            for (Station station : idle) {
                if (station.loaded == program) {
                    idle.remove(station);
                    return station;
                }
            }
            return idle.removeFirst();
        }

        synchronized void giveBack(Station station) {
            idle.addLast(station);
        }

        synchronized void close() {
            idle.forEach(Station::close);
        }
    }

    /**
     * What a launching thread works with: memory for the springboard's frame, and a few low descriptors that it lends to
     * each child in turn. The numbers stay low however many descriptors the application opens later, and only what
     * lies below the highest of them is copied for a child.
     */
    private static final class Station {
        private static final int LOWEST_SLOT = 16;
        private static final int PROGRAM = Compiler.CHANNEL + 1;
        private static final int SLOTS = PROGRAM + 1;

        private final Fd idle = Kernel.open("/dev/null", Constants.O_RDWR, 0);
        private final int[] slots = new int[SLOTS];
        private @Nullable LaunchProgram loaded;
        private @Nullable Frame frame;
        private @Nullable Frame frameWithUsers;

        Station() {
            try {
                for (int i = 0; i < SLOTS; i++) {
                    slots[i] = Kernel.duplicate(idle.number(), LOWEST_SLOT, "slot of a launching thread")
                            .number();
                }
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        /** Gives up; a station that works stays as long as the JVM. */
        void close() {
            for (int slot : slots) {
                if (slot != 0) {
                    Kernel.tryCall(Sys.CLOSE, slot);
                }
            }
            idle.close();
        }

        /** Puts the program into its slot, where it stays for the next launch of the same. */
        private void load(LaunchProgram program) {
            if (loaded != program) {
                try (Fd file = ProgramFile.of(program)) {
                    Kernel.replace(file.number(), slots[PROGRAM]);
                    loaded = program;
                }
            }
        }

        private Frame frame(boolean newUser) {
            Frame known = newUser ? frameWithUsers : frame;
            if (known == null) {
                known = new Frame(Springboard.rows(slots, newUser), slots[Compiler.CHANNEL]);
                if (newUser) {
                    frameWithUsers = known;
                } else {
                    frame = known;
                }
            }
            return known;
        }

        Accompanied makeChild(LaunchProgram program, LaunchInputs inputs) {
            Fd[] pair = Kernel.socketPair("launch channel");
            try (Fd child = pair[1]) {
                Channel channel = new Channel(pair[0], inputs.limit());
                load(program);
                LaunchPlan plan = program.plan();
                if (plan.meetsTwice() || !plan.parentWorks()) {
                    channel.goAhead(inputs.given()); // there is nothing to wait for
                }
                Frame springboard = frame(plan.namespaces().contains(Namespace.USER));
                long pid;
                try {
                    lend(inputs.streamNumbers(), child);
                    pid = springboard.launch(
                            plan.namespaces(),
                            inputs.cgroup() == null ? null : inputs.cgroup().unified());
                } finally {
                    takeBack();
                }
                if (pid < 0) {
                    throw refused(plan, inputs.cgroup() != null, Errno.of((int) -pid));
                }
                return new Accompanied(program, inputs, channel, pid, springboard.pidfd(pid));
            } catch (RuntimeException | Error e) {
                pair[0].close();
                throw e;
            }
        }

        private void lend(int[] streams, Fd channel) {
            for (int i = 0; i < streams.length; i++) {
                Kernel.replace(streams[i], slots[i]);
            }
            Kernel.replace(channel.number(), slots[Compiler.CHANNEL]);
        }

        /** Can't fail, and must not: a child has been made. */
        private void takeBack() {
            for (int i = 0; i <= Compiler.CHANNEL; i++) {
                Kernel.tryCall(Sys.DUP3, idle.number(), slots[i], Constants.O_CLOEXEC.value());
            }
        }

        private static ContainerException refused(LaunchPlan plan, boolean intoCgroup, Errno errno) {
            String kinds = plan.namespaces().isEmpty()
                    ? ""
                    : " in new namespaces "
                            + plan.namespaces().stream()
                                    .map(Namespace::procName)
                                    .toList();
            String hint = switch (errno) {
                case EPERM ->
                    plan.namespaces().contains(Namespace.USER)
                            ? NamespaceObstacles.current()
                                    .adviceOr("this host forbids user namespaces by a chroot or a security policy")
                            : "these namespaces need root, or a user namespace";
                case ENOSPC, EUSERS ->
                    "a limit in /proc/sys/user/max_*_namespaces is 0 or reached, or namespaces are"
                            + " nested too deep";
                case EAGAIN -> "a limit on processes is reached (ulimit -u, pids.max)";
                case ENOMEM -> "memory is short, or the limit of the cgroup is too small for a process";
                case EBUSY, EOPNOTSUPP ->
                    intoCgroup ? "the cgroup has children that are limited, so it has no processes" : "";
                case ENODEV -> intoCgroup ? "the cgroup was removed by somebody else" : "";
                case EACCES -> intoCgroup ? "this user may not move processes into the cgroup" : "";
                case ENOSYS -> "clone3 needs Linux 5.3 and no filter that forbids it";
                case EINVAL -> "the kernel was built without one of these namespaces";
                default -> "";
            };
            LaunchException cause = new LaunchException("making a process" + kinds, "clone3(…)", errno, hint);
            return errno == Errno.EAGAIN || errno == Errno.ENOMEM
                    ? cause
                    : new HostUnsupportedException(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** The first stage in memory: encoded once, as it is the same for each child of a thread. */
    private static final class Frame {
        private final MemorySegment memory;
        private final MemorySegment pidfd = Arena.global().allocate(JAVA_INT);

        Frame(List<Row> rows, int channel) {
            // The image has absolute addresses, so its size is found first.
            Architecture architecture = Architecture.current();
            Report.Stage stage = Report.Stage.SPRINGBOARD;
            int size = Image.encode(rows, architecture, 0, stage, channel).length;
            memory = Arena.global().allocate(size, 16);
            memory.copyFrom(MemorySegment.ofArray(Image.encode(rows, architecture, memory.address(), stage, channel)));
            memory.set(JAVA_LONG, Image.FRAME_CLONE_ARGS + CloneArgs.PIDFD, pidfd.address());
            memory.set(JAVA_LONG, Image.FRAME_CLONE_ARGS + CloneArgs.EXIT_SIGNAL, SIGCHLD);
        }

        long launch(Set<Namespace> namespaces, @Nullable Fd cgroup) {
            long flags = Constant.or(Springboard.CLONE_FLAGS.toArray(Constant[]::new))
                    .value();
            for (Namespace namespace : namespaces) {
                flags |= namespace.cloneFlag().value();
            }
            if (cgroup != null) {
                flags |= Constants.CLONE_INTO_CGROUP.value();
            }
            memory.set(JAVA_LONG, Image.FRAME_CLONE_ARGS + CloneArgs.CGROUP, cgroup == null ? 0 : cgroup.number());
            memory.set(JAVA_LONG, Image.FRAME_CLONE_ARGS + CloneArgs.FLAGS, flags);
            return Kernel.tryLaunch(memory.address());
        }

        Fd pidfd(long pid) {
            return new Fd(pidfd.get(JAVA_INT, 0), "pidfd of " + pid);
        }
    }
}
