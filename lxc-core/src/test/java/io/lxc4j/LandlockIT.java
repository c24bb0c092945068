package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.FileAccess;
import io.lxc4j.security.Isolation;
import io.lxc4j.security.Landlock;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A container restricted by Landlock")
class LandlockIT {
    private static final String DENIED = "Permission denied";

    @BeforeAll
    static void require() {
        Requirement.LANDLOCK.assume();
    }

    /** Programs work, and no more. */
    private static Landlock programs() {
        return Landlock.denyFiles()
                .execute("/usr", "/bin")
                .executeIfThere("/lib", "/lib64")
                .readIfThere("/etc/ld.so.cache", "/no/such/file", "/etc/passwd/below/a/file");
    }

    /** Perl opens that before anything. */
    private static Landlock perl() {
        return programs().write("/dev/null");
    }

    private static ContainerBuilder with(Landlock landlock) {
        return Container.builder().isolation(Isolation.standard().landlock(landlock));
    }

    private static String run(Landlock landlock, String script) throws InterruptedException {
        return output(with(landlock), script);
    }

    private static String output(ContainerBuilder builder, String script) throws InterruptedException {
        return builder.mount(Mount.tmpfs().at("/data"))
                .command("sh", "-c", script)
                .mergeError()
                .run()
                .output();
    }

    @Test
    void reads_and_lists_what_a_rule_allows_and_nothing_else() throws Exception {
        assertThat(run(programs(), "cat /etc/passwd")).contains(DENIED);
        assertThat(run(programs(), "ls /etc")).contains(DENIED);
        assertThat(run(programs().read("/etc"), "cat /etc/passwd; ls /etc")).contains("root:", "passwd\n");
        assertThat(run(programs().read("/etc"), "ls /")).contains(DENIED);
    }

    @Test
    void reads_a_single_file_that_a_rule_allows() throws Exception {
        assertThat(run(programs().read("/etc/passwd"), "cat /etc/passwd; cat /etc/group"))
                .startsWith("root:")
                .contains("/etc/group: " + DENIED);
    }

    @Test
    void follows_at_its_start_links_to_what_a_rule_allows() throws Exception {
        assertThat(run(programs().read("/proc/self"), "ls /proc/1/task; ls /proc/self/task"))
                .startsWith("1\n")
                .contains(DENIED);
    }

    @Test
    void does_not_write_what_it_may_only_read() throws Exception {
        Landlock read = programs().read("/data");
        assertThat(run(read, "echo a > /data/file")).contains(DENIED);
        assertThat(run(read, "mkdir /data/directory")).contains(DENIED);
        assertThat(run(read.read("/etc"), "rm /etc/passwd")).contains(DENIED);
        Landlock forPerl = read.read("/etc").write("/dev/null");
        assertThat(run(forPerl, "perl -e 'print truncate(\"/etc/passwd\", 0) ? \"done\" : $!'"))
                .isEqualTo(DENIED);
        assertThat(run(forPerl, "perl -e 'print rename(\"/etc/passwd\", \"/etc/other\") ? \"done\" : $!'"))
                .isEqualTo(DENIED);
    }

    @Test
    void writes_what_a_rule_allows_but_does_not_execute_it() throws Exception {
        String script = "mkdir -p /data/a /data/b && echo 'echo ran' > /data/a/file && mv /data/a/file /data/b/"
                + " && ln -s file /data/b/link && mkfifo /data/b/pipe && : > /data/b/link && rm -r /data/a"
                + " && ls -x /data/b && printf '#!/bin/sh\\necho ran\\n' > /data/b/file && chmod +x /data/b/file"
                + " && /data/b/file";
        assertThat(run(programs().write("/data"), script))
                .startsWith("file  link  pipe\n")
                .contains(DENIED)
                .doesNotContain("ran");
        assertThat(run(programs().write("/data").execute("/data"), script)).endsWith("ran\n");
    }

    @Test
    void writes_to_a_single_device_that_a_rule_allows() throws Exception {
        assertThat(run(programs().write("/dev/null"), "echo a > /dev/null && echo b > /dev/zero"))
                .contains("/dev/zero: " + DENIED)
                .doesNotContain("/dev/null");
    }

    @Test
    void does_exactly_what_a_rule_names() throws Exception {
        Landlock makesDirectories =
                programs().allow("/data", FileAccess.MAKE_DIR).writeIfThere("/no/such/directory");
        assertThat(run(makesDirectories, "mkdir /data/a && echo made; echo a > /data/b; ls /data"))
                .startsWith("made\n")
                .contains("/data/b: " + DENIED, "'/data': " + DENIED);
    }

    @Test
    void does_not_mount_even_with_the_capability_to() throws Exception {
        Isolation mayMount =
                Isolation.standard().capabilities(Capabilities.defaults().add(Capability.SYS_ADMIN));
        String mount = "mount -t tmpfs none /data && echo mounted";
        assertThat(output(Container.builder().isolation(mayMount), mount)).isEqualTo("mounted\n");
        assertThat(output(
                        Container.builder()
                                .isolation(mayMount.landlock(programs().read("/"))),
                        mount))
                .doesNotContain("mounted");
    }

    @Test
    void does_not_look_from_one_process_that_was_executed_into_another() throws Exception {
        try (Container free = Container.builder().command("sleep", "100").start();
                Container restricted =
                        with(programs().read("/")).command("sleep", "100").start()) {
            assertThat(free.exec("ls", "/proc/1/root/").run().exitValue()).isZero();
            assertThat(restricted.exec("ls", "/proc/1/root/").run().error()).contains(DENIED);
        }
    }

