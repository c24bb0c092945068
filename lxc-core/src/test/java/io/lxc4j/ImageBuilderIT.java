package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.build.BuildException;
import io.lxc4j.build.ImageBuilder;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An image that is built")
@Timeout(180)
class ImageBuilderIT {
    @TempDir
    Path directory;

    private LayerStore store;
    private Image base;

    /** Commands of the build add a line each to what is in here. */
    private Path runs;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        store = LayerStore.open(directory.resolve("store"));
        base = BusyboxImage.importTo(store, directory);
        runs = Files.createDirectory(directory.resolve("runs"));
        Files.setPosixFilePermissions(runs, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @AfterEach
    void close() {
        assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
        store.close();
    }

    private ImageBuilder builder() {
        return ImageBuilder.from(store, base);
    }

    /** One that tells of each command that is run. */
    private ImageBuilder counted() {
        return builder().containers(each -> each.bindWritable(runs, "/mnt/runs"));
    }

    private static final String COUNT = "echo x > /mnt/runs/$$$(cat /proc/sys/kernel/random/uuid); ";

    private long count() throws IOException {
        try (var files = Files.list(runs)) {
            return files.count();
        }
    }

    private static String run(Image image, String script) throws Exception {
        ContainerResult result = Container.builder()
                .image(image)
                .command("/bin/sh", "-c", script)
                .mergeError()
                .run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    private Path write(String path, String content) throws IOException {
        Path file = directory.resolve("source").resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    // ---- steps

    @Test
    @DisplayName("has what its commands wrote, the files that were copied, and starts as it was said")
    void steps() throws Exception {
        write("app/start", "#!/bin/sh\necho started $* in $(pwd) with $MODE by $(id -u):$(id -g); cat /srv/made\n")
                .toFile()
                .setExecutable(true);
        Image image = builder()
                .author("Ada")
                .run("/bin/sh", "-c", "echo made > /srv/made; rm /etc/a")
                .copy(directory.resolve("source/app"), "/opt/app")
                .env("MODE", "test")
                .env("MODE", "production")
                .workingDirectory("/opt/app")
                .label("org.example.of", "tests")
                .expose("8080")
                .volume("/data")
                .stopSignal("SIGQUIT")
                .entrypoint("./start")
                .cmd("a", "b")
                .commit("app:1");
        assertThat(store.image("app:1")).isEqualTo(image);
        ContainerResult result = Container.builder().image(image).mergeError().run();
        assertThat(result.output()).isEqualTo("started a b in /opt/app with production by 0:0\nmade\n");
        assertThat(run(image, "ls -d /etc/a /etc/b 2>/dev/null; stat -c %u:%g:%a /opt /opt/app /opt/app/start"))
                .isEqualTo("/etc/b\n0:0:755\n0:0:755\n0:0:755\n"
                        .replace(
                                "0:0:755\n0:0:755\n0:0:755",
                                "0:0:755\n" + stat("source/app") + "\n" + stat("source/app/start")));
        var parameters = image.config().parameters();
        assertThat(parameters.env()).containsExactly("MODE=production");
        assertThat(parameters.labels()).containsEntry("org.example.of", "tests");
        assertThat(parameters.exposedPorts()).hasToString("[8080/tcp]");
        assertThat(parameters.volumes()).containsExactly("/data");
        assertThat(parameters.stopSignal()).isEqualTo("SIGQUIT");
        List<HistoryEntry> steps = image.config().history();
        assertThat(steps.subList(1, 4))
                .extracting(HistoryEntry::createdBy)
                .containsExactly(
                        "lxc4j run /bin/sh -c echo made > /srv/made; rm /etc/a",
                        "lxc4j copy app /opt/app",
                        "lxc4j env MODE=test");
        assertThat(steps.subList(1, steps.size()))
                .extracting(HistoryEntry::author)
                .containsOnly("Ada");
        assertThat(image.manifest().layers()).hasSize(3);
        assertThat(store.versions().log(image)).hasSize(2);
        assertThat(store.check()).isEmpty();
    }

    /** The copy belongs to root, with the permissions of what was copied. */
    private String stat(String path) throws IOException {
        int mode = (Integer) Files.getAttribute(directory.resolve(path), "unix:mode") & 07777;
        return "0:0:" + Integer.toOctalString(mode);
    }

    @Test
    @DisplayName("has its commands run with the settings before them")
    void settings() throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        String who = "echo $A $(pwd) $(id -u)";
        Image image = builder()
                .output(output)
                .run("/bin/sh", "-c", who)
                .env("A", "one two")
                .workingDirectory("/work/dir")
                .run("/bin/sh", "-c", who + "; echo error >&2; echo kept > here")
                .commit("app:1");
        assertThat(output).hasToString("/ 0\none two /work/dir 0\nerror\n");
        assertThat(run(image, "cat /work/dir/here")).isEqualTo("kept\n");
        if (Requirement.ROOT.problem().isEmpty()) {
            output.reset();
            Image user = ImageBuilder.from(store, image)
                    .output(output)
                    .run("/bin/sh", "-c", "echo 'me:x:7:8::/:/bin/sh' > /etc/passwd; chmod 777 /work/dir")
                    .user("me")
                    .run("/bin/sh", "-c", who + "; echo mine > mine")
                    .commit("app:2");
            assertThat(output).hasToString("one two /work/dir 7\n");
            assertThat(run(user, "id -u; id -g; stat -c %u:%g mine")).isEqualTo("7\n8\n7:8\n");
        }
    }

    // ---- memory

    @Test
    @DisplayName("is the same when it is built again, and nothing is run for it")
    void memory() throws Exception {
        write("file", "content");
        Image first = memorable().commit("app:1");
        assertThat(count()).isEqualTo(2);
        Image second = memorable().commit("app:2");
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(count()).isEqualTo(2);
        try (LayerStore other = LayerStore.open(store.directory())) {
            Image third = ImageBuilder.from(other, other.image("busybox:1"))
                    .run("/bin/sh", "-c", COUNT + "echo 1 > /srv/1")
                    .build();
            assertThat(third.config().diffIds())
                    .isEqualTo(first.config().diffIds().subList(0, 2));
            assertThat(count()).isEqualTo(2);
        }
        Image anew = memorable().anew().commit("app:3");
        assertThat(count()).isEqualTo(4);
        assertThat(anew.digest()).isNotEqualTo(first.digest());
        Image after = memorable().commit("app:4");
        assertThat(after.digest()).isEqualTo(anew.digest());
    }

    private ImageBuilder memorable() {
        return counted()
                .run("/bin/sh", "-c", COUNT + "echo 1 > /srv/1")
                .copy(directory.resolve("source/file"), "/srv/file")
                .label("a", "b")
                .run("/bin/sh", "-c", COUNT + "cat /srv/file > /srv/2");
    }

    @Test
    @DisplayName("is built again from the first step that has changed: by content, permissions, environment, place")
    void changes() throws Exception {
        Path file = write("file", "content");
        Image first = memorable().commit("app:1");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.plusSeconds(5)));
        assertThat(memorable().build().digest()).isEqualTo(first.digest());
        assertThat(count()).isEqualTo(2);
        Files.writeString(file, "changed");
        assertThat(run(memorable().build(), "cat /srv/2")).isEqualTo("changed");
        assertThat(count()).isEqualTo(3);
        Files.writeString(file, "content");
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
        memorable().build();
        assertThat(count()).isEqualTo(4);
        Image image = counted()
                .env("A", "b")
                .run("/bin/sh", "-c", COUNT + "echo 1 > /srv/1")
                .build();
        assertThat(image.config().diffIds()).hasSize(2);
        assertThat(count()).isEqualTo(5);
    }

