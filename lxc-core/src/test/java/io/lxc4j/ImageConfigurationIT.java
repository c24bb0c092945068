package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A container of an image")
class ImageConfigurationIT {
    @TempDir
    Path directory;

    private LayerStore store;
    private Image base;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        store = LayerStore.open(directory.resolve("store"));
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; mkdir -p bin etc proc sys dev tmp home/web; cp /bin/busybox bin; chmod 1777 tmp; for"
                                + " each in sh cat ls id echo env pwd stat sleep touch kill grep; do ln -s busybox"
                                + " bin/$each; done; printf 'root:x:0:0:root:/root:/bin/sh\\n"
                                + "web:x:100:101:Web:/home/web:/bin/sh\\n"
                                + "broken:x:-1:0:::\\n"
                                + "' > etc/passwd; printf 'root:x:0:\\n"
                                + "web:x:101:\\n"
                                + "logs:x:102:web,other\\n"
                                + "staff:x:103:root\\n"
                                + "' > etc/group",
                        tree.toString())
                .orFail();
        base = store.importTree(tree, "base:1");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Image image(UnaryOperator<ExecutionParameters.Builder> settings) {
        return store.configure(
                base, settings.apply(ExecutionParameters.builder()).build(), "", "test:1");
    }

    private static String run(ContainerBuilder builder) throws Exception {
        ContainerResult result = builder.mergeError().run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    @Test
    @DisplayName("runs its program, in its environment and directory")
    void program() throws Exception {
        Image image = image(each -> each.entrypoint(List.of("sh", "-c"))
                .cmd(List.of("echo $GREETING $0; pwd; echo $PATH"))
                .env(List.of("GREETING=hello world", "PATH=/bin:/none"))
                .workingDirectory("/srv/made/here"));
        assertThat(run(Container.builder().image(image))).isEqualTo("hello world sh\n/srv/made/here\n/bin:/none\n");
        assertThat(run(Container.builder().image(image).arguments("echo other $0", "zero")))
                .isEqualTo("other zero\n");
        assertThat(run(Container.builder()
                        .image(image)
                        .command("sh", "-c", "echo $GREETING; pwd")
                        .environment("GREETING", "hi")
                        .workingDirectory("/etc")))
                .isEqualTo("hi\n/etc\n");
    }

    @Test
    @DisplayName("needs a program")
    void no_program() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Container.builder().image(base).build())
                .withMessageContaining("names no program");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Container.builder().arguments("x").build())
                .withMessageContaining("arguments are those of an image's program");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Container.builder()
                        .image(base)
                        .command("id")
                        .arguments("x")
                        .build())
                .withMessageContaining("a command has its own");
    }

    private static final String WHO = "id -u; id -g; id -G; echo $HOME; grep -E 'Cap(Prm|Eff)' /proc/self/status";

    @Test
    @DisplayName("runs it as the user that it names, who has no capabilities, with the groups that list it")
    void user() throws Exception {
        Requirement.ROOT.assume();
        Image image = image(each -> each.user("web").cmd(List.of("sh", "-c", WHO)));
        String none = "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n";
        assertThat(run(Container.builder().image(image))).isEqualTo("100\n101\n101 102\n/home/web\n" + none);
        assertThat(run(Container.builder().image(image).init())).startsWith("100\n101\n101 102\n");
        assertThat(run(Container.builder().image(image).user("100:102"))).startsWith("100\n102\n102\n/home/web\n");
        assertThat(run(Container.builder().image(image).user("4711"))).startsWith("4711\n0\n0\n/\n");
        assertThat(run(Container.builder().image(image).user(4711, 4712))).startsWith("4711\n4712\n4712\n/\n");
        assertThat(run(Container.builder().image(image).user("root"))).startsWith("0\n0\n0 103\n/root\n");
    }

    @Test
    @DisplayName("says which user it has not, and which the image has not")
    void unknown_user() {
        Image image = image(each -> each.cmd(List.of("id")));
        for (String wrong : List.of("nobody", "broken", "web:none", "4294967295", "99999999999")) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(
                            () -> Container.builder().image(image).user(wrong).build())
                    .withMessageContaining("the image has no ");
        }
        for (String wrong : List.of("", "a b", "a:b:c", "-1", "a/b", "root\nx", ":0")) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> Container.builder().image(image).user(wrong))
                    .withMessageContaining("must be USER or USER:GROUP");
        }
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Container.builder().command("id").user("web").build())
                .withMessageContaining("without an image");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() ->
                        Container.builder().image(image).user("2000000000").start())
                .withMessageContaining("is none of the container's");
    }

    @Test
    @DisplayName("executes more as the same user, in the same environment, or as another one")
    void exec() throws Exception {
        Requirement.ROOT.assume();
        Image image = image(each ->
                each.user("web").env(List.of("A=b")).workingDirectory("/tmp").cmd(List.of("sleep", "1000")));
        try (Container container = Container.builder().image(image).start()) {
            assertThat(container
                            .exec("sh", "-c", "id -u; id -G; echo $A $HOME; pwd")
                            .run()
                            .output())
                    .isEqualTo("100\n101 102\nb /home/web\n/tmp\n");
            assertThat(container
                            .exec("sh", "-c", "id -u; id -G; echo $HOME")
                            .user("root")
                            .run()
                            .output())
                    .isEqualTo("0\n0 103\n/root\n");
            assertThat(container
                            .exec("sh", "-c", "id -u; id -g")
                            .user(7, 8)
                            .run()
                            .output())
                    .isEqualTo("7\n8\n");
        }
    }

    @Test
    @DisplayName("runs as an ordinary user on the host's root file system, too, and dies with this JVM's thread of it")
    void without_an_image() throws Exception {
        Requirement.ROOT.assume();
        assertThat(run(Container.builder().user(4711, 4712).command("sh", "-c", "id -u; id -g; echo $HOME")))
                .isEqualTo("4711\n4712\n/\n");
    }

    @Test
    @DisplayName("owns its terminal")
    void terminal() throws Exception {
        Requirement.ROOT.assume();
        Image image = image(each ->
                each.user("web").cmd(List.of("sh", "-c", "stat -c %u /proc/self/fd/0 -L; echo reopened > /dev/tty")));
        ContainerResult result = Container.builder().image(image).terminal().run();
        assertThat(result.output()).isEqualTo("100\r\nreopened\r\n");
    }

    @Test
    @DisplayName("is stopped by its own signal")
    void stop() throws Exception {
        for (String signal : List.of("SIGUSR1", "10", "RTMIN+3", "SIGRTMAX-1", "")) {
            String shown = signal.isEmpty() ? "TERM" : signal.startsWith("10") ? "USR1" : signal.replace("SIG", "");
            int number = Signal.number(signal.isEmpty() ? "TERM" : signal);
            Image image = image(each -> each.stopSignal(signal)
                    .cmd(List.of(
                            "sh",
                            "-c",
                            "trap 'echo stopped; exit 3' " + number + "; echo ready; while :; do sleep 0.05; done")));
            try (Container container = Container.builder().image(image).start()) {
                var output = container.process().inputReader(StandardCharsets.UTF_8);
                assertThat(output.readLine()).isEqualTo("ready");
                assertThat(container.stop(Duration.ofSeconds(20))).as(shown).isTrue();
                assertThat(container.process().exitValue()).as(shown).isEqualTo(3);
            }
        }
        Image stubborn = image(
                each -> each.cmd(List.of("sh", "-c", "trap 'echo no' TERM; echo ready; while :; do sleep 0.05; done")));
        try (Container container = Container.builder().image(stubborn).start()) {
            assertThat(container.process().inputReader(StandardCharsets.UTF_8).readLine())
                    .isEqualTo("ready");
            assertThat(container.stop(Duration.ofMillis(300))).isFalse();
            assertThat(container.process().isAlive()).isFalse();
        }
    }

    @Test
    @DisplayName("is changed by a builder of its specification")
    void to_builder() throws Exception {
        Image first = image(each -> each.cmd(List.of("echo", "first")));
        Image second = image(each -> each.cmd(List.of("echo", "second")));
        ContainerSpec specification = Container.builder().image(first).build();
        assertThat(specification.command()).containsExactly("echo", "first");
        assertThat(run(specification.toBuilder().image(second))).isEqualTo("second\n");
        assertThat(run(specification.toBuilder().arguments("echo", "third"))).isEqualTo("third\n");
    }
}
