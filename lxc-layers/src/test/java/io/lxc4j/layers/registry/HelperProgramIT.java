package io.lxc4j.layers.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A program that keeps credentials")
@Timeout(60)
class HelperProgramIT {
    @TempDir
    Path directory;

    private HelperProgram program(String script, Duration patience) throws IOException {
        Path file = Files.writeString(directory.resolve("docker-credential-test"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new HelperProgram(file.toString(), patience);
    }

    private HelperProgram program(String script) throws IOException {
        return program(script, Duration.ofSeconds(30));
    }

    @Test
    @DisplayName("is asked by Docker's protocol")
    void answers() throws IOException {
        HelperProgram helper = program(
                "read server; test $1 = get && echo"
                    + " \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"me@$server\\\",\\\"Secret\\\":\\\"pw\\\"}\"");
        assertThat(helper.get("quay.io")).contains(new Credentials.Password("me@quay.io", "pw"));
        HelperProgram token = program("echo '{\"Username\":\"<token>\",\"Secret\":\"abc\"}'");
        assertThat(token.get("quay.io")).contains(new Credentials.IdentityToken("abc"));
        HelperProgram none = program("echo credentials not found in native keychain; exit 1");
        assertThat(none.get("quay.io")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exit 3",
                "echo some error; exit 1",
                "echo '{\"Username\":\"x\",\"Secret\":5,\"x\":\"hush\"}'",
                "echo '{\"Secret\":\"hush\"}'",
                "echo hush",
                "yes hush",
                "true"
            })
    @DisplayName("that answers something else is an error that does not tell it")
    void otherAnswers(String script) throws IOException {
        HelperProgram helper = program(script);
        assertThatThrownBy(() -> helper.get("quay.io"))
                .isInstanceOf(RegistryException.class)
                .hasNoCause()
                .hasMessageContaining("for credentials of quay.io: ")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
    }

    @Test
    @DisplayName("that does not end is ended, with what it has started")
    void hangs() throws IOException {
        HelperProgram helper = program("sleep 300; echo too late", Duration.ofMillis(300));
        assertThatThrownBy(() -> helper.get("quay.io")).hasMessageContaining("was ended after 300 ms");
    }

    @Test
    @DisplayName("that is missing is an error")
    void missing() {
        assertThatThrownBy(() -> HelperProgram.named("no-such-helper").get("quay.io"))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("docker-credential-no-such-helper");
    }
}
