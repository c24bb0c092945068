package io.lxc4j.layers.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A platform")
class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "linux/amd64, linux/amd64",
        "Linux/x86_64, linux/amd64",
        "linux/amd64/v1, linux/amd64",
        "linux/amd64/v3, linux/amd64/v3",
        "linux/i386, linux/386",
        "linux/aarch64, linux/arm64",
        "linux/arm64/v8, linux/arm64",
        "linux/arm64/8, linux/arm64",
        "linux/arm, linux/arm/v7",
        "linux/arm/5, linux/arm/v5",
        "linux/arm/1234567890123456789012345678901234567890123456789012345678901234, "
                + "linux/arm/1234567890123456789012345678901234567890123456789012345678901234",
        "linux/armhf, linux/arm/v7",
        "linux/armel, linux/arm/v6",
        "windows/amd64, windows/amd64",
        "unknown/unknown, unknown/unknown",
    })
    @DisplayName("has one name, whatever it is called")
    void usualNames(String text, String usual) {
        assertThat(Platform.parse(text)).hasToString(usual).isEqualTo(Platform.parse(usual));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "linux",
                "linux/",
                "/amd64",
                "linux/amd64/",
                "a/b/c/d",
                "li nux/amd64",
                "linux/../x",
                "linux/a\nb"
            })
    @DisplayName("of another form is refused")
    void otherForms(String text) {
        assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(InvalidSpecificationException.class);
    }

    @ParameterizedTest(name = "on {0} of {1}: {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                // exact before compatible, whatever the order
                "linux/arm/v7; linux/arm/v6 linux/arm/v7 linux/arm/v5; linux/arm/v7",
                "linux/arm/v7; linux/arm/v5 linux/arm/v6; linux/arm/v6",
                "linux/arm/v6; linux/arm/v7 linux/arm/v5; linux/arm/v5",
                "linux/arm64; linux/arm/v7 linux/arm64/v8; linux/arm64",
                "linux/arm64; linux/amd64 linux/arm/v6 linux/arm/v7; linux/arm/v7",
                "linux/arm64; linux/arm/v7 linux/arm/v8; linux/arm/v8",
                "linux/arm64/v9; linux/arm/v7 linux/arm64; linux/arm64",
                "linux/amd64; linux/386 linux/amd64; linux/amd64",
                "linux/amd64; linux/arm64 linux/386; linux/386",
                "linux/amd64/v3; linux/amd64 linux/amd64/v4 linux/amd64/v2; linux/amd64/v2",
                "linux/riscv64; linux/amd64 linux/riscv64; linux/riscv64",
                // none
                "linux/arm/v6; linux/arm/v7; -",
                "linux/amd64; linux/amd64/v2 windows/amd64 unknown/unknown; -",
                "linux/arm; linux/arm64; -",
            })
    @DisplayName("is chosen from an index as containerd chooses")
    void selection(String platform, String offered, String expected) {
        List<Descriptor> entries = Arrays.stream(offered.split(" "))
                .map(name -> Descriptor.of(MediaType.MANIFEST, name.getBytes(StandardCharsets.UTF_8))
                        .withPlatform(Platform.parse(name)))
                .toList();
        Index index = new Index(MediaType.INDEX, entries, Map.of());
        if (expected.equals("-")) {
            assertThatThrownBy(() -> index.select(Platform.parse(platform)))
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageContaining("nothing in it runs on " + platform)
                    .hasMessageContaining(
                            entries.getLast().platform().orElseThrow().toString());
        } else {
            assertThat(index.select(Platform.parse(platform)).platform()).contains(Platform.parse(expected));
        }
    }

    @Test
    @DisplayName("is served by the first of equals, by a single image that names none, and by no layer")
    void ties() {
        Platform linux = Platform.parse("linux/amd64");
        Descriptor one = Descriptor.of(MediaType.MANIFEST, new byte[1]);
        Descriptor two = Descriptor.of(MediaType.MANIFEST, new byte[2]);
        Descriptor layer = Descriptor.of(MediaType.LAYER, new byte[3]);
        assertThat(index(layer.withPlatform(linux), one.withPlatform(linux), two.withPlatform(linux))
                        .select(linux)
                        .digest())
                .isEqualTo(one.digest());
        assertThat(index(layer, one).select(linux)).isEqualTo(one);
        assertThatThrownBy(() -> index(one, two).select(linux)).hasMessageContaining("it has no platforms");
        assertThatThrownBy(() -> index().select(linux)).hasMessageContaining("it has no platforms");
    }

    private static Index index(Descriptor... entries) {
        return new Index(MediaType.INDEX, List.of(entries), Map.of());
    }

    @Test
    @DisplayName("of this JVM is one of Linux")
    void host() {
        assertThat(Platform.host().os()).isEqualTo("linux");
        assertThat(Platform.host().architecture()).isIn("amd64", "arm64");
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.oci.image.manifest.v1+json, MANIFEST, , false",
        "application/vnd.docker.distribution.manifest.v2+json, MANIFEST, , false",
        "application/vnd.oci.image.index.v1+json, INDEX, , false",
        "application/vnd.docker.distribution.manifest.list.v2+json, INDEX, , false",
        "application/vnd.oci.image.config.v1+json, CONFIG, , false",
        "application/vnd.docker.container.image.v1+json, CONFIG, , false",
        "application/vnd.oci.image.layer.v1.tar, LAYER, NONE, false",
        "application/vnd.oci.image.layer.v1.tar+gzip, LAYER, GZIP, false",
        "application/vnd.oci.image.layer.v1.tar+zstd, LAYER, ZSTD, false",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip, LAYER, GZIP, true",
        "application/vnd.docker.image.rootfs.diff.tar, LAYER, NONE, false",
        "application/vnd.docker.image.rootfs.diff.tar.gzip, LAYER, GZIP, false",
        "application/vnd.docker.image.rootfs.diff.tar.zstd, LAYER, ZSTD, false",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip, LAYER, GZIP, true",
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted, OTHER, , false",
        "application/vnd.docker.distribution.manifest.v1+prettyjws, OTHER, , false",
        "application/vnd.oci.empty.v1+json, OTHER, , false",
        "Application/vnd.oci.image.manifest.v1+json, OTHER, , false",
    })
    @DisplayName("apart, a media type says what content is and how it is compressed")
    void mediaTypes(String name, MediaType.Kind kind, Compression compression, boolean isForeign) {
        MediaType type = new MediaType(name);
        assertThat(type.kind()).isEqualTo(kind);
        assertThat(type.compression()).isEqualTo(java.util.Optional.ofNullable(compression));
        assertThat(type.isForeign()).isEqualTo(isForeign);
    }
}
