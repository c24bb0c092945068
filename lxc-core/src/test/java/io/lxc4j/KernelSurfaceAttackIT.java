package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Requirement;
import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls by which containers have been left, made by the root of a default container. Where it can be, a call is one that the kernel
 * would carry out, or would answer otherwise before it looks at capabilities; so what is seen is the answer of the filter.
 */
@DisplayName("Of the kernel's surface")
class KernelSurfaceAttackIT {
    private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");

    /** With all rights that a container can have. They end at its user namespace. */
    private static final Isolation WEAKENED =
            Isolation.standard().capabilities(Capabilities.all()).withoutSeccomp();

    /**
     * A call.
     *
     * @param attack the line of the attacks' list
     * @param name what is called how
     * @param call the name of the system call, or its number
     * @param arguments in Perl
     * @param refusal the answer
     * @param refusedOtherwise whether the kernel does not carry it out without a filter either, by its own checks or as it lacks it
     */
    private record Probe(
            String attack, String name, String call, String arguments, Errno refusal, boolean refusedOtherwise) {
        int number() {
            return call.matches("\\d+") ? Integer.parseInt(call) : Numbers.of(call);
        }

        String script() {
            return "p(\"" + name + "\", " + number() + ", " + arguments + ");";
        }
    }

    private static Probe users(String name, String call, String arguments) {
        return new Probe("nested-user-namespace", name, call, arguments, Errno.EPERM, false);
    }

    private static Probe users(String name, String call, String arguments, Errno refusal) {
        return new Probe("nested-user-namespace", name, call, arguments, refusal, false);
    }

    private static Probe twiceRefused(String name, String call, String arguments, Errno refusal) {
        return new Probe("nested-user-namespace", name, call, arguments, refusal, true);
    }

    private static Probe of(String attack, String name, String call, String arguments) {
        return new Probe(attack, name, call, arguments, Errno.EPERM, false);
    }

