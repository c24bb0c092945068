package io.lxc4j.layers.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An image configuration")
class ImageConfigTest {
    @Test
    @DisplayName("of the specification is written as it was read, without white space")
    void specification() {
        ImageConfig config = ImageConfig.parse(Golden.bytes("oci-config.json"));
        assertThat(new String(config.toBytes(), StandardCharsets.UTF_8)).isEqualTo(Golden.compact("oci-config.json"));
        assertThat(config.platform()).hasToString("linux/amd64");
        assertThat(config.created()).contains(Instant.parse("2015-10-31T22:22:56.015925234Z"));
        assertThat(config.parameters().user()).isEqualTo("alice");
        assertThat(config.parameters().exposedPorts()).containsExactly(new ExposedPort(8080, "tcp"));
        assertThat(config.parameters().entrypoint()).containsExactly("/bin/my-app-binary");
        assertThat(config.parameters().cmd()).hasSize(3);
        assertThat(config.parameters().volumes()).containsExactly("/var/job-result-data", "/var/log/my-app-logs");
        assertThat(config.parameters().workingDirectory()).isEqualTo("/home/alice");
        assertThat(config.history()).extracting(HistoryEntry::isEmptyLayer).containsExactly(false, true, false);
    }

    @Test
    @DisplayName("of Docker keeps what the specification does not have")
    void docker() {
        ImageConfig config = ImageConfig.parse(Golden.bytes("docker-config.json"));
        assertThat(config.platform()).isEqualTo(Platform.parse("linux/arm64"));
        assertThat(config.created()).contains(Instant.parse("2019-10-31T20:22:56Z"));
        assertThat(config.parameters().entrypoint()).isEmpty();
        assertThat(config.parameters().stopSignal()).isEqualTo("SIGQUIT");
        assertThat(config.parameters().env()).contains("MULTI=one\ntwo");
        assertThat(config.parameters().exposedPorts()).hasToString("[53/udp, 443/tcp]");
        assertThat(config.parameters().other())
                .containsEntry(
                        "Healthcheck",
                        "{\"Interval\":30000000000,\"Retries\":3,\"Test\":[\"CMD-SHELL\",\"curl -f http://localhost/"
                                + " || exit 1\"]}")
                .containsEntry("Shell", "[\"/bin/bash\",\"-c\"]");
        assertThat(config.other()).containsOnlyKeys("container", "container_config", "docker_version");

        ImageConfig again = ImageConfig.parse(config.toBytes());
        assertThat(again).isEqualTo(config);
        assertThat(again.toBytes()).isEqualTo(config.toBytes());
        assertThat(new String(again.toBytes(), StandardCharsets.UTF_8)).contains("\"Weight\":0.5");
    }

