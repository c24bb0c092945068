package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AF_INET;
import static io.lxc4j.kernel.Constants.FD_CLOEXEC;
import static io.lxc4j.kernel.Constants.F_SETFD;
import static io.lxc4j.kernel.Constants.IFF_UP;
import static io.lxc4j.kernel.Constants.KEYCTL_JOIN_SESSION_KEYRING;
import static io.lxc4j.kernel.Constants.MSG_DONTWAIT;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.PR_CAPBSET_DROP;
import static io.lxc4j.kernel.Constants.PR_CAP_AMBIENT;
import static io.lxc4j.kernel.Constants.PR_CAP_AMBIENT_CLEAR_ALL;
import static io.lxc4j.kernel.Constants.PR_CAP_AMBIENT_RAISE;
import static io.lxc4j.kernel.Constants.PR_SET_DUMPABLE;
import static io.lxc4j.kernel.Constants.PR_SET_NAME;
import static io.lxc4j.kernel.Constants.PR_SET_NO_NEW_PRIVS;
import static io.lxc4j.kernel.Constants.PR_SET_PDEATHSIG;
import static io.lxc4j.kernel.Constants.PR_SET_SECUREBITS;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_XDEV;
import static io.lxc4j.kernel.Constants.SECBIT_NO_SETUID_FIXUP;
import static io.lxc4j.kernel.Constants.SECCOMP_FILTER_FLAG_NEW_LISTENER;
import static io.lxc4j.kernel.Constants.SECCOMP_SET_MODE_FILTER;
import static io.lxc4j.kernel.Constants.SIG_SETMASK;
import static io.lxc4j.kernel.Constants.SIOCSIFFLAGS;
import static io.lxc4j.kernel.Constants.SOCK_CLOEXEC;
import static io.lxc4j.kernel.Constants.SOCK_DGRAM;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.room;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.CloneArgs;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.InterfaceRequest;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.SignalAction;
import io.lxc4j.kernel.SocketFilterProgram;
import io.lxc4j.kernel.Sys;
import io.lxc4j.seccomp.BpfProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the operations of a plan into the rows of a launch program. A pure function. */
final class Compiler {
    /** The descriptor of the channel to the parent in every launch program, right after the standard streams. */
    static final int CHANNEL = 3;

    private static final int SIGCHLD = 17;
    private static final int CAP_SETPCAP = 8;
    static final long LAST_DESCRIPTOR = 0xffffffffL;

    private static final Constant WRITABLE = Constant.or(O_WRONLY, O_CLOEXEC);

