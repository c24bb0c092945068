package io.lxc4j.testing;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.opentest4j.TestAbortedException;

/**
 * Something that a test needs and that not every machine has. It is found out by doing, once.
 *
 * <p>A test that lacks it is skipped. It fails instead where the system property {@code lxc.tests.require} is
 * {@code all} or lists the requirement's {@linkplain #id() name} between commas; {@code all,-apparmor} is all but one.
 */
public enum Requirement {
    /** A C compiler for x86_64, with the kernel's and libc's headers and a static libc. */
    X86_64_COMPILER,
    /** A C compiler for aarch64, with the kernel's and libc's headers and a static libc. */
    AARCH64_COMPILER,
    /** An assembler for x86_64 and objcopy. */
    X86_64_ASSEMBLER,
    /** An assembler for aarch64 and objcopy. */
    AARCH64_ASSEMBLER,
    /** A C compiler for this machine, and libseccomp with its header. */
    LIBSECCOMP,
    /** The ability to run static programs of x86_64. */
    X86_64_PROGRAMS,
    /** The ability to run static programs of aarch64. */
    AARCH64_PROGRAMS,
    /** The user 0, with its privileges. */
    ROOT,
    /** The right to make a user namespace and to map oneself into it. */
    USER_NAMESPACES,
    /** The right to map more ids than one's own into a user namespace: root's, or newuidmap, newgidmap and subordinate ids. */
    SUBORDINATE_IDS,
    /** strace, and the right to trace children. */
    STRACE,
    /** losetup, and the right to make a file a disk. */
    LOOP_DEVICES,
    /** Kernel and programs for XFS and Btrfs, on which files can share their room. */
    SHARING_FILE_SYSTEMS,
    /** tmux, which is a terminal without a screen. */
    TMUX,
    /** A kernel with AppArmor switched on, and apparmor_parser, which loads profiles. */
    APPARMOR,
    /** The right to make cgroups with limits: root's, or an ordinary user's with a delegated cgroup of version 2. */
    CGROUPS,
    /** A {@code /bin/busybox} that needs no libraries. */
    BUSYBOX,
    /** docker-registry, the reference implementation of a registry. */
    DOCKER_REGISTRY,
    /** skopeo, which copies images between registries, layouts and archives. */
    SKOPEO,
    /** umoci, the reference implementation for images and their files. */
    UMOCI,
    /** The tree of a Debian system with apt, in the directory that the system property {@code lxc.tests.debian} names. */
    DEBIAN,
    /** Landlock that can deny to truncate files: its version 3, of Linux 6.2. */
    LANDLOCK,
    /** Landlock that can deny TCP, signals and abstract sockets: its version 6, of Linux 6.12. */
    LANDLOCK_SCOPES;

    /** The system property that turns skipped tests into failures. */
    public static final String PROPERTY = "lxc.tests.require";

    private static final String CGROUPS_PROBE = "test $(id -u) = 0 && exit; own=$(sed -n s/^0:://p /proc/self/cgroup);"
            + " for top in /sys/fs/cgroup /sys/fs/cgroup/unified; do"
            + " test -w $top$own/cgroup.procs && grep -w pids $top$own/cgroup.controllers && exit; done;"
            + " echo the cgroup $own is not delegated to this user >&2; exit 1";

    private static final Map<Requirement, String> PROBLEMS = new ConcurrentHashMap<>();

    /**
     * The name in {@code lxc.tests.require}.
     *
     * @return lower-case words with hyphens, for instance {@code aarch64-compiler}
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace("x86_64", "x86-64").replace('_', '-');
    }

    /**
     * What is missing.
     *
     * @return why a test that needs this can't run; empty if it can
     */
    public String problem() {
        return PROBLEMS.computeIfAbsent(this, requirement -> {
            String found = requirement.probe();
            String problem = found.isEmpty() ? "" : "needs " + id() + ": " + found;
            if (!problem.isEmpty()) {
                System.out.println("this machine lacks something: " + problem);
            }
            return problem;
        });
    }