    @ParameterizedTest(name = "{1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // paths that lead out of the root (CVE-2022-23648)
                "/home/alice | home/alice | working directory",
                "/home/alice | /../../etc | working directory",
                "/home/alice | /home/.. | working directory",
                "/home/alice | /a\\u0000b | working directory",
                "/home/alice | /a\\nb | working directory",
                "/var/job-result-data | ../x | volume",
                "/var/job-result-data | /a/../../x | volume",
                "/var/job-result-data | x | volume",
                "/var/job-result-data | /\\u0000 | volume",
                "/var/job-result-data | /a\\u001b[0m | volume",
                "\"/var/job-result-data\": {}, | \"/x\": {}, \"/x\": {}, | Duplicate Object property",
                // users
                "\"alice\" | \"al ice\" | user",
                "\"alice\" | \"../alice\" | user",
                "\"alice\" | \"a:b:c\" | user",
                "\"alice\" | \"a:\" | user",
                "\"alice\" | \":b\" | user",
                "\"alice\" | \"-x\" | user",
                "\"alice\" | \"4294967295\" | user",
                "\"alice\" | \"99999999999999999999\" | user",
                "\"alice\" | \"0:4294967296\" | user",
                "\"alice\" | \"a\\nroot\" | user",
                "\"alice\" | \"a\\u0000\" | user",
                "\"alice\" | 0 | config.User is 0; it must be a string",
                // environment and arguments
                "FOO=oci_is_a | FOO | environment variable",
                "FOO=oci_is_a | =x | environment variable",
                "FOO=oci_is_a | F\\nO=x | environment variable",
                "FOO=oci_is_a | FOO=a\\u0000b | environment variable",
                "--foreground | a\\u0000b | argument of the command",
                "/bin/my-app-binary | /bin/sh\\u0000x | argument of the entry point",
                "\"--foreground\" | null | config.Cmd[0] is null; it must be a string",
                "\"--foreground\" | [] | config.Cmd[0] is an array",
                // ports
                "8080/tcp | 0/tcp | exposed port",
                "8080/tcp | 65536/tcp | exposed port",
                "8080/tcp | 80/icmp | exposed port",
                "8080/tcp | 80-90/tcp | exposed port",
                "8080/tcp | -80 | exposed port",
                // names that only some readers understand
                "\"Entrypoint\" | \"entrypoint\" | it must be \"Entrypoint\"",
                "\"rootfs\" | \"RootFS\" | it must be \"rootfs\"",
                "\"os\": | \"OS\": \"x\", \"os\": | it must be \"os\"",
                // the rest
                "\"os\": \"linux\", | ` ` | has no os",
                "\"architecture\": \"amd64\", | ` ` | has no architecture",
                "\"amd64\" | \"\" | architecture",
                "\"type\": \"layers\" | \"type\": \"layer\" | rootfs.type is",
                "sha256:c6f9 | sha256:C6f9 | lower-case hexadecimal",
                "\"diff_ids\": | \"diff_ids\": {}, \"x\": | rootfs.diff_ids is an object",
                "2015-10-31T22:22:56.015925234Z | yesterday | created is \"yesterday\"; it must be a time of RFC 3339",
                "2015-10-31T22:22:56.015925234Z | 2015-10-31T25:22:56Z | a time of RFC 3339",
                "2015-10-31T22:22:56.015925234Z | +12015-10-31T22:22:56Z | between the years 0 and 9999",
                "\"empty_layer\": true | \"empty_layer\": 1 | history[1].empty_layer is 1; it must be true or false",
                "com.example.project.git.url | a\\rb | key of labels",
                "https://example.com/project.git | a\\u0000 | labels",
            })
    @DisplayName("is refused where it would drive something on the host, or means two things")
    void hostile(String from, String to, String message) {
        byte[] document = Golden.changed("oci-config.json", from, to.strip());
        assertThatThrownBy(() -> ImageConfig.parse(document))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @CsvSource({"root", "0", "1000:1000", "www-data:www-data", "4294967294", "postgres:70", "a.b_c@d+e$"})
    @DisplayName("takes users of all usual forms")
    void users(String user) {
        assertThat(ExecutionParameters.builder().user(user).build().user()).isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource({
        "SIGTERM, true",
        "TERM, true",
        "15, true",
        "SIGRTMIN+3, true",
        "SIGRTMAX-1, true",
        "sigterm, false",
        "SIG TERM, false",
        "-9, false",
        "SIGTERM;x, false"
    })
    @DisplayName("takes stop signals by name or number")
    void signals(String signal, boolean isRight) {
        ExecutionParameters.Builder builder = ExecutionParameters.builder().stopSignal(signal);
        if (isRight) {
            assertThat(builder.build().stopSignal()).isEqualTo(signal);
        } else {
            assertThatThrownBy(builder::build).hasMessageContaining("stop signal");
        }
    }

    @Test
    @DisplayName("grows by layers and by steps that have none")
    void steps() {
        Instant time = Instant.parse("2026-01-01T00:00:00Z");
        HistoryEntry added = new HistoryEntry(Optional.of(time), "ADD x", "me", "", false, Map.of());
        HistoryEntry set = new HistoryEntry(Optional.of(time.plusSeconds(1)), "ENV", "", "", true, Map.of());
        ExecutionParameters parameters = ExecutionParameters.builder()
                .env(List.of("A=b"))
                .entrypoint(List.of("/x"))
                .cmd(List.of("y"))
                .labels(Map.of("k", "multi\nline"))
                .volumes(Set.of("/v"))
                .exposedPorts(Set.of(ExposedPort.parse("53/UDP"), ExposedPort.parse("80")))
                .workingDirectory("/w")
                .build();
        Digest layer = Digest.of(new byte[1]);

        ImageConfig config = new ImageConfig(Platform.parse("linux/arm/v6"))
                .withLayer(layer, added)
                .withParameters(parameters, set);

        assertThat(config.diffIds()).containsExactly(layer);
        assertThat(config.history()).containsExactly(added, set);
        assertThat(config.created()).contains(time.plusSeconds(1));
        assertThat(ImageConfig.parse(config.toBytes())).isEqualTo(config);
        assertThat(parameters.toBuilder().build()).isEqualTo(parameters);
        assertThatThrownBy(() -> config.withLayer(layer, set)).hasMessageContaining("said to have none");
        assertThatThrownBy(() -> config.withParameters(parameters, added)).hasMessageContaining("said to have a layer");
    }

    @Test
    @DisplayName("names each layer together with those below it, and must have as many as the manifest")
    void chain() {
        ImageConfig config = ImageConfig.parse(Golden.bytes("oci-config.json"));
        Digest first = config.diffIds().getFirst();
        assertThat(config.chainIds())
                .containsExactly(
                        first,
                        Digest.of((first + " " + config.diffIds().getLast()).getBytes(StandardCharsets.US_ASCII)));

        Manifest two = Manifest.parse(Golden.bytes("docker-manifest.json"), MediaType.DOCKER_MANIFEST);
        config.checkMatches(two);
        Manifest three = Manifest.parse(Golden.bytes("oci-manifest.json"), MediaType.MANIFEST);
        assertThatThrownBy(() -> config.checkMatches(three)).hasMessageContaining("names 2 layers, and the manifest 3");
    }
}