    /** {@code self} is a link, but only to a number. */
    private static final Constant OF_PROC = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_XDEV);

    private final Rows rows = new Rows();
    private final ParentCompiler parent = new ParentCompiler();
    private final Handles handles;
    private final JoinCompiler joins;
    private final MountCompiler mounts;
    private @Nullable Service service;

    /** Whether the parent has been told that all but the exec is done. */
    private boolean leftParent;

    private final TerminalCompiler terminals = new TerminalCompiler(rows);

    private Compiler(LaunchPlan plan) {
        plan.parentOperations().forEach(parent::add);
        handles = new Handles(plan.given(), parent.handed().keySet());
        joins = new JoinCompiler(rows, handles, plan);
        mounts = new MountCompiler(rows, handles);
    }

    /**
     * What a plan becomes.
     *
     * @param parent the rows of the parent
     * @param child the rows of the child
     * @param handed what the parent hands over of what its rows have opened
     * @param service where the child takes calls, if it stays to make some
     */
    record Compiled(
            List<Row> parent,
            List<Row> child,
            List<Argument.Register> handed,
            @Nullable Service service) {}

    static Compiled compile(LaunchPlan plan) {
        Compiler compiler = new Compiler(plan);
        for (Operation operation : plan.operations()) {
            compiler.rows.begin(operation);
            compiler.add(operation);
        }
        ParentCompiler parent = compiler.parent;
        return new Compiled(
                parent.rows(), compiler.rows.list(), List.copyOf(parent.handed().values()), compiler.service);
    }

    private void add(Operation operation) {
        switch (operation) {
            case ParentOperation _ -> {} // its rows are the parent's
            case Operation.AwaitParent _ -> joins.awaitParent();
            case JoinOperation join -> joins.add(join);
            case Operation.SetIds ids -> setIds(ids);
            case Operation.BecomeUser user -> becomeUser(user);
            case Operation.StartInCgroup _ -> {} // a flag of the clone
            case Operation.NewCgroupNamespace _ -> rows.add(Sys.UNSHARE, flags(Namespace.CGROUP.cloneFlag()));
            case Operation.NewSession _ -> rows.add(Sys.SETSID);
            case Operation.DieWithParent _ -> dieWithParent();
            case Operation.StopIgnoringSignals(long signals) -> stopIgnoring(signals);
            case RightsOperation.NewSessionKeyring(boolean needed) -> {
                Row row = rows.add(Sys.KEYCTL, flags(KEYCTL_JOIN_SESSION_KEYRING), number(0));
                if (needed) {
                    row.tolerate(Errno.ENOSYS); // a kernel without keys
                } else {
                    row.into(rows.register("keyring")).keepError();
                }
            }
            case RightsOperation.SetLabel(Handle proc, SecurityModule module, String label) -> {
                Argument.Register file = rows.register("label");
                rows.open(handles.argument(proc), text("self/" + module.exec()), WRITABLE, OF_PROC)
                        .into(file);
                Argument.Text request = new Argument.Text(module.request(label));
                rows.add(Sys.WRITE, result(file), request, number(request.bytes().length - 1L));
            }
            case MountOperation mount -> mounts.add(mount);
            case Operation.PivotRoot _ -> mounts.pivotRoot();
            case TerminalOperation terminal -> terminals.add(terminal);
            case Operation.StayAsInit(long kept, BpfProgram filter) -> stayAsInit(kept, filter);
            case Operation.SetHostName(String name) -> {
                Argument.Text value = new Argument.Text(name);
                rows.add(Sys.SETHOSTNAME, value, number(value.bytes().length - 1L));
            }
            case Operation.SetDomainName(String name) -> {
                Argument.Text value = new Argument.Text(name);
                rows.add(Sys.SETDOMAINNAME, value, number(value.bytes().length - 1L));
            }
            case Operation.BringUpLoopback _ -> bringUpLoopback();
            case Operation.SetUmask(int mask) -> rows.add(Sys.UMASK, octal(mask));
            case Operation.SetPersonality(Constant persona) -> rows.add(Sys.PERSONALITY, flags(persona));
            case Operation.SetSysctl sysctl -> mounts.setSysctl(sysctl);
            case Operation.ChangeDirectory(String path) -> rows.add(Sys.CHDIR, text(path));
            case Operation.CloseDescriptors _ ->
                rows.add(Sys.CLOSE_RANGE, number(CHANNEL + 1L), number(LAST_DESCRIPTOR), number(0));
            case RightsOperation.ForbidNewPrivileges _ -> set(PR_SET_NO_NEW_PRIVS, number(1));
            case RightsOperation.LimitCapabilities(CapabilitySets sets, Constant secureBits) ->
                limitCapabilities(sets, secureBits);
            case RestrictAccess access -> new AccessCompiler(rows).restrict(access);
            case Operation.SetOwnLimit(Constant resource, long soft, long hard) ->
                AttributeCompiler.limit(rows, number(0), resource, soft, hard);
            case RightsOperation.InstallSeccomp seccomp -> {
                if (!seccomp.beforeLimits()) {
                    leaveParent();
                }
                filter(seccomp);
            }
            case Operation.Exec exec -> exec(exec);
            case Operation.End _ -> {
                rows.report(Report.Stage.READY);
                rows.add(Sys.EXIT_GROUP, number(0));
            }
            case Operation.ServeParent _ -> service = new ServiceCompiler(rows).service();
        }
    }

    // ---- identity and parent

    private void setIds(Operation.SetIds ids) {
        List<Integer> groups = ids.groups();
        if (groups != null) {
            ByteBuffer list = ByteBuffer.allocate(4 * groups.size()).order(ByteOrder.LITTLE_ENDIAN);
            groups.forEach(list::putInt);
            rows.add(Sys.SETGROUPS, number(groups.size()), new Argument.Bytes(list.array(), groups.toString()));
        }
        boolean staysRoot = ids.uid() == 0;
        if (!staysRoot) {
            keepCapabilitiesOverChange(SECBIT_NO_SETUID_FIXUP);
        }
        rows.add(Sys.SETRESGID, number(ids.gid()), number(ids.gid()), number(ids.gid()));
        rows.add(Sys.SETRESUID, number(ids.uid()), number(ids.uid()), number(ids.uid()));
        if (!staysRoot) {
            keepCapabilitiesOverChange(Constant.or());
        }
    }

    /** With the change of ids the kernel forgets that the process is to die with its parent. */
    private void becomeUser(Operation.BecomeUser user) {
        if (user.ownsTerminal()) {
            rows.add(Sys.FCHOWN, number(0), number(user.ids().uid()), number(-1));
        }
        setIds(user.ids());
        if (user.ids().uid() != 0) {
            dieWithParent();
        }
    }

    /** What was root has work to do after it is another; the exec takes the capabilities of any other away. */
    private void keepCapabilitiesOverChange(Constant bits) {
        rows.add(Sys.PRCTL, flags(PR_SET_SECUREBITS), flags(bits), number(0), number(0), number(0));
    }

    /** The parent may have died before the arrangement held, so its end of the channel is looked at once more. */
    private void dieWithParent() {
        Row.Label alive = new Row.Label();
        set(PR_SET_PDEATHSIG, new Argument.Numeric(9, "SIGKILL"));
        rows.add(Sys.RECVFROM, number(CHANNEL), room(1), number(1), flags(MSG_DONTWAIT), number(0), number(0))
                .onError(alive, Errno.EAGAIN)
                .onValue(alive);
        rows.add(Sys.EXIT_GROUP, number(0));
        rows.place(alive);
    }

    private void stopIgnoring(long signals) {
        for (long left = signals; left != 0; left &= left - 1) {
            rows.add(
                    Sys.RT_SIGACTION,
                    number(Long.numberOfTrailingZeros(left) + 1L),
                    new Argument.Bytes(SignalAction.byDefault(), "{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}"),
                    number(0),
                    number(SignalAction.SET_SIZE));
        }
    }

    // ---- init

    /**
     * What reports a failure of the init is its copy of the channel. It closes that last, and the parent waits for it: the
     * launch is done when the init is as bare as it should be and its child has become the program.
     */
    private void stayAsInit(long kept, BpfProgram filter) {
        Argument.Register main = rows.register("main");
        Row.Label init = new Row.Label();
        Row.Label goOn = new Row.Label();
        rows.add(
                        Sys.CLONE3,
                        new Argument.Bytes(CloneArgs.bytes(0, SIGCHLD), "{flags=0, exit_signal=SIGCHLD}"),
                        number(CloneArgs.SIZE))
                .into(main)
                .onValue(init);
        rows.add(Sys.GETPID).onValue(goOn); // never 0: a jump
        rows.place(init);
        set(PR_SET_NAME, text("lxc4j-init"));
        set(PR_SET_DUMPABLE, number(0)); // its memory tells paths of the host
        set(PR_SET_NO_NEW_PRIVS, number(1));
        limitCapabilities(CapabilitySets.of(kept), Constant.or());
        filter(filter, Constant.or());
        rows.add(Sys.CLOSE_RANGE, number(0), number(LAST_DESCRIPTOR), number(0));
        rows.addInit(result(main));
        rows.place(goOn);
        rows.add(Sys.SETSID);
    }

    private void set(Constant option, Argument value) {
        rows.add(Sys.PRCTL, flags(option), value, number(0), number(0), number(0));
    }

    // ---- system, privileges, program

    private void bringUpLoopback() {
        Argument.Register socket = rows.register("socket");
        rows.add(Sys.SOCKET, flags(AF_INET), flags(SOCK_DGRAM, SOCK_CLOEXEC), number(0))
                .into(socket);
        rows.add(
                Sys.IOCTL,
                result(socket),
                flags(SIOCSIFFLAGS),
                new Argument.Bytes(InterfaceRequest.flags("lo", IFF_UP.value()), "{\"lo\", IFF_UP}"));
    }

    /** Ambient ones must be permitted and inheritable first, and the last word takes away what that needed. */
    private void limitCapabilities(CapabilitySets sets, Constant secureBits) {
        rows.add(Sys.PRCTL, flags(PR_CAP_AMBIENT), flags(PR_CAP_AMBIENT_CLEAR_ALL), number(0), number(0), number(0));
        forEach(~sets.bounding(), capability -> set(PR_CAPBSET_DROP, number(capability)));
        if (secureBits.value() != 0) {
            long setting = sets.permitted() | 1L << CAP_SETPCAP;
            setCapabilities(new CapabilitySets(setting, setting, sets.inheritable(), sets.bounding(), sets.ambient()));
            makeAmbient(sets.ambient());
            set(PR_SET_SECUREBITS, flags(secureBits));
            setCapabilities(sets);
        } else {
            setCapabilities(sets);
            makeAmbient(sets.ambient());
        }
    }

    private void setCapabilities(CapabilitySets sets) {
        rows.add(
                Sys.CAPSET,
                new Argument.Bytes(CapabilitySets.header(), "{version=3}"),
                new Argument.Bytes(sets.data(), sets.toString()));
    }

    private void makeAmbient(long capabilities) {
        forEach(
                capabilities,
                capability -> rows.add(
                        Sys.PRCTL,
                        flags(PR_CAP_AMBIENT),
                        flags(PR_CAP_AMBIENT_RAISE),
                        number(capability),
                        number(0),
                        number(0)));
    }

    private static void forEach(long capabilities, IntConsumer action) {
        for (int capability = 0; capability <= CapabilitySets.LAST; capability++) {
            if ((capabilities & 1L << capability) != 0) {
                action.accept(capability);
            }
        }
    }

    private void filter(RightsOperation.InstallSeccomp seccomp) {
        Stream<Constant> asked = seccomp.flags().stream()
                .sorted()
                .map(flag -> new Constant("SECCOMP_FILTER_FLAG_" + flag.name(), flag.value()));
        Stream<Constant> own = seccomp.listened() ? Stream.of(SECCOMP_FILTER_FLAG_NEW_LISTENER) : Stream.of();
        Constant flags = Constant.or(Stream.concat(asked, own).toArray(Constant[]::new));
        Row row = filter(seccomp.program(), flags);
        if (seccomp.listened()) {
            HandedEnd listener = new HandedEnd("listener");
            row.into(listener.register);
            listener.handOver(rows, Report.Stage.LISTENER, "listener");
        }
    }

    private Row filter(BpfProgram program, Constant flags) {
        return rows.add(
                Sys.SECCOMP,
                flags(SECCOMP_SET_MODE_FILTER),
                flags(flags),
                new Argument.Struct(
                        SocketFilterProgram.bytes(program.length()),
                        Map.of(SocketFilterProgram.FILTER, new Argument.Bytes(program.toBytes(), "[…]")),
                        "{len=" + program.length() + ", filter=…}"));
    }

    /** What is left to do for the exec, so that a filter of system calls needs to allow no more than that itself. */
    private void leaveParent() {
        rows.report(Report.Stage.READY);
        rows.add(Sys.FCNTL, number(CHANNEL), flags(F_SETFD), flags(FD_CLOEXEC));
        rows.add(Sys.RT_SIGPROCMASK, flags(SIG_SETMASK), new Argument.Bytes(new byte[8], "[]"), number(0), number(8));
        leftParent = true;
    }

    private void exec(Operation.Exec exec) {
        if (!leftParent) {
            leaveParent();
        }
        Argument arguments = Argument.texts(exec.arguments());
        Argument environment = Argument.unshownTexts(exec.environment());
        if (exec.file().contains("/")) {
            rows.add(Sys.EXECVE, text(exec.file()), arguments, environment);
            return;
        }
        List<Argument> candidates = exec.path().stream()
                .map(directory -> text(directory + "/" + exec.file()))
                .collect(Collectors.toList());
        for (Argument candidate : candidates) {
            rows.add(Sys.EXECVE, candidate, arguments, environment).tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
        }
        // None could be executed: a second round stops at the first that is there, to tell why it could not.
        for (Argument candidate : candidates.subList(0, candidates.size() - 1)) {
            rows.add(Sys.EXECVE, candidate, arguments, environment).tolerate(Errno.ENOENT, Errno.ENOTDIR);
        }
        rows.add(Sys.EXECVE, candidates.getLast(), arguments, environment);
    }
}
