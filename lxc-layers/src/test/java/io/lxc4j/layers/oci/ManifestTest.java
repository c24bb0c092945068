package io.lxc4j.layers.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A manifest or index")
class ManifestTest {
    @ParameterizedTest
    @CsvSource({
        "oci-manifest.json, application/vnd.oci.image.manifest.v1+json",
        "oci-artifact.json, application/vnd.oci.image.manifest.v1+json",
        "docker-manifest.json, application/vnd.docker.distribution.manifest.v2+json",
        "oci-index.json, application/vnd.oci.image.index.v1+json",
        "docker-list.json, application/vnd.docker.distribution.manifest.list.v2+json",
    })
    @DisplayName("of the specification is written as it was read, without white space")
    void goldenDocuments(String name, String mediaType) {
        ImageDocument document = ImageDocument.parse(Golden.bytes(name), new MediaType(mediaType));

        assertThat(document.mediaType()).hasToString(mediaType);
        String written = new String(document.toBytes(), StandardCharsets.UTF_8);
        assertThat(written).isEqualTo(Golden.compact(name));
        assertThat(ImageDocument.parse(document.toBytes(), document.mediaType()))
                .isEqualTo(document)
                .hasSameHashCodeAs(document);
    }

    @Test
    @DisplayName("has its parts")
    void parts() {
        Manifest manifest = Manifest.parse(Golden.bytes("oci-manifest.json"), MediaType.MANIFEST);
        assertThat(manifest.config().size()).isEqualTo(7023);
        assertThat(manifest.layers())
                .extracting(Descriptor::mediaType)
                .containsExactly(MediaType.LAYER_GZIP, MediaType.LAYER_GZIP, MediaType.LAYER_GZIP);
        assertThat(manifest.subject().orElseThrow().digest().hex()).startsWith("5b0bcabd");
        assertThat(manifest.annotations()).containsEntry("com.example.key2", "value2");

        Manifest docker = Manifest.parse(Golden.bytes("docker-manifest.json"), MediaType.DOCKER_MANIFEST);
        assertThat(docker.layers().get(1).urls()).containsExactly("https://example.com/layer.tar.gz");
        assertThat(docker.layers().get(1).mediaType().isForeign()).isTrue();

        Manifest artifact = Manifest.parse(Golden.bytes("oci-artifact.json"), MediaType.MANIFEST);
        assertThat(artifact.artifactType()).contains(new MediaType("application/vnd.example+type"));
        assertThat(artifact.config().other()).containsEntry("data", "\"e30=\"");
    }

