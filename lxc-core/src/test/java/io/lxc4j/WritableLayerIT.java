package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.layers.Change;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerDriver;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.layers.WritableLayer;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A writable layer")
@Timeout(120)
class WritableLayerIT {
    @TempDir
    Path directory;

    private LayerStore store;
    private Image image;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        store = LayerStore.open(place());
        image = BusyboxImage.importTo(store, directory);
    }

    private Path place() {
        return directory.resolve("store");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = LayerStore.open(place());
    }

    private static ContainerBuilder sh(RootFileSystem root, String script) {
        return Container.builder().root(root).command("/bin/sh", "-c", "exec 2>&1; " + script);
    }

    private static String run(RootFileSystem root, String script) throws Exception {
        ContainerResult result = sh(root, script).run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    /** Has it write a line when it runs. */
    private static Container start(RootFileSystem root, String script) throws Exception {
        Container container = sh(root, script + "; echo ready; exec sleep 1000").start();
        BufferedReader output = container.process().inputReader();
        assertThat(output.readLine()).isEqualTo("ready");
        return container;
    }

    private Path upper(String name) {
        return place().resolve("writable").resolve(name).resolve("d/upper");
    }

    @Test
    @DisplayName("keeps what containers write, one after the other, also when the store is opened anew")
    void kept() throws Exception {
        RootFileSystem root = store.createWritable(image, "data").root();
        run(
                root,
                "echo new > /etc/a; rm /etc/b; rm -r /etc/dir; mkdir /etc/dir; echo x > /etc/dir/e; mv /etc/link"
                        + " /srv/");
        assertThat(run(root, "cat /etc/a; ls /etc /etc/dir; readlink /srv/link"))
                .isEqualTo("new\n/etc:\na\ndir\n\n/etc/dir:\ne\na\n");
        reopen();
        WritableLayer found = store.writable("data");
        assertThat(found.image().digest()).isEqualTo(image.digest());
        assertThat(run(found.root(), "cat /etc/a")).isEqualTo("new\n");
        assertThat(run(found.image().root(), "cat /etc/a /etc/b")).isEqualTo("one\ntwo\n");
        assertThat(store.writableNames()).containsExactly("data");
    }

    @Test
    @DisplayName("keeps the image that it lies on from being collected")
    void image_kept() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.root(), "echo new > /etc/a");
        store.untag("busybox:1");
        reopen();
        assertThat(store.collect()).isZero();
        assertThat(store.check()).isEmpty();
        assertThat(run(store.writable("data").root(), "cat /etc/a /etc/b")).isEqualTo("new\ntwo\n");
        store.writable("data").remove();
        reopen();
        assertThat(store.collect()).isEqualTo(4);
    }

    @Test
    @DisplayName("is one container's at a time")
    void one_at_a_time() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        ContainerSpec second = sh(layer.root(), "echo second").build();
        try (Container _ = start(layer.root(), "echo x > /etc/x")) {
            for (ThrowingAction action : new ThrowingAction[] {
                second::start, layer::reset, layer::remove, () -> store.commit(layer, "", "b:2")
            }) {
                assertThatThrownBy(action::run)
                        .isInstanceOf(ContainerException.class)
                        .hasMessageContaining("the writable layer data is in use");
            }
        }
        assertThat(second.run().output()).isEqualTo("second\n");
        assertThat(second.run().output()).isEqualTo("second\n");
    }

    private interface ThrowingAction {
        void run() throws Exception;
    }

    @Test
    @DisplayName("is free again after each failure to start")
    void failures() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Container.builder()
                            .root(layer.root())
                            .command("/no/such")
                            .start())
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("ENOENT");
        }
        assertThatThrownBy(() -> sh(layer.root(), "")
                        .redirectInput(ProcessBuilder.Redirect.from(
                                directory.resolve("none").toFile()))
                        .start())
                .isInstanceOf(ContainerException.class);
        assertThat(run(layer.root(), "echo fine")).isEqualTo("fine\n");
    }

    @Test
    @DisplayName("has a name of a strict form, alone")
    void names() {
        store.createWritable(image, "a.b-c_0");
        assertThatThrownBy(() -> store.createWritable(image, "a.b-c_0"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("has a writable layer a.b-c_0 already");
        for (String bad : new String[] {"", ".", "..", "a/b", "../x", "A", "a\n", "-a", "a.", "x".repeat(65), "ä"}) {
            assertThatThrownBy(() -> store.createWritable(image, bad))
                    .isInstanceOf(InvalidSpecificationException.class);
            assertThatThrownBy(() -> store.findWritable(bad)).isInstanceOf(InvalidSpecificationException.class);
        }
        assertThat(store.findWritable("other")).isEmpty();
        assertThatThrownBy(() -> store.writable("other")).hasMessageContaining("[a.b-c_0]");
    }

    @Test
    @DisplayName("is private to its user, and leaves nothing when it is removed")
    void removed() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.root(), "mkdir -p /a/b/c; chmod 0 /a/b /a; chmod 0 /; echo x > /etc/x; chmod 4755 /etc/x");
        for (String part : new String[] {"", "writable/data", "writable/data/d", "writable/data/d/work"}) {
            assertThat(Files.getPosixFilePermissions(place().resolve(part)))
                    .as(part)
                    .allMatch(permission -> permission.name().startsWith("OWNER"));
        }
        layer.remove();
        assertThat(place().resolve("writable")).isEmptyDirectory();
        assertThat(place().resolve("tmp")).isEmptyDirectory();
        assertThatThrownBy(() -> layer.root().use())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("has no writable layer data");
        assertThat(run(store.createWritable(image, "data").root(), "ls /etc")).isEqualTo("a\nb\ndir\nlink\n");
    }

    @Test
    @DisplayName("can be reset while nobody uses it")
    void reset() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.root(), "echo new > /etc/a; rm /etc/b; mkdir /new; chmod 700 /");
        layer.reset();
        assertThat(run(layer.root(), "cat /etc/a /etc/b; stat -c %a /; test ! -e /new"))
                .isEqualTo("one\ntwo\n755\n");
        assertThat(place().resolve("tmp")).isEmptyDirectory();
    }

    @Test
    @DisplayName("becomes an image, without and with a running container")
    void commit() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.root(), "echo new > /etc/a; rm /etc/b");
        Image second = store.commit(layer, "a and b", "busybox:2");
        assertThat(run(second.root(), "cat /etc/a; ls /etc")).isEqualTo("new\na\ndir\nlink\n");
        assertThat(second.config().history().getLast().comment()).isEqualTo("a and b");
        Requirement.CGROUPS.assume();
        try (Container container = start(
                layer.root(),
                "i=0; while true; do i=$((i+1)); echo $i > /srv/n; echo $i > /srv/m;" + " done & sleep 0.1")) {
            Image third = container.commit("while it runs", "busybox:3");
            String[] numbers = run(third.root(), "cat /srv/n /srv/m").split("\n", -1);
            assertThat(numbers[0]).isNotEmpty();
            String before = container.exec("cat", "/srv/m").run().output();
            assertThat(before).as("it runs on").isNotEqualTo(numbers[1] + "\n");
        }
        assertThat(run(layer.root(), "cat /etc/a; echo free")).isEqualTo("new\nfree\n");
    }

    @Test
    @DisplayName("is a copy where an overlay can't be written to, unless it must be none")
    void unfit() throws Exception {
        Requirement.ROOT.assume();
        Path mounted = directory.resolve("mounted");
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; mkdir lower upper work mounted; mount -t overlay -o"
                                + " lowerdir=lower,upperdir=upper,workdir=work overlay mounted",
                        directory.toString())
                .orFail();
        try (LayerStore there = LayerStore.open(mounted.resolve("store"))) {
            Image found = BusyboxImage.importTo(there, directory.resolve("again"));
            Namespaces shared =
                    Namespaces.builder().shareUsers().build(); // an overlay can't be shown with other owners
            WritableLayer layer = there.createWritable(found, "data");
            for (String script : List.of("echo kept > /srv/kept", "cat /srv/kept")) {
                ContainerResult result =
                        sh(layer.root(), script).namespaces(shared).mergeError().run();
                assertThat(result.output()).isEqualTo(script.startsWith("cat") ? "kept\n" : "");
            }
            assertThat(layer.changes()).extracting(Change::path).contains("srv/kept");
            assertThatThrownBy(() -> sh(
                                    there.withDriver(LayerDriver.OVERLAY)
                                            .image("busybox:1")
                                            .temporaryRoot(),
                                    "true")
                            .run())
                    .isInstanceOf(HostUnsupportedException.class)
                    .hasMessageContaining("which overlayfs can't write to")
                    .hasMessageContaining("LayerDriver.COPY");
        } finally {
            Command.run("umount", mounted.toString()).orFail();
        }
    }

    private static final String CHANGES = """
        cd /etc; echo changed > a; rm b; rm -r dir; mkdir dir; echo new > dir/new; rm link; mkdir link; chmod 700 /srv
        mkdir /srv/sub; ln -s nowhere /srv/sub/link; mv /tmp /moved; cat /bin/busybox > /dev/null
        echo same > same; rm same; ln -sf busybox /bin/ln; echo one > one; mv one c; rm c
        """;

    @Test
    @DisplayName("tells what has been changed in it, without and with a running container")
    void changes() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        assertThat(layer.changes()).isEmpty();
        run(layer.root(), "cat /etc/a /etc/dir/c; ls -R /etc");
        assertThat(layer.changes()).isEmpty();
        run(layer.root(), CHANGES);
        List<String> expected = List.of(
                "C /etc/a content",
                "D /etc/b",
                "D /etc/dir/c",
                "D /etc/dir/d",
                "A /etc/dir/new",
                "C /etc/link type",
                "A /moved",
                "C /srv mode",
                "A /srv/sub",
                "A /srv/sub/link",
                "D /tmp");
        assertThat(told(layer.changes())).containsExactlyElementsOf(expected);
        Requirement.CGROUPS.assume();
        try (Container container = start(
                layer.root(),
                "i=0; while true; do i=$((i+1)); echo $i > /srv/sub/$i; rm" + " /srv/sub/$i; done & sleep 0.1")) {
            List<String> running = told(container.changes());
            running.removeIf(change -> change.matches("A /srv/sub/[0-9]+"));
            assertThat(running).containsExactlyElementsOf(expected);
            assertThat(container.exec("cat", "/etc/a").run().output())
                    .as("it runs on")
                    .isEqualTo("changed\n");
            assertThatThrownBy(layer::changes)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("comparing")
                    .hasMessageContaining("in use");
        }
    }

    /** In short: without times, which directories with other names in them have changed, too. */
    private static List<String> told(List<Change> changes) {
        return new ArrayList<>(changes.stream()
                .map(change -> change.toString().replaceAll("[ ,]*modified|[ ,]*size", ""))
                .map(text -> text.replaceAll("type.*", "type").strip())
                .filter(text -> !text.matches("C \\S*"))
                .toList());
    }

    @Test
    @DisplayName("is not needed for a container whose writes vanish, which then can't be committed")
    void vanishing() throws Exception {
        Requirement.CGROUPS.assume();
        try (Container container = start(image.root(), "true")) {
            assertThatThrownBy(() -> container.commit("", "busybox:2"))
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageContaining("createWritable");
            assertThatThrownBy(container::changes)
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageContaining("comparing")
                    .hasMessageContaining("createWritable");
            assertThat(container.exec("busybox", "echo", "runs").run().output()).isEqualTo("runs\n");
        }
    }

    @Test
    @DisplayName("without a name is on the disk as long as its container, and others have others")
    void temporary() throws Exception {
        ContainerSpec specification = sh(image.temporaryRoot(), "ls /srv; echo x > /srv/x; echo ready; exec sleep 1000")
                .build();
        try (Container first = specification.start();
                Container second = specification.start()) {
            assertThat(first.process().inputReader().readLine()).isEqualTo("ready");
            assertThat(second.process().inputReader().readLine()).isEqualTo("ready");
            assertThat(place().resolve("tmp").toFile().list()).hasSize(4);
            assertThat(store.collect()).isZero();
            assertThat(first.exec("ls", "/srv").run().output()).isEqualTo("x\n");
        }
        assertThat(place().resolve("tmp")).isEmptyDirectory();
        assertThat(specification.explain()).contains("tmp/temporary/layer/d").contains("volatile");
    }

    @Test
    @DisplayName("can be used without syncs, over and over, but not after the machine went down meanwhile")
    void without_syncs() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.volatileRoot(), "echo 1 > /srv/x; sync");
        assertThat(run(layer.volatileRoot(), "cat /srv/x")).isEqualTo("1\n");
        Path mark = place().resolve("writable/data/volatile");
        assertThat(mark).exists();
        assertThat(run(layer.root(), "cat /srv/x")).isEqualTo("1\n");
        assertThat(mark).as("synced by the next start").doesNotExist();
        run(layer.volatileRoot(), "echo 2 > /srv/x");
        Files.writeString(mark, "another boot");
        assertThatThrownBy(() -> run(layer.root(), "cat /srv/x"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("without syncs when the machine went down")
                .hasMessageContaining("reset");
        layer.reset();
        assertThat(run(layer.root(), "ls /srv")).isEmpty();
    }

    @Test
    @DisplayName("belongs to the container's users, whatever their ids on the host are")
    void owners() throws Exception {
        Requirement.ROOT.assume();
        WritableLayer layer = store.createWritable(image, "data");
        String script = "echo x > /srv/root; echo y > /srv/user; chown 1000:1001 /srv/user; chmod 600 /srv/user;";
        Namespaces first = Namespaces.builder()
                .users(IdMapping.ranges()
                        .users(0, 700_000, 5000)
                        .groups(0, 700_000, 5000)
                        .build())
                .build();
        assertThat(sh(layer.root(), script).namespaces(first).run().isSuccess()).isTrue();
        assertThat(Command.run("stat", "-c", "%u:%g", upper("data") + "/srv/root", upper("data") + "/srv/user")
                        .orFail())
                .isEqualTo("0:0\n1000:1001\n");
        assertThat(run(layer.root(), "cat /srv/user; stat -c %u:%g /srv/user /srv/root; echo z >> /srv/user"))
                .isEqualTo("y\n1000:1001\n0:0\n");
        assertThat(sh(layer.root(), "cat /srv/user; stat -c %u:%g /srv/user")
                        .namespaces(Namespaces.builder().shareUsers().build())
                        .run()
                        .output())
                .isEqualTo("y\nz\n1000:1001\n");
    }

    /** Starts a container and waits to be killed. */
    static final class User {
        private User() {}

        public static void main(String[] arguments) throws Exception {
            LayerStore store = LayerStore.open(Path.of(arguments[0]));
            start(store.writable("data").root(), "echo $$ > /srv/x");
            System.out.println("started");
            Thread.sleep(1_000_000);
        }
    }

    @Test
    @DisplayName("is free a moment after the JVM that used it was killed, and not before its container has ended")
    void killed() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        for (int i = 0; i < 5; i++) {
            Process other = new ProcessBuilder(ChildJvm.command(User.class, place().toString()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertThat(other.inputReader().readLine()).isEqualTo("started");
            assertThatThrownBy(() -> run(layer.root(), "true")).hasMessageContaining("is in use");
            other.toHandle().destroyForcibly();
            assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(run(layer.root(), "cat /srv/x")).isEqualTo("1\n");
        }
    }

    @Test
    @DisplayName("is waited for while the process of a JVM that is gone has not ended")
    void outlived() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        Path note = place().resolve("writable/data/process");
        try (Container container = start(layer.root(), "true")) {
            assertThat(Files.readString(note)).startsWith(container.process().pid() + " ");
        }
        assertThat(note).doesNotExist();
        Process process = new ProcessBuilder("sleep", "1000").start();
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String begin = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
            Files.writeString(note, process.pid() + " " + begin);
            assertThatThrownBy(() -> run(layer.root(), "true"))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("is in use by the process " + process.pid());
            Files.writeString(note, process.pid() + " " + (Long.parseLong(begin) - 1)); // another, with its id
            run(layer.root(), "true");
            Files.writeString(note, process.pid() + " " + begin);
        } finally {
            process.destroyForcibly().waitFor();
        }
        run(layer.root(), "true");
    }

    @Test
    @DisplayName("needs a PID namespace of the container's own")
    void processes() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        try (Container pod = start(image.root(), "true")) {
            Namespaces joined = Namespaces.builder()
                    .join(pod.namespace(io.lxc4j.namespaces.NamespaceKind.USER))
                    .join(pod.namespace(io.lxc4j.namespaces.NamespaceKind.PID))
                    .build();
            assertThatThrownBy(() -> sh(layer.root(), "true").namespaces(joined).build())
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageContaining("needs a PID namespace of the container's own");
        }
    }

    @Test
    @DisplayName("is not taken by an explanation")
    void explained() {
        WritableLayer layer = store.createWritable(image, "data");
        ContainerSpec specification = sh(layer.root(), "true").build();
        assertThat(specification.explain()).contains("writable/data/d").contains("userxattr,index=off");
        assertThat(LaunchProgram.compile(specification.plan())).isNotNull();
        layer.remove();
    }
}