    @Test
    void executes_the_command_only_if_a_rule_allows_it_and_its_interpreter() {
        for (Landlock landlock : new Landlock[] {
            Landlock.denyFiles(),
            Landlock.denyFiles().read("/"),
            Landlock.denyFiles().execute("/bin/sh")
        }) {
            assertThatExceptionOfType(LaunchException.class)
                    .isThrownBy(
                            () -> with(landlock).command("/bin/sh", "-c", ":").start())
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                    .withMessageContaining("execve(\"/bin/sh\"")
                    .withMessageEndingWith("Landlock must allow to execute it, and the interpreter that it names");
        }
    }

    @Test
    void does_not_start_if_what_is_allowed_is_missing_or_of_another_kind() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() ->
                        with(programs().read("/no/such/file")).command("true").start())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .withMessageStartingWith("restricting access by Landlock: openat(AT_FDCWD, \"/no/such/file\"")
                .withMessageContaining("readIfThere");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> with(programs().allow("/etc/passwd", FileAccess.READ_DIR))
                        .command("true")
                        .start())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .withMessageContaining("only a directory can have these rights");
    }

    @Test
    void restricts_each_process_that_is_executed_in_it_and_the_command_of_an_init() throws Exception {
        try (Container container =
                with(programs()).init().command("sleep", "100").start()) {
            ContainerResult result = container.exec("cat", "/etc/passwd").run();
            assertThat(result.exitValue()).isNotZero();
            assertThat(result.error()).contains(DENIED);
        }
        assertThat(output(with(programs()).init(), "cat /etc/passwd")).contains(DENIED);
    }

    @Test
    void can_let_programs_gain_privileges() throws Exception {
        ContainerBuilder builder = Container.builder()
                .isolation(Isolation.standard()
                        .allowNewPrivileges()
                        .landlock(programs().read("/proc")));
        assertThat(output(
                        builder, "grep NoNewPrivs /proc/self/status; grep ^CapEff /proc/self/status; cat /etc/passwd"))
                .startsWith("NoNewPrivs:\t0\nCapEff:\t00000000800425fb\n")
                .contains(DENIED);
    }

    @Test
    void has_no_descriptor_left_of_it_and_needs_none_of_a_low_limit() throws Exception {
        ContainerBuilder builder = with(programs().read("/proc"))
                .attributes(
                        ProcessAttributes.builder().limit(Resource.NOFILE, 5).build());
        assertThat(output(builder, "ls /proc/$$/fd")).isEqualTo("0\n1\n2\n");
    }

    @Test
    void uses_only_the_TCP_ports_that_a_rule_allows() throws Exception {
        Requirement.LANDLOCK_SCOPES.assume();
        String script = """
            use IO::Socket::INET;
            for my $port (8080, 8081) {
                my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1);
                print "bind $port: ", $server ? "done" : $!, "\\n";
                my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
                print "connect $port: ", $client ? "done" : $!, "\\n";
            }
            """;
        assertThat(perl(with(perl()), script).lines())
                .containsExactly("bind 8080: done", "connect 8080: done", "bind 8081: done", "connect 8081: done");
        assertThat(perl(with(perl().denyTcp()), script).lines())
                .hasSize(4)
                .allMatch(line -> line.endsWith(": " + DENIED));
        assertThat(perl(with(perl().denyTcp().bindTcp(8080).connectTcp(8080, 8081)), script)
                        .lines())
                .containsExactly(
                        "bind 8080: done",
                        "connect 8080: done",
                        "bind 8081: Permission denied",
                        "connect 8081: Connection refused");
        assertThat(perl(with(perl().denyTcpIfKnown().bindTcp(8080, 8081)), script)
                        .lines())
                .containsExactly(
                        "bind 8080: done",
                        "connect 8080: Permission denied",
                        "bind 8081: done",
                        "connect 8081: Permission denied");
    }

    private static String perl(ContainerBuilder builder, String script) throws InterruptedException {
        return builder.command("perl", "-e", script).mergeError().run().output();
    }

    @Test
    void does_not_reach_processes_beyond_its_scope() throws Exception {
        Requirement.LANDLOCK_SCOPES.assume();
        Landlock scoped = perl().scope(Landlock.Scope.SIGNAL).scopeIfKnown(Landlock.Scope.ABSTRACT_UNIX_SOCKET);
        String listen = "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Local => qq(\\0name), Listen => 1) or die;"
                + " $| = 1; print qq(ready\\n); sleep 100";
        String reach = "use IO::Socket::UNIX; print kill(0, 1) ? qq(sent) : $!, qq(\\n);"
                + " print IO::Socket::UNIX->new(Peer => qq(\\0name)) ? qq(connected) : $!, qq(\\n)";
        try (Container free = with(perl()).command("perl", "-e", listen).start();
                Container restricted =
                        with(scoped).command("perl", "-e", listen).start()) {
            assertThat(ready(free).exec("perl", "-e", reach).run().output()).isEqualTo("sent\nconnected\n");
            assertThat(ready(restricted).exec("perl", "-e", reach).run().output())
                    .isEqualTo("Operation not permitted\nOperation not permitted\n");
        }
    }

    private static Container ready(Container container) throws IOException {
        assertThat(container.process().getInputStream().readNBytes(6))
                .asString()
                .isEqualTo("ready\n");
        return container;
    }
}
