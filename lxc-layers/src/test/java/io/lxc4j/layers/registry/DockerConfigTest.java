package io.lxc4j.layers.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Docker's configuration")
class DockerConfigTest {
    private static final String CONFIG = """
        {"auths": {
           "https://index.docker.io/v1/": {"auth": "bWU6cDpX"},
           "localhost:5000": {"username": "u", "password": "p"},
           "https://old.example.com/v1/": {"auth": "bWU6cABA"},
           "token.example.com": {"auth": "bWU6", "identitytoken": "secret"},
           "stored.example.com": {}
         },
         "credHelpers": {"gcr.io": "gcloud"},
         "credsStore": "desktop",
         "HttpHeaders": {"User-Agent": "x"}}
        """;

    @TempDir
    Path directory;

    private static DockerConfig parse(String text) {
        return DockerConfig.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("has credentials in all the forms that Docker has written")
    void auths() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), CONFIG);
        DockerConfig config = DockerConfig.read(file);
        assertThat(config.find("docker.io")).contains(new Credentials.Password("me", "p:W"));
        assertThat(config.find("localhost:5000")).contains(new Credentials.Password("u", "p"));
        assertThat(config.find("token.example.com")).contains(new Credentials.IdentityToken("secret"));
        assertThat(config.find("localhost")).isEmpty();
        assertThat(config.find("example.com")).isEmpty();
        assertThatThrownBy(() -> DockerConfig.read(directory.resolve("none")))
                .isInstanceOf(InvalidSpecificationException.class);
    }

    @Test
    @DisplayName("has helpers asked only if they are given by name")
    void helpers() {
        DockerConfig config = parse(CONFIG);
        assertThatThrownBy(() -> config.find("gcr.io"))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("docker-credential-gcloud, which is not run unasked");
        assertThatThrownBy(() -> config.find("stored.example.com")).hasMessageContaining("docker-credential-desktop");
        assertThat(config.find("unknown.example.com")).isEmpty();

        Credentials kept = new Credentials.Password("kept", "x");
        DockerConfig more = config.withHelper("gcloud", server -> Optional.of(new Credentials.Password(server, "y")))
                .withHelper("desktop", server -> server.startsWith("s") ? Optional.of(kept) : Optional.empty());
        assertThat(more.find("gcr.io")).contains(new Credentials.Password("gcr.io", "y"));
        assertThat(more.find("stored.example.com")).contains(kept);
        assertThat(more.find("unknown.example.com")).isEmpty();
        assertThat(more.find("docker.io")).contains(new Credentials.Password("me", "p:W"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"auths\":[]}",
                "{\"auths\":{\"x\":{\"auth\":\"!\"}}}",
                "{\"auths\":{\"x\":{\"auth\":\"bWU=\"}}}",
                "{\"auths\":{\"x\":{\"auth\":7}}}",
                "{\"auths\":{\"x\":[]}}",
                "{\"auths\":{\"x\":{\"username\":\"a:b\",\"password\":\"c\"}}}",
                "{\"auths\":{\"x\":{\"username\":\"a\\nb\",\"password\":\"c\"}}}"
            })
    @DisplayName("of another form is refused")
    void otherForms(String text) {
        assertThatThrownBy(() -> parse(text).find("x")).isInstanceOf(InvalidSpecificationException.class);
    }

    @Test
    @DisplayName("is not printed with what is secret")
    void secrets() {
        assertThat(new Credentials.Password("me", "pw")).hasToString("password of me");
        assertThat(new Credentials.IdentityToken("abc")).hasToString("identity token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/b", "/bin/sh", "a b", "-x", "a\n"})
    @DisplayName("can't name a helper that is no name")
    void helperNames(String name) {
        assertThatThrownBy(() -> HelperProgram.named(name)).isInstanceOf(InvalidSpecificationException.class);
    }
}