    private static final List<Probe> PROBES = List.of(
            // The way in: namespaces of one's own.
            users("unshare CLONE_NEWUSER", "unshare", "0x10000000"),
            users("unshare CLONE_NEWNS", "unshare", "0x20000"),
            users("unshare CLONE_NEWNET", "unshare", "0x40000000"),
            users("clone CLONE_NEWUSER", "clone", "0x10000000 | 17, 0, 0, 0, 0"),
            users("clone CLONE_NEWUSER and CLONE_NEWNET", "clone", "0x50000000 | 17, 0, 0, 0, 0"),
            users("clone CLONE_NEWNS", "clone", "0x20000 | 17, 0, 0, 0, 0"),
            users("clone3", "clone3", "0, 0", Errno.ENOSYS),
            users("setns", "setns", "$net, 0x40000000"),
            // What is behind it.
            users("keyctl", "keyctl", "0, -3, 0"),
            users("add_key", "add_key", "1, 1, 0, 0, 0"),
            users("request_key", "request_key", "1, 1, 0, 0"),
            users("bpf", "bpf", "0, 0, 1 << 20"),
            users("perf_event_open", "perf_event_open", "1, 0, -1, -1, 1 << 40"),
            users("userfaultfd", "userfaultfd", "1"),
            users("io_uring_setup", "io_uring_setup", "0, 1"),
            users("io_uring_enter", "io_uring_enter", "-1, 0, 0, 0, 0, 0"),
            users("io_uring_register", "io_uring_register", "-1, 0, 0, 0"),
            users("mount", "mount", "$tmpfs, $tmp, $tmpfs, 0, 0"),
            twiceRefused("mount read-write", "mount", "0, $sys, 0, 32, 0", Errno.EPERM),
            users("umount2", "umount2", "$tmp, 1 << 20"),
            users("fsopen", "fsopen", "$tmpfs, 0"),
            users("fsconfig", "fsconfig", "-1, 0, 0, 0, 0"),
            users("fsmount", "fsmount", "-1, 0, 0"),
            users("fspick", "fspick", "-100, $tmp, 0"),
            users("open_tree", "open_tree", "-1, $tmp, 1 << 30"),
            users("move_mount", "move_mount", "-1, $tmp, -1, $tmp, 1 << 30"),
            users("mount_setattr", "mount_setattr", "-1, $tmp, 1 << 30, 0, 0"),
            users("pivot_root", "pivot_root", "1, 1"),
            users("open_by_handle_at", "open_by_handle_at", "-1, 1, 0"),
            users("quotactl_fd", "quotactl_fd", "-1, 0, 0, 0"),
            users("reboot", "reboot", "0, 0, 0, 0"),
            users("sethostname", "sethostname", "$tmp, -1"),
            users("setdomainname", "setdomainname", "$tmp, -1"),
            users("clock_settime", "clock_settime", "0, 1"),
            users("personality ADDR_NO_RANDOMIZE", "personality", "0x40000"),
            users("socket AF_VSOCK", "socket", "40, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_ALG", "socket", "38, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_BLUETOOTH", "socket", "31, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_KEY", "socket", "15, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_TIPC", "socket", "30, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_RDS", "socket", "21, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_CAN", "socket", "29, 15, 0", Errno.EAFNOSUPPORT),
            users("socket AF_XDP", "socket", "44, 15, 0", Errno.EAFNOSUPPORT),
            users("socketpair AF_TIPC", "socketpair", "30, 15, 0, $buffer", Errno.EAFNOSUPPORT),
            // Refused by more than the filter.
            twiceRefused("fanotify_init", "fanotify_init", "1 << 30, 0", Errno.EPERM),
            twiceRefused("acct", "acct", "0", Errno.EPERM),
            twiceRefused("settimeofday", "settimeofday", "0, 0", Errno.EPERM),
            twiceRefused("swapon", "swapon", "1, 0", Errno.EPERM),
            twiceRefused("syslog", "syslog", "3, $buffer, 1", Errno.EPERM),
            twiceRefused("init_module", "init_module", "0, 0, 0", Errno.EPERM),
            twiceRefused("kexec_load", "kexec_load", "0, 0, 0, 1 << 20", Errno.EPERM),
            twiceRefused("vhangup", "vhangup", "0", Errno.EPERM),
            twiceRefused("a call that is to come", "1000", "0", Errno.ENOSYS),
            // Processes of one user, of which one has been taken over.
            of("set-id-and-ptrace", "ptrace PTRACE_ATTACH", "ptrace", "16, $child, 0, 0"),
            of("set-id-and-ptrace", "ptrace PTRACE_SEIZE", "ptrace", "0x4206, $child, 0, 0"),
            of("set-id-and-ptrace", "process_vm_readv", "process_vm_readv", "$child, 0, 0, 0, 0, 0"),
            of("set-id-and-ptrace", "process_vm_writev", "process_vm_writev", "$child, 0, 0, 0, 0, 0"),
            of("set-id-and-ptrace", "pidfd_getfd", "pidfd_getfd", "-1, 0, 0"),
            of("set-id-and-ptrace", "kcmp", "kcmp", "$child, $child, 0, 0, 0"),
            of("set-id-and-ptrace", "process_madvise", "process_madvise", "-1, 0, 0, 0, 0"),
            of("tty-injection", "TIOCSTI", "ioctl", "0, 0x5412, $buffer"),
            of("tty-injection", "TIOCSTI in 64 bits", "ioctl", "0, 0x100005412, $buffer"),
            of("tty-injection", "TIOCLINUX", "ioctl", "0, 0x541c, $buffer"),
            // What acts on the host, from file systems and namespaces of one's own.
            of("release-agent", "users and cgroups of its own", "unshare", "0x12020000"),
            of("release-agent", "mounts of cgroup2", "mount", "$cgroup2, $tmp, $cgroup2, 0, 0"),
            of("binfmt", "mounts of binfmt_misc", "mount", "$binfmt, $tmp, $binfmt, 0, 0"),
            of("core-pattern", "mounts of proc", "mount", "$proc, $tmp, $proc, 0, 0"),
            of("uevent-helper", "mounts of sysfs", "mount", "$sysfs, $tmp, $sysfs, 0, 0"));

    private static final List<Probe> PROBES_OF_X86_64 = List.of(
            users("modify_ldt", "modify_ldt", "0, $buffer, 0"),
            twiceRefused("getpid of x32", Integer.toString(0x4000_0000 | 39), "0", Errno.ENOSYS),
            twiceRefused("execve of x32", Integer.toString(0x4000_0000 | 520), "0, 0, 0", Errno.ENOSYS),
            twiceRefused("iopl", "iopl", "3", Errno.EPERM),
            twiceRefused("ioperm", "ioperm", "0, 1, 1", Errno.EPERM));

    /** Each probe is a process of its own, for what one comes to to be no other's. */
    private static final String SCRIPT = """
        use POSIX ();
        $| = 1;
        open(my $file, "<", "/proc/self/ns/net") or die;
        our ($net, $buffer) = (fileno($file), "\\0" x 4096);
        our ($tmp, $sys, $tmpfs) = ("/tmp", "/sys", "tmpfs");
        our ($cgroup2, $binfmt, $proc, $sysfs) = ("cgroup2", "binfmt_misc", "proc", "sysfs");
        our $child = fork();
        if ($child == 0) { sleep(60); POSIX::_exit(0); }
        sub p {
            my ($name, $number, @arguments) = @_;
            my $prober = fork();
            if ($prober == 0) {
                $! = 0;
                my $result = syscall($number, @arguments);
                my $error = $result == -1 ? $! + 0 : 0;
                print("$name: $error\\n") unless $name =~ /^clone/ && $result == 0; # by the clone itself
                POSIX::_exit(0);
            }
            waitpid($prober, 0);
        }
        """;

