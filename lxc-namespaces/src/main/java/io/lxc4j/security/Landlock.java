package io.lxc4j.security;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.LandlockAbi;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.launch.RestrictAccess;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which files the processes of a container may use, whatever their permissions, and which TCP ports: a second line of defence
 * behind the container's own file tree and network. Nothing lifts it, and descendants have it, too. Immutable and thread-safe;
 * each method gives another restriction.
 *
 * <pre>{@code
 * Landlock.denyFiles()
 *         .execute("/usr", "/bin")
 *         .executeIfThere("/lib", "/lib64")
 *         .read("/etc", "/proc")
 *         .write("/tmp", "/dev/null")
 *         .denyTcp()
 *         .connectTcp(443)
 * }</pre>
 *
 * <p>A path is looked up at the start, links being followed within the container; the rule is for the file or directory that is
 * found, with all that is below it, and mounts there. Rules add up. What a process has open at its start it may use, so the three
 * standard streams are not restricted. Mounts can't be changed from inside any more.
 *
 * <p>All of {@link FileAccess} that the running kernel knows is denied where no rule allows it; a newer kernel may so deny what an older
 * one could not, as {@link FileAccess#IOCTL_DEV}. A start fails if the kernel does not know something that is insisted on: all up to
 * {@link FileAccess#TRUNCATE}, and what methods below add. So Linux 6.2 is needed, unless {@link #denyIfKnown} says otherwise.
 *
 * <p>The container's first process, and each that is executed in it later, is under a restriction of its own, with the same rules. They
 * can't trace each other, and so don't see each other's {@code /proc/PID/fd}, {@code root} and the like.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/landlock.7.html">landlock(7)</a>
 */
public final class Landlock {
    /** Of glibc and of musl, for both architectures. A program that is not static is executed by one of them. */
    private static final String[] LOADERS = {
        "/lib64/ld-linux-x86-64.so.2",
        "/lib/ld-linux-aarch64.so.1",
        "/lib/ld-musl-x86_64.so.1",
        "/lib/ld-musl-aarch64.so.1"
    };

    private static final Set<FileAccess> READ = EnumSet.of(FileAccess.READ_FILE, FileAccess.READ_DIR);

    private static final Set<FileAccess> EXECUTE =
            EnumSet.of(FileAccess.READ_FILE, FileAccess.READ_DIR, FileAccess.EXECUTE);

    /** All but to make devices, to control them, and to execute. */
    private static final Set<FileAccess> WRITE = EnumSet.complementOf(
            EnumSet.of(FileAccess.EXECUTE, FileAccess.MAKE_CHAR, FileAccess.MAKE_BLOCK, FileAccess.IOCTL_DEV));

    /** What is denied to processes outside of the restriction; what it allows can't be chosen. */
    public enum Scope {
        /** Connecting to abstract UNIX sockets, those without a path. A network namespace has its own. */
        ABSTRACT_UNIX_SOCKET(Constants.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET),
        /** Sending signals; also between processes that were executed one by one in the same container. */
        SIGNAL(Constants.LANDLOCK_SCOPE_SIGNAL);

        private final long bit;

        Scope(Constant bit) {
            this.bit = bit.value();
        }

        Constant bit() {
            return new Constant(toString(), bit);
        }

        /**
         * Its name in C, for instance {@code LANDLOCK_SCOPE_SIGNAL}.
         *
         * @return the name
         */
        @Override
        public String toString() {
            return "LANDLOCK_SCOPE_" + name();
        }
    }

    /** Whether something is denied. */
    enum Denial {
        NONE,
        IF_KNOWN,
        INSISTED
    }

    /**
     * What is allowed for a file or directory.
     *
     * @param path where it is
     * @param access what is allowed
     * @param optional whether it may be missing
     */
    record Rule(String path, Set<FileAccess> access, boolean optional) {}

    final List<Rule> rules;
    final Set<FileAccess> insisted;
    final SortedMap<Integer, Set<Constant>> ports;
    final Set<Scope> scopes;
    final Set<Scope> scopesIfKnown;
    Denial tcp;

    private Landlock() {
        rules = new ArrayList<>();
        insisted = EnumSet.range(FileAccess.EXECUTE, FileAccess.TRUNCATE);
        insisted.remove(FileAccess.REFER); // a kernel that does not know it denies it
        ports = new TreeMap<>();
        scopes = EnumSet.noneOf(Scope.class);
        scopesIfKnown = EnumSet.noneOf(Scope.class);
        tcp = Denial.NONE;
    }

    private Landlock(Landlock other) {
        rules = new ArrayList<>(other.rules);
        insisted = EnumSet.copyOf(other.insisted);
        ports = new TreeMap<>(other.ports);
        scopes = EnumSet.copyOf(other.scopes);
        scopesIfKnown = EnumSet.copyOf(other.scopesIfKnown);
        tcp = other.tcp;
    }

    /**
     * Where to begin: nothing can be done with any file. TCP, signals and sockets are not restricted.
     *
     * @return the restriction
     */
    public static Landlock denyFiles() {
        return new Landlock();
    }

    /**
     * What programs need that only compute: to be executed, with the system's loader; to read the system's libraries, and {@code
     * /dev/zero}, {@code /dev/full}, {@code /dev/random} and {@code /dev/urandom}; to write to {@code /dev/null} as well.
     *
     * @param programs absolute paths inside; a script needs its interpreter, too
     * @return the restriction
     * @throws InvalidSpecificationException if a path is not absolute
     */
    public static Landlock forPrograms(String... programs) {
        return denyFiles()
                .execute(programs)
                .executeIfThere(LOADERS)
                .readIfThere("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
                .readIfThere("/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
                .writeIfThere("/dev/null");
    }

    // ---- files

    /**
     * Allows to read files and to list directories. A start fails if a path is missing, as with the other methods.
     *
     * @param paths absolute paths inside, of files or of directories with all that is below them
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock read(String... paths) {
        return with("read", paths, READ, false);
    }

    /**
     * Allows to read files and to list directories, if they are there and can be reached.
     *
     * @param paths absolute paths inside
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock readIfThere(String... paths) {
        return with("readIfThere", paths, READ, true);
    }

    /**
     * Allows to execute files, to read them, and to list directories. The command needs it, and with it the interpreter that its
     * file names, which for most programs lies in {@code /lib64} or {@code /lib}.
     *
     * @param paths absolute paths inside
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock execute(String... paths) {
        return with("execute", paths, EXECUTE, false);
    }

    /**
     * Allows to execute files, to read them, and to list directories, if they are there and can be reached.
     *
     * @param paths absolute paths inside
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock executeIfThere(String... paths) {
        return with("executeIfThere", paths, EXECUTE, true);
    }

    /**
     * Allows to read, write, make and remove all kinds of files but devices, and to connect to sockets; not to execute.
     *
     * @param paths absolute paths inside
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock write(String... paths) {
        return with("write", paths, WRITE, false);
    }

    /**
     * Allows to read, write, make and remove all kinds of files but devices, and to connect to sockets, if they are there and can be
     * reached.
     *
     * @param paths absolute paths inside
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if a path is not absolute, or has {@code ..}
     */
    public Landlock writeIfThere(String... paths) {
        return with("writeIfThere", paths, WRITE, true);
    }

    /**
     * Allows exactly this, and {@linkplain #deny insists} on it being denied elsewhere. For a file that is no directory, what only
     * directories can have is left out; a start fails if that is all.
     *
     * @param path an absolute path inside
     * @param access at least one
     * @return the restriction with this rule
     * @throws InvalidSpecificationException if the path is not absolute, or has {@code ..}, or no access is given
     */
    public Landlock allow(String path, FileAccess... access) {
        if (access.length == 0) {
            throw new InvalidSpecificationException("allow(\"" + path + "\") names no access");
        }
        Set<FileAccess> allowed = EnumSet.copyOf(List.of(access));
        Landlock changed = with("allow", new String[] {path}, allowed, false);
        changed.insisted.addAll(allowed);
        return changed;
    }

    private Landlock with(String setting, String[] paths, Set<FileAccess> access, boolean optional) {
        Landlock changed = new Landlock(this);
        for (String path : paths) {
            changed.rules.add(new Rule(InsidePath.check(setting, path), access, optional));
        }
        return changed;
    }

    /**
     * Insists on some being denied where no rule allows them: a start fails if the running kernel can't.
     *
     * @param access which
     * @return the restriction that insists on them
     */
    public Landlock deny(FileAccess... access) {
        Landlock changed = new Landlock(this);
        changed.insisted.addAll(List.of(access));
        return changed;
    }

    /**
     * Does without some on a kernel that can't deny them: everything may do them there. {@code denyIfKnown(FileAccess.TRUNCATE)} is
     * for Linux from 5.13 to 6.1, where also files could be truncated that only reading is allowed for.
     *
     * @param access which
     * @return the restriction that does not insist on them
     */
    public Landlock denyIfKnown(FileAccess... access) {
        Landlock changed = new Landlock(this);
        List.of(access).forEach(changed.insisted::remove);
        return changed;
    }

    // ---- network

    /**
     * Denies to bind TCP sockets to any port and to connect them to any. Needs Linux 6.7. What else there is in a network, as UDP, is
     * not restricted.
     *
     * @return the restriction with that
     */
    public Landlock denyTcp() {
        return withTcp(Denial.INSISTED);
    }

    /**
     * Denies TCP where the running kernel can.
     *
     * @return the restriction with that
     */
    public Landlock denyTcpIfKnown() {
        return withTcp(Denial.IF_KNOWN);
    }

    private Landlock withTcp(Denial denial) {
        Landlock changed = new Landlock(this);
        changed.tcp = denial;
        return changed;
    }

    /**
     * Allows to bind TCP sockets to these ports, of any address; 0 stands for a port that the kernel chooses.
     *
     * @param ports from 0 to 65535
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if there is no such port, or TCP was not denied before
     */
    public Landlock bindTcp(int... ports) {
        return with("bindTcp", ports, Constants.LANDLOCK_ACCESS_NET_BIND_TCP);
    }

    /**
     * Allows to connect TCP sockets to these ports, of any address.
     *
     * @param ports from 0 to 65535
     * @return the restriction with these rules
     * @throws InvalidSpecificationException if there is no such port, or TCP was not denied before
     */
    public Landlock connectTcp(int... ports) {
        return with("connectTcp", ports, Constants.LANDLOCK_ACCESS_NET_CONNECT_TCP);
    }

    private Landlock with(String setting, int[] allowed, Constant access) {
        if (tcp == Denial.NONE) {
            throw new InvalidSpecificationException(
                    setting + " allows what is not denied; call denyTcp or denyTcpIfKnown before");
        }
        Landlock changed = new Landlock(this);
        for (int port : allowed) {
            if (port < 0 || port > 65535) {
                throw new InvalidSpecificationException(setting + "(" + port + "): ports are from 0 to 65535");
            }
            Set<Constant> both = new LinkedHashSet<>(changed.ports.getOrDefault(port, Set.of()));
            both.add(access);
            changed.ports.put(port, both);
        }
        return changed;
    }

    // ---- other processes

    /**
     * Denies something with processes that are not under this restriction. Needs Linux 6.12.
     *
     * @param more what
     * @return the restriction with that
     */
    public Landlock scope(Scope... more) {
        Landlock changed = new Landlock(this);
        changed.scopes.addAll(List.of(more));
        changed.scopesIfKnown.removeAll(List.of(more));
        return changed;
    }

    /**
     * Denies something with processes that are not under this restriction, where the running kernel can.
     *
     * @param more what
     * @return the restriction with that
     */
    public Landlock scopeIfKnown(Scope... more) {
        Landlock changed = new Landlock(this);
        changed.scopesIfKnown.addAll(List.of(more));
        changed.scopes.removeAll(List.of(more));
        return changed;
    }

    // ---- for the container

    /** What a process does to be restricted so. */
    RestrictAccess restrict() {
        return restrict(LandlockAbi.query());
    }

    /** As it is on a kernel that gives this answer when it is asked for Landlock's version. */
    RestrictAccess restrict(long abi) {
        return new LandlockOnKernel(abi).restrict(this);
    }

    @Override
    public String toString() {
        return "Landlock: allows " + rules + ", insists on " + insisted + ", TCP " + tcp + " but " + ports + ", scopes "
                + scopes + " " + scopesIfKnown;
    }
}