    @Test
    @DisplayName("keeps what it does not know, and writes it in one form whatever the order was")
    void unknown() {
        byte[] one = Golden.changed(
                "oci-manifest.json",
                "\"subject\"",
                "\"zeta\": {\"b\": 1.50, \"a\": [true, null, \"é\\u00e9\"]}, \"alpha\": -3, \"subject\"");
        byte[] two = Golden.changed(
                "oci-manifest.json",
                "\"schemaVersion\"",
                "\"alpha\":-3,\"zeta\":{\"a\":[true,null,\"éé\"],\"b\":1.50},\"schemaVersion\"");

        Manifest manifest = Manifest.parse(one, MediaType.MANIFEST);
        assertThat(manifest.other())
                .containsEntry("zeta", "{\"a\":[true,null,\"éé\"],\"b\":1.50}")
                .containsEntry("alpha", "-3");
        assertThat(manifest.toBytes())
                .isEqualTo(Manifest.parse(two, MediaType.MANIFEST).toBytes());
        assertThat(new String(manifest.toBytes(), StandardCharsets.UTF_8))
                .contains("\"alpha\":-3")
                .contains("1.50");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what some readers take for the one and others for the other kind of document
                "\"subject\": | \"manifests\": [], \"subject\": | has manifests, as another kind of document has",
                "\"subject\": | \"fsLayers\": [], \"subject\": | has fsLayers, as another kind",
                "\"subject\": | \"Manifests\": [], \"subject\": | it must be \"manifests\"",
                "\"layers\" | \"Layers\" | it must be \"layers\"",
                "\"layers\" | \"layerſ\" | it must be \"layers\"",
                "\"subject\": | \"layers\": [], \"subject\": | Duplicate Object property \"layers\"",
                "image.manifest.v1+json\",%n  \"config | image.index.v1+json\",%n  \"config | which is what it was"
                        + " said to be",
                "application/vnd.oci.image.manifest.v1+json\",%n  \"config |"
                        + " application/vnd.docker.distribution.manifest.v2+json\",%n  \"config | which is what it was"
                        + " said to be",
                "image.config.v1+json | image.manifest.v1+json | listed by indexes only",
                "image.config.v1+json | image.index.v1+json | listed by indexes only",
                "\"schemaVersion\": 2 | \"schemaVersion\": 1 | schemaVersion is 1; it must be 2",
                "\"schemaVersion\": 2 | \"schemaVersion\": \"2\" | schemaVersion is \"2\"",
                "\"schemaVersion\": 2 | \"schemaVersion\": 2.0 | schemaVersion is 2.0",
                "\"schemaVersion\": 2, | ` ` | has no schemaVersion",
                "\"config\": { | \"konfig\": { | has no config",
                "\"layers\": [ | \"leiers\": [ | has no layers",
                // sizes and digests
                "16724 | -1 | layers[1].size is -1; it must be a whole number from 0",
                "16724 | -9223372036854775808 | layers[1].size is",
                "16724 | 9223372036854775808 | layers[1].size is",
                "16724 | 1e4 | layers[1].size is",
                "16724 | 111111111111111111111111111111111111 | Number value length",
                "16724 | \"16724\" | layers[1].size is",
                "16724 | null | layers[1] has no size",
                "sha256:3c3a | sha256:3C3a | lower-case hexadecimal",
                "sha256:3c3a | sha256:3c | lower-case hexadecimal",
                "sha256:3c3a | md5:3c3a | it must be sha256",
                "sha256:3c3a | sha256:../ | lower-case hexadecimal",
                // names
                "layer.v1.tar+gzip\" | layer.v1.tar+gzip; charset=utf-8\" | media type",
                "application/vnd.oci.image.layer.v1.tar+gzip | nonsense | media type",
                "com.example.key1 | com.example\\nkey1 | key of annotations",
                "com.example.key1 | ` ` | key of annotations",
                "\"value1\" | 1 | annotations.com.example.key1 is 1; it must be a string",
                "\"value1\" | \"a\\u0000b\" | without NUL",
                "\"value1\" | \"\\ud800\" | surrogate",
                "\"value1\" | \"\\x\" | manifest, line",
                // no object where one must be
                "\"annotations\": { | \"annotations\": [], \"x\": { | annotations is an array of 0 elements; it must"
                        + " be an object",
                "\"layers\": [ | \"layers\": {}, \"x\": [ | layers is an object of 0 properties",
            })
    @DisplayName("is refused where it means two things or nothing")
    void hostile(String from, String to, String message) {
        byte[] document = Golden.changed(
                "oci-manifest.json", from.formatted(), to.formatted().strip());
        assertThatThrownBy(() -> Manifest.parse(document, MediaType.MANIFEST))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"config", "layers", "fsLayers", "Config", "LAYERS"})
    @DisplayName("is refused if it is an index with the parts of a manifest (CVE-2021-41190)")
    void ambiguousIndex(String property) {
        byte[] document = Golden.changed("oci-index.json", "\"manifests\"", "\"" + property + "\": [], \"manifests\"");
        assertThatThrownBy(() -> Index.parse(document, MediaType.INDEX))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining(property);
    }

    @Test
    @DisplayName("is refused if it is not what it was said to be")
    void otherKind() {
        assertThatThrownBy(() -> ImageDocument.parse(Golden.bytes("oci-manifest.json"), MediaType.INDEX))
                .hasMessageContaining("config, as another kind of document has");
        assertThatThrownBy(() -> ImageDocument.parse(Golden.bytes("oci-index.json"), MediaType.MANIFEST))
                .hasMessageContaining("manifests, as another kind of document has");
        assertThatThrownBy(() -> ImageDocument.parse(Golden.bytes("oci-manifest.json"), MediaType.CONFIG))
                .hasMessageContaining("must be a manifest's or an index's");
        assertThatThrownBy(() -> Manifest.parse(Golden.bytes("oci-manifest.json"), MediaType.INDEX))
                .hasMessageContaining("not one of this kind");
        assertThatThrownBy(() -> ImageDocument.parse(
                        Golden.changed(
                                "docker-manifest.json",
                                "\"mediaType\": \"application/vnd.docker.distribution.manifest.v2+json\",",
                                ""),
                        MediaType.DOCKER_MANIFEST))
                .hasMessageContaining("has no mediaType");
    }

    @Test
    @DisplayName("of the OCI need not name its own type, and is written with it")
    void withoutMediaType() {
        byte[] document =
                Golden.changed("oci-index.json", "\"mediaType\": \"application/vnd.oci.image.index.v1+json\",", "");
        assertThat(Index.parse(document, MediaType.INDEX))
                .isEqualTo(Index.parse(Golden.bytes("oci-index.json"), MediaType.INDEX));
    }

    @Test
    @DisplayName("is bounded in bytes, values and depth, and must be one document in UTF-8")
    void bounds() {
        assertThatThrownBy(() -> Manifest.parse(new byte[ImageDocument.MOST_BYTES + 1], MediaType.MANIFEST))
                .hasMessageContaining("it must be at most 4194304");
        String many = "{\"x\":[" + "0,".repeat(1_000_000) + "0]}";
        assertThatThrownBy(() -> Manifest.parse(utf8(many), MediaType.MANIFEST))
                .hasMessageContaining("more than 200000 values");
        String longName = "{\"" + "n".repeat(40_000) + "\":[" + "0,".repeat(150_000) + "0]}";
        assertThatThrownBy(() -> Manifest.parse(utf8(longName), MediaType.MANIFEST))
                .hasMessageContaining("has no schemaVersion");
        String deep = "{\"x\":" + "[".repeat(40) + "]".repeat(40) + "}";
        assertThatThrownBy(() -> Manifest.parse(utf8(deep), MediaType.MANIFEST))
                .hasMessageContaining("more than 32 objects and arrays");
        assertThatThrownBy(() -> Manifest.parse(utf8("[".repeat(1_000_000)), MediaType.MANIFEST))
                .isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> Manifest.parse(utf8(Golden.text("oci-manifest.json") + "{}"), MediaType.MANIFEST))
                .hasMessageContaining("something follows at its end");
        assertThatThrownBy(() -> Manifest.parse(
                        Golden.text("oci-manifest.json").getBytes(StandardCharsets.UTF_16), MediaType.MANIFEST))
                .hasMessageContaining("not in UTF-8");
        assertThatThrownBy(() -> Manifest.parse(new byte[0], MediaType.MANIFEST))
                .hasMessageContaining("it is empty");
        assertThatThrownBy(() -> Manifest.parse(utf8("7"), MediaType.MANIFEST)).hasMessageContaining("an object");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("can't be made with what it could not be read with")
    void construction() {
        Descriptor layer = Descriptor.of(MediaType.LAYER, new byte[10]);
        Descriptor config = Descriptor.of(MediaType.CONFIG, new byte[2]);
        assertThatThrownBy(() -> new Manifest(MediaType.INDEX, config, List.of(layer), Map.of()))
                .hasMessageContaining("no media type of a manifest");
        assertThatThrownBy(() -> new Index(MediaType.MANIFEST, List.of(), Map.of()))
                .hasMessageContaining("no media type of an index");
        assertThatThrownBy(() -> new Descriptor(MediaType.LAYER, layer.digest(), -1))
                .hasMessageContaining("its size is -1; it must be at least 0");
        assertThatThrownBy(() -> new Descriptor(
                        MediaType.LAYER,
                        layer.digest(),
                        1,
                        List.of(),
                        Map.of(),
                        java.util.Optional.empty(),
                        java.util.Optional.empty(),
                        Map.of("Size", "2")))
                .hasMessageContaining("differ in more than case");
        Manifest manifest = new Manifest(MediaType.MANIFEST, config, List.of(layer), Map.of("k", "v"));
        assertThat(Manifest.parse(manifest.toBytes(), MediaType.MANIFEST)).isEqualTo(manifest);
    }

    @Test
    @DisplayName("is compared with the descriptor that led to it")
    void check() {
        byte[] content = utf8("content");
        Descriptor descriptor = Descriptor.of(MediaType.LAYER, content);
        descriptor.check(content);
        assertThatThrownBy(() -> descriptor.check(utf8("CONTENT"))).hasMessageContaining("damaged or replaced");
        assertThatThrownBy(() -> descriptor.check(utf8("conten"))).hasMessageContaining("6 bytes; it must have 7");
        String sha512 =
                "sha512:b2d1d285b5199c85f988d03649c37e44fd3dde01e5d69c50fef90651962f48110e9340b60d49a479c4c0b53f5f07d690686dd87d2481937a512e8b85ee7c617f";
        new Descriptor(MediaType.LAYER, Digest.parse(sha512), 7).check(content);
    }
}