    private String probe() {
        return switch (this) {
            case X86_64_COMPILER -> runs(new Toolchain("x86_64").tool("gcc"), "--version");
            case AARCH64_COMPILER -> runs(new Toolchain("aarch64").tool("gcc"), "--version");
            case X86_64_ASSEMBLER -> assembler("x86_64");
            case AARCH64_ASSEMBLER -> assembler("aarch64");
            case LIBSECCOMP ->
                runs("sh", "-c", "echo '#include <seccomp.h>' | gcc -shared -o /dev/null -x c - -lseccomp");
            case X86_64_PROGRAMS -> programs("x86_64");
            case AARCH64_PROGRAMS -> programs("aarch64");
            case ROOT -> runs("unshare", "--mount", "true");
            case USER_NAMESPACES -> runs("unshare", "--user", "--map-root-user", "true");
            case SUBORDINATE_IDS -> runs("unshare", "--user", "--map-auto", "--map-root-user", "true");
            case STRACE -> runs("strace", "-f", "-o", "/dev/null", "true");
            case DOCKER_REGISTRY -> runs("docker-registry", "--version");
            case SKOPEO -> runs("skopeo", "--version");
            case UMOCI -> runs("umoci", "--version");
            case LOOP_DEVICES ->
                runs(
                        "sh",
                        "-c",
                        "f=$(mktemp) && truncate -s 1M $f && l=$(losetup --find --show $f) && losetup --detach $l;"
                                + " s=$?; rm $f; exit $s");
            case SHARING_FILE_SYSTEMS ->
                runs(
                        "sh",
                        "-c",
                        "mkfs.xfs -V >&2 && mkfs.btrfs --version >&2 && grep -w xfs /proc/filesystems && grep -w btrfs"
                                + " /proc/filesystems");
            case APPARMOR -> runs("sh", "-c", "ls /sys/kernel/security/apparmor/.load && apparmor_parser --version");
            case CGROUPS -> runs("sh", "-c", CGROUPS_PROBE);
            case BUSYBOX -> runs("sh", "-c", "test -x /bin/busybox && ! head -c 4096 /bin/busybox | grep -q ld-");
            case DEBIAN ->
                runs("sh", "-c", "test -n \"$0\" && ls $0/etc/debian_version $0/usr/bin/apt-get", debian().toString());
            case LANDLOCK -> landlock(3);
            case LANDLOCK_SCOPES -> landlock(6);
            case TMUX -> runs("tmux", "-L", "lxc4j-probe", "-f", "/dev/null", "new-session", "-d", "true");
        };
    }

    /**
     * Where the tree of a Debian system is.
     *
     * @return its directory; empty if there is none
     */
    public static Path debian() {
        return Path.of(System.getProperty("lxc.tests.debian", ""));
    }

    /**
     * Whether this machine was said to have it.
     *
     * @return whether its absence is a failure
     */
    public boolean isDemanded() {
        return isDemanded(System.getProperty(PROPERTY, ""));
    }

    boolean isDemanded(String property) {
        List<String> demanded = Arrays.asList(property.split(",", -1));
        return demanded.contains(id()) || (demanded.contains("all") && !demanded.contains("-" + id()));
    }

    /** Skips the running test, or fails it if it must not be skipped, where this is missing. */
    public void assume() {
        String missing = problem();
        if (!missing.isEmpty()) {
            if (isDemanded()) {
                throw new AssertionError(missing);
            }
            throw new TestAbortedException(missing);
        }
    }

    /** The call 444 is landlock_create_ruleset, and with 1 it asks for the version; it fails where Landlock is switched off. */
    private static String landlock(int version) {
        return runs("perl", "-e", "exit(syscall(444, 0, 0, 1) >= " + version + " ? 0 : 1)");
    }

    private static String assembler(String machine) {
        Toolchain tools = new Toolchain(machine);
        String problem = runs(tools.tool("as"), "--version");
        return problem.isEmpty() ? runs(tools.tool("objcopy"), "--version") : problem;
    }

    private static String programs(String machine) {
        Toolchain tools = new Toolchain(machine);
        return tools.isNative() ? "" : runs(tools.running("--version").toArray(String[]::new));
    }

    private static String runs(String... command) {
        Command.Result result = Command.tryRun(Arrays.asList(command));
        if (result == null) {
            return "there is no " + command[0];
        }
        return result.status() == 0
                ? ""
                : String.join(" ", command) + " failed with " + result.status() + ": "
                        + result.errors().strip();
    }
}