    @TempDir
    Path directory;

    private static List<Probe> probes() {
        List<Probe> probes = new ArrayList<>(PROBES);
        if (X86_64) {
            probes.addAll(PROBES_OF_X86_64);
        }
        return probes;
    }

    /** What each probe is answered: the name of an error, or that it is done. */
    private static Map<String, String> answers(ContainerBuilder builder) throws InterruptedException {
        String script =
                SCRIPT + probes().stream().map(Probe::script).collect(Collectors.joining("\n")) + "\nkill(9, $child);";
        ContainerResult result = builder.command("perl", "-e", script).run();
        assertThat(result.error()).isEmpty();
        Map<String, String> answers = new TreeMap<>();
        for (String line : result.output().lines().toList()) {
            int colon = line.lastIndexOf(':');
            int number = Integer.parseInt(line.substring(colon + 2));
            answers.put(
                    line.substring(0, colon),
                    number == 0 ? "done" : Errno.of(number).name());
        }
        return answers;
    }

    @Test
    @DisplayName("nested-user-namespace, set-id-and-ptrace, tty-injection, release-agent, core-pattern, uevent-helper,"
            + " binfmt: what containers were left by is refused, each call with its error")
    void is_refused() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        probes().forEach(probe -> expected.put(probe.name(), probe.refusal().name()));
        assertThat(answers(Container.builder())).isEqualTo(expected);
    }

    @Test
    @DisplayName("nested-user-namespace: without the filter and with all capabilities, the same calls get further")
    void would_be_reached() throws Exception {
        Map<String, String> answers = answers(Container.builder().isolation(WEAKENED));
        for (Probe probe : probes()) {
            assertThat(answers.get(probe.name()))
                    .as(probe.name())
                    .isNotNull()
                    .isNotEqualTo(
                            probe.refusedOtherwise() ? "done" : probe.refusal().name());
        }
        assertThat(answers)
                .containsEntry("unshare CLONE_NEWUSER", "done")
                .containsEntry("clone CLONE_NEWUSER", "done")
                .containsEntry("ptrace PTRACE_ATTACH", "done")
                .containsEntry("process_vm_readv", "done")
                .containsEntry("mount", "done");
    }

    @Test
    @DisplayName("nested-user-namespace: a call of i386, whose numbers mean others, kills")
    void calls_of_i386_kill() throws Exception {
        ContainerSpec spec = callOfI386();
        try (Container container = spec.start()) {
            assertThat(container.process().waitFor()).isNotZero();
            assertThat(container.process().exitSignal()).contains(Signal.SYS);
        }
        try (Container container = spec.toBuilder()
                .isolation(Isolation.standard().withoutSeccomp())
                .start()) {
            container.process().waitFor();
            // A kernel without calls of i386 has no gate for them.
            assertThat(container.process().exitSignal()).isIn(Optional.empty(), Optional.of(Signal.SEGV));
        }
    }

    private ContainerSpec callOfI386() throws IOException {
        Assumptions.assumeTrue(X86_64, "i386 is of x86_64");
        Requirement.X86_64_COMPILER.assume();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path source = directory.resolve("i386.c");
        try (InputStream resource = Objects.requireNonNull(getClass().getResourceAsStream("i386.c"))) {
            Files.copy(resource, source);
        }
        new Toolchain("x86_64").compile(source, directory.resolve("i386"));
        return Container.builder().bind(directory, "/srv").command("/srv/i386").build();
    }

    @Test
    @DisplayName("nested-user-namespace: AF_PACKET, which is allowed, sees the container's own loopback device only")
    void packets_are_the_containers_own() throws Exception {
        // SIOCGIFNAME, of the devices 1 to 100
        ContainerResult result = Container.run("perl", "-e", """
            socket(my $packets, 17, 3, 0) or die("socket: $!");
            for my $index (1 .. 100) {
                my $request = pack("x16 l x20", $index);
                print(unpack("Z16", $request), "\\n") if ioctl($packets, 0x8910, $request);
            }\
            """);
        assertThat(result.error()).isEmpty();
        assertThat(result.output()).isEqualTo("lo\n");
    }
}
