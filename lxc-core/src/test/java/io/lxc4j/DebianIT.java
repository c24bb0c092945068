package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.build.ImageBuilder;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A Debian system that debootstrap has made")
@Timeout(300)
class DebianIT {
    @TempDir
    static Path directory;

    private static LayerStore store;
    private static Image debian;

    @BeforeAll
    static void open() {
        Requirement.ROOT.assume();
        Requirement.DEBIAN.assume();
        store = LayerStore.open(directory.resolve("store"));
        debian = store.importTree(Requirement.debian(), "debian:1");
    }

    @AfterAll
    static void close() {
        if (store != null) {
            store.close();
        }
    }

    private static String run(Image image, String script) throws Exception {
        ContainerResult result = Container.builder()
                .image(image)
                .command("sh", "-euc", script)
                .mergeError()
                .run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    @Test
    @DisplayName("is whole in a container, says dpkg, which reads all of its files")
    void whole() throws Exception {
        assertThat(run(debian, "dpkg --verify; apt-get check -qq; dpkg --audit"))
                .isEmpty();
        assertThat(run(debian, "stat -c '%U:%G %a' /etc/shadow /usr/bin/passwd /tmp /var/mail"))
                .isEqualTo("root:shadow 640\nroot:root 4755\nroot:root 1777\nroot:mail 2775\n");
    }

    @Test
    @DisplayName("has packages installed and removed, and users added, in steps of a build")
    void packages() throws Exception {
        Path source = Files.createDirectories(directory.resolve("package/DEBIAN"));
        Files.writeString(source.resolve("control"), """
            Package: greeter
            Version: 1
            Architecture: all
            Maintainer: Nobody <nobody@example.org>
            Description: greets
            """);
        Path program =
                Files.createDirectories(directory.resolve("package/usr/bin")).resolve("greet");
        Files.writeString(program, "#!/bin/sh\necho Hello from $(id -un) in $(pwd)\n")
                .toFile()
                .setExecutable(true, false);
        Image image = ImageBuilder.from(store, debian)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .copy(directory.resolve("package"), "/tmp/greeter")
                .run(
                        "sh",
                        "-euc",
                        "dpkg-deb --build /tmp/greeter; apt-get install -y /tmp/greeter.deb; rm -r /tmp/greeter*")
                .run("useradd", "--create-home", "tester")
                .run("sh", "-euc", "dpkg --purge --force-remove-essential --force-depends ncurses-bin")
                .user("tester")
                .workingDirectory("/home/tester")
                .entrypoint("greet")
                .commit("greeter:1");
        ContainerResult result = Container.builder().image(image).mergeError().run();
        assertThat(result.output()).isEqualTo("Hello from tester in /home/tester\n");
        assertThat(run(image, "dpkg-query -W -f '${Status}\\n' greeter; ls /tmp; ls -a /home/tester | head -n 1"))
                .isEqualTo("install ok installed\n.\n");
        assertThat(run(debian, "ls /home; dpkg-query -W greeter 2>&1 || true")).contains("no packages found");
        assertThat(store.check()).isEmpty();
    }
}