    @Test
    @DisplayName("has its layers made again if they were collected")
    void collected() throws Exception {
        write("file", "content");
        memorable().commit("app:1");
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        base = store.image("busybox:1");
        assertThat(store.untag("app:1")).isTrue();
        assertThat(store.collect()).isGreaterThanOrEqualTo(6);
        assertThat(directory.resolve("store/steps")).isEmptyDirectory();
        memorable().commit("app:1");
        assertThat(count()).isEqualTo(4);
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("forgets a note that is damaged")
    void damaged_note() throws Exception {
        write("file", "content");
        memorable().commit("app:1");
        try (var notes = Files.list(directory.resolve("store/steps"))) {
            for (Path note : notes.toList()) {
                Files.writeString(note, "sha256:x y");
            }
        }
        memorable().commit("app:2");
        assertThat(count()).isEqualTo(4);
    }

    @Test
    @DisplayName("is the same in another store, at one source date")
    void reproducible() throws Exception {
        write("dir/b", "b");
        write("dir/a", "a");
        Instant time = Instant.parse("2020-01-02T03:04:05Z");
        Image here = dated(store, time);
        try (LayerStore other = LayerStore.open(directory.resolve("other"))) {
            Files.setLastModifiedTime(directory.resolve("source/dir/a"), FileTime.from(Instant.now()));
            Image there = dated(other, time);
            assertThat(there.digest()).isEqualTo(here.digest());
            assertThat(there.config().created()).contains(time);
        }
    }

    private Image dated(LayerStore target, Instant time) throws Exception {
        return ImageBuilder.scratch(target)
                .sourceDate(time)
                .copy(directory.resolve("busybox"), "/")
                .copy(directory.resolve("source/dir"), "/opt/dir")
                .run("/bin/sh", "-c", "echo made > /srv/made")
                .entrypoint("/bin/sh")
                .commit("dated:1");
    }

    // ---- failures

    @Test
    @DisplayName("gets no name if a command fails, and what was done before need not be done again")
    void failure() throws Exception {
        ImageBuilder failing = counted()
                .run("/bin/sh", "-c", COUNT + "echo 1 > /srv/1")
                .run("/bin/sh", "-c", COUNT + "echo out; echo err >&2; exit 3");
        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(BuildException.class)
                    .isThrownBy(() -> failing.commit("app:1"))
                    .withMessageContaining("step 2 of 2, run [/bin/sh, -c, ")
                    .withMessageContaining("ended with 3. What it wrote last:\nout\nerr")
                    .satisfies(e -> {
                        assertThat(e.exitValue()).isEqualTo(3);
                        assertThat(e.output()).isEqualTo("out\nerr\n");
                    });
        }
        assertThat(count()).isEqualTo(3);
        assertThat(store.find("app:1")).isEmpty();
        assertThatExceptionOfType(BuildException.class)
                .isThrownBy(() -> builder().run("/bin/sh", "-c", "exit 137").build())
                .withMessageContaining("ended with 137, and wrote nothing");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> builder().run("/missing").build())
                .withMessageContaining("/missing");
    }

    @Test
    @DisplayName("has the end of what a command wrote in its error")
    void long_output() {
        assertThatExceptionOfType(BuildException.class)
                .isThrownBy(() -> builder()
                        .run("/bin/sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; exit 1")
                        .build())
                .satisfies(e -> assertThat(e.output().getBytes(StandardCharsets.UTF_8))
                        .hasSize(8192)
                        .endsWith("line 4998\nline 4999\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    @DisplayName("is given up when a command takes too long, or who builds it is interrupted")
    void too_long() throws Exception {
        assertThatExceptionOfType(BuildException.class)
                .isThrownBy(() -> builder()
                        .timeout(Duration.ofMillis(300))
                        .run("/bin/sh", "-c", "echo waiting; sleep 100")
                        .build())
                .withMessageContaining("had not ended after PT0.3S; it was killed. What it wrote last:\nwaiting");
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                builder()
                        .output(new OutputStream() {
                            @Override
                            public void write(int b) {
                                started.countDown();
                            }
                        })
                        .run("/bin/sh", "-c", "echo waiting; sleep 100")
                        .build();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        started.await();
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    @DisplayName("fails when its output can't be passed on")
    void broken_output() {
        assertThatThrownBy(() -> builder()
                        .output(new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                throw new IOException("full");
                            }
                        })
                        .run("/bin/sh", "-c", "echo 1; echo 2")
                        .build())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("step 1 of 1")
                .hasMessageContaining("passing on what the command wrote")
                .hasMessageContaining("full");
    }

    @Test
    @DisplayName("must have been described rightly, which is said at once")
    void bad_input() throws Exception {
        Path file = write("file", "x");
        ImageBuilder builder = builder();
        assertThatThrownBy(builder::run).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.run("")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.run("a\0b")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.copy(directory.resolve("none"), "/x"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("there is no such file");
        for (String target : List.of("x", "", "/a/../b", "/a\0")) {
            assertThatThrownBy(() -> builder.copy(file, target)).isInstanceOf(InvalidSpecificationException.class);
        }
        assertThatThrownBy(() -> builder.env("a=b", "c").env("", "x"))
                .isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.workingDirectory("x")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.user("a b")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.expose("70000")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.volume("x")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.stopSignal("?")).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> ImageBuilder.scratch(store).env("A", "b").commit("none:1"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("no files yet");
        assertThatThrownBy(() -> ImageBuilder.scratch(store).run("/bin/sh").build())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("no files yet");
        assertThatThrownBy(() -> builder().copy(file, "/srv/", "nobody-knows").build())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("nobody-knows");
        assertThatThrownBy(() -> builder().commit("Not A Name")).isInstanceOf(InvalidSpecificationException.class);
    }

    // ---- mounts

    @Test
    @DisplayName("has nothing of what was mounted while its commands ran, nor what was made to be mounted on")
    void mounts() throws Exception {
        Path file = write("resolv.conf", "nameserver");
        Path cache = Files.createDirectory(directory.resolve("cache"));
        Files.writeString(cache.resolve("kept"), "kept");
        Image image = builder()
                .containers(each -> each.bind(file, "/run/net/resolv.conf")
                        .bind(cache, "/var/cache/build")
                        .mount(Mount.tmpfs().at("/var/other/tmp")))
                .run(
                        "/bin/sh",
                        "-c",
                        "cat /run/net/resolv.conf /var/cache/build/kept > /srv/seen; echo 1 > /var/other/beside; echo"
                                + " 2 > /var/other/tmp/gone")
                .commit("app:1");
        assertThat(run(image, "cat /srv/seen; find /run /var 2>/dev/null | sort"))
                .isEqualTo("nameserverkept/var\n/var/other\n/var/other/beside\n");
        Image bare = ImageBuilder.scratch(store)
                .copy(directory.resolve("busybox/bin"), "/bin")
                .run("/bin/sh", "-c", "true")
                .run("/bin/busybox", "mkdir", "/made")
                .build();
        store.save(tagged(bare), directory.resolve("bare"), ImageFormat.OCI_DIRECTORY);
        String last = bare.manifest().layers().getLast().digest().hex();
        assertThat(Command.run(
                                "tar",
                                "--numeric-owner",
                                "-tvzf",
                                directory.resolve("bare/blobs/sha256/" + last).toString())
                        .orFail()
                        .lines()
                        .map(line -> line.replaceAll("^(\\S+ \\S+).* ", "$1 ")))
                .containsExactly("drwxr-xr-x 0/0 ./", "drwxr-xr-x 0/0 made/");
    }

    private String tagged(Image image) {
        store.tag(image, "tagged:1");
        return "tagged:1";
    }

    // ---- copies

    @ParameterizedTest(name = "{0} of a {1}: {2}")
    @CsvSource({
        "/srv/new, file, /srv/new",
        "/srv/, file, /srv/file",
        "/srv, file, /srv/file",
        "/none/there/, file, /none/there/file",
        "/none/there, file, /none/there",
        "/etc/a, file, /etc/a",
        "/etc/link, file, /etc/a",
        "/etc/dangling, file, /srv/dangling",
        "/toetc/new, file, /etc/new",
        "/toetc, file, /etc/file",
        "/srv/new, dir, /srv/new/in/file",
        "/srv/new/, dir, /srv/new/in/file",
        "/srv, dir, /srv/in/file",
        "/, dir, /in/file",
        "/toetc, dir, /etc/in/file",
        "/toetc/../x, dir, -",
        "/etc/a/b, file, !",
        "/etc/a, dir, !",
        "/etc/a/, file, !",
    })
    @DisplayName("has copies where they would be expected:")
    void places(String target, String kind, String expected) throws Exception {
        write("file", "copied");
        write("dir/in/file", "copied");
        Image below = builder()
                .run(
                        "/bin/sh",
                        "-c",
                        "ln -s etc /toetc; ln -s ../srv/dangling /etc/dangling; chmod 751 /etc; echo old > /srv/old")
                .build();
        if (expected.equals("-") || expected.equals("!")) {
            assertThatThrownBy(() -> ImageBuilder.from(store, below)
                            .copy(directory.resolve("source").resolve(kind), target)
                            .build())
                    .isInstanceOf(
                            expected.equals("-") ? InvalidSpecificationException.class : ContainerException.class);
            return;
        }
        Image image = ImageBuilder.from(store, below)
                .copy(directory.resolve("source").resolve(kind), target)
                .build();
        assertThat(run(
                        image,
                        "cat " + expected
                                + "; readlink /toetc; readlink /etc/dangling; stat -c %a /etc; cat /srv/old /etc/b"))
                .isEqualTo("copiedetc\n../srv/dangling\n751\nold\ntwo\n");
    }

    @Test
    @DisplayName("has copies that are as the files were, whosever they are to be")
    void metadata() throws Exception {
        Requirement.ROOT.assume();
        Path tree = directory.resolve("source/tree");
        Command.run(
                        "sh",
                        "-euc",
                        "mkdir -p $0/dir; cd $0; echo file > dir/file; ln dir/file dir/hard; ln -s file dir/link;"
                                + " mkfifo dir/fifo; truncate -s 1M dir/sparse; echo end >> dir/sparse; chown 5:6"
                                + " dir/file; chmod 4711 dir/file; chmod 2770 dir; touch -h -d '2001-02-03"
                                + " 04:05:06.789012345' dir/file dir/link",
                        tree.toString())
                .orFail();
        Image image = builder()
                .run("/bin/sh", "-c", "echo 'me:x:7:8::/:/bin/sh' > /etc/passwd")
                .copy(tree, "/opt/tree", "me")
                .copy(tree, "/opt/other", "11:12")
                .build();
        assertThat(run(
                        image,
                        "cd /opt/tree; stat -c '%a %u:%g %F' /opt/tree dir dir/file dir/link dir/fifo; stat -c %Y"
                            + " dir/file dir/link; [ dir/file -ef dir/hard ] && echo same; readlink dir/link; stat -c"
                            + " %s dir/sparse; stat -c %u:%g /opt /opt/other/dir/file"))
                .isEqualTo("""
                    755 7:8 directory
                    2770 7:8 directory
                    4711 7:8 regular file
                    777 7:8 symbolic link
                    644 7:8 fifo
                    981173106
                    981173106
                    same
                    file
                    1048580
                    0:0
                    11:12
                    """);
    }

    @Test
    @DisplayName("keeps its links to directories when directories are copied onto them")
    void merged_directories() throws Exception {
        write("root/lib/module", "module");
        write("root/etc/dir/c", "replaced");
        Image image = builder()
                .run("/bin/sh", "-c", "mkdir -p /usr/lib; ln -s usr/lib /lib; ln -s dir /etc/toDir")
                .copy(directory.resolve("source/root"), "/")
                .build();
        assertThat(run(image, "cat /usr/lib/module; readlink /lib; cat /etc/dir/c /etc/dir/d; readlink /etc/toDir"))
                .isEqualTo("moduleusr/lib\nreplacedfour\ndir\n");
    }

    @Test
    @DisplayName("has a directory with all that is in it where a file or a link to one was")
    void replaced_by_directories() throws Exception {
        write("root/etc/a/deep/er/file", "deep");
        write("root/etc/link/deep/file", "linked");
        Image image = builder().copy(directory.resolve("source/root"), "/").build();
        assertThat(run(image, "cat /etc/a/deep/er/file /etc/link/deep/file; ls /etc"))
                .isEqualTo("deeplinkeda\nb\ndir\nlink\n");
    }

    // ---- archives

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz"})
    @DisplayName("can begin with an archive of files")
    void archive(String kind) throws Exception {
        String compression = kind.equals("tar") ? "" : "--gzip";
        Path file = directory.resolve("root." + kind);
        Command.run(
                        "sh",
                        "-euc",
                        "tar " + compression + " -cf $0 -C $1 .",
                        file.toString(),
                        directory.resolve("busybox").toString())
                .orFail();
        Image image = store.importArchive(file, "imported:1");
        assertThat(run(image, "cat /etc/a /etc/dir/c; readlink /etc/link")).isEqualTo("one\nthree\na\n");
        assertThat(store.check()).isEmpty();
        assertThat(run(ImageBuilder.from(store, image).run("/bin/rm", "/etc/a").build(), "ls /etc"))
                .isEqualTo("b\ndir\nlink\n");
    }
}
