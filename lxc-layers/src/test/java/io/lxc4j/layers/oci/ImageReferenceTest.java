package io.lxc4j.layers.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("An image reference")
class ImageReferenceTest {
    private static final String DIGEST = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @ParameterizedTest
    @CsvSource({
        "debian, docker.io/library/debian:latest, debian:latest",
        "debian:12, docker.io/library/debian:12, debian:12",
        "library/x, docker.io/library/x:latest, x:latest",
        "docker.io/debian, docker.io/library/debian:latest, debian:latest",
        "index.docker.io/debian, docker.io/library/debian:latest, debian:latest",
        "docker.io/library/debian, docker.io/library/debian:latest, debian:latest",
        "grafana/grafana:11.0, docker.io/grafana/grafana:11.0, grafana/grafana:11.0",
        "docker.io/a/b/c, docker.io/a/b/c:latest, a/b/c:latest",
        "quay.io/a/b, quay.io/a/b:latest, quay.io/a/b:latest",
        "localhost/x, localhost/x:latest, localhost/x:latest",
        "localhost:5000/x, localhost:5000/x:latest, localhost:5000/x:latest",
        "host:5000/a/b:tag, host:5000/a/b:tag, host:5000/a/b:tag",
        "Host/a, Host/a:latest, Host/a:latest",
        "[::1]:5000/x, [::1]:5000/x:latest, [::1]:5000/x:latest",
        "[2001:db8::1]/x/y:z, [2001:db8::1]/x/y:z, [2001:db8::1]/x/y:z",
        "127.0.0.1:5000/x, 127.0.0.1:5000/x:latest, 127.0.0.1:5000/x:latest",
        "a__b/c-----d/e.f_g:_T.-, docker.io/a__b/c-----d/e.f_g:_T.-, a__b/c-----d/e.f_g:_T.-",
        "docker.io/localhost/x, docker.io/localhost/x:latest, docker.io/localhost/x:latest",
        "docker.io/library/foo.bar/x, docker.io/library/foo.bar/x:latest, library/foo.bar/x:latest",
    })
    @DisplayName("is read as Docker reads it, and can be written short and in full")
    void forms(String text, String full, String familiar) {
        ImageReference reference = ImageReference.parse(text);
        assertThat(reference).hasToString(full).isEqualTo(ImageReference.parse(full));
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(ImageReference.parse(familiar)).isEqualTo(reference);
    }

    @Test
    @DisplayName("may have a digest, with or without a tag")
    void digests() {
        ImageReference both = ImageReference.parse("localhost:5000/a/b:tag@" + DIGEST);
        assertThat(both.registry()).isEqualTo("localhost:5000");
        assertThat(both.path()).isEqualTo("a/b");
        assertThat(both.tag()).contains("tag");
        assertThat(both.digest()).contains(Digest.parse(DIGEST));
        assertThat(both).hasToString("localhost:5000/a/b:tag@" + DIGEST);

        ImageReference only = ImageReference.parse("debian@" + DIGEST);
        assertThat(only.tag()).isEmpty();
        assertThat(only.familiar()).isEqualTo("debian@" + DIGEST);
        assertThat(only.withTag("12")).isEqualTo(ImageReference.parse("debian:12"));
        assertThat(ImageReference.parse("debian:12").withDigest(Digest.parse(DIGEST)))
                .isEqualTo(ImageReference.parse("debian:12@" + DIGEST));
    }

    static String[] hostile() {
        String hex = "0123456789abcdef".repeat(4);
        return new String[] {
            "",
            " ",
            ":",
            "@",
            "/",
            "//",
            "a//b",
            "/a",
            "a/",
            "a:",
            "a@",
            ":tag",
            "a:b:c",
            "a:b/c:d:e",
            "a@b",
            "a@@" + DIGEST,
            "A",
            "a/B",
            "debian:12 ",
            " debian",
            "debian\n",
            "debian:12\n",
            "de\0bian",
            "debian:1\0",
            "deb\tian",
            "a\u001b[31m",
            "é",
            "docker.io/é",
            "a/..",
            "../a",
            "a/../b",
            "..",
            ".",
            "./a",
            "a/.",
            "a..b",
            "a._b",
            "a___b",
            "-a",
            "a-",
            "_a",
            "a_",
            ".a/b/..",
            "a.-b",
            "a:.tag",
            "a:-tag",
            "a:" + "t".repeat(129),
            "a:tag@" + DIGEST.substring(0, 70),
            "a@sha1:abc",
            "a@" + DIGEST + "@" + DIGEST,
            "a@" + DIGEST.replace('e', 'E'),
            "a@" + DIGEST + ":tag",
            "a%2e%2e",
            "a?x",
            "a#x",
            "a\\b",
            "a;b",
            "a|b",
            "$(a)",
            "`a`",
            "a b",
            "http://a/b",
            "https://localhost:5000/x",
            "user@host/x",
            "user:password@host/x",
            "host:port/x",
            "host:/x",
            "host:0/x",
            "host:65536/x",
            "host:99999999/x",
            "host:-1/x",
            "ho_st:5000/x",
            "-host.a/x",
            "host-.a/x",
            "host..a/x",
            ".host/x",
            "host./x",
            "[::1/x",
            "::1]/x",
            "[::1]x/y",
            "[]/x",
            "[zz]/x",
            "[::1]:/x",
            "[::1]:5000",
            "localhost:5000/",
            "localhost:5000//x",
            "docker.io/",
            "docker.io",
            hex,
            "a/".repeat(200) + "b",
            "n".repeat(256),
            "n".repeat(1 << 20),
            "a/".repeat(1 << 19) + "b"
        };
    }

    @ParameterizedTest
    @MethodSource("hostile")
    @DisplayName("of another form is refused, in one short line")
    void otherForms(String text) {
        if (text.equals("docker.io")) {
            // a name, and not a host, as nothing follows
            assertThat(ImageReference.parse(text).path()).isEqualTo("library/docker.io");
            return;
        }
        assertThatThrownBy(() -> ImageReference.parse(text))
                .isInstanceOf(InvalidSpecificationException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500).matches("[ -~…]*"));
    }

    /** Texts of the characters that matter to the grammar, most of them wrong, some right. */
    private static String random(Random random) {
        String alphabet = random.nextInt(8) == 0 ? "ab.:/@-_[]A0\0 " : "ab.:/-_0";
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(14);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        if (random.nextInt(4) == 0) {
            text.insert(0, random.nextBoolean() ? "docker.io/" : "localhost:5/");
        }
        return random.nextInt(6) == 0 ? text + "@" + DIGEST : text.toString();
    }

    @Test
    @DisplayName("that is accepted is the same when it is written and read again, and has nothing that leaves a path")
    void properties() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 100_000; i++) {
            String text = random(random);
            Optional<ImageReference> reference = tryParse(text);
            if (reference.isPresent()) {
                accepted++;
                ImageReference found = reference.get();
                String what = "seed " + seed + ": " + text;
                assertThat(ImageReference.parse(found.toString())).as(what).isEqualTo(found);
                assertThat(ImageReference.parse(found.familiar())).as(what).isEqualTo(found);
                assertThat(found.path())
                        .as(what)
                        .doesNotContain("..")
                        .doesNotContain("//")
                        .matches("[a-z0-9._/-]+");
                assertThat(found.tag().isPresent() || found.digest().isPresent())
                        .as(what)
                        .isTrue();
                assertThat(found.toString().length())
                        .as(what)
                        .isGreaterThanOrEqualTo(text.length() - "index.".length());
            }
        }
        assertThat(accepted).as("seed " + seed).isGreaterThan(3_000);
    }

    private static Optional<ImageReference> tryParse(String text) {
        try {
            return Optional.of(ImageReference.parse(text));
        } catch (InvalidSpecificationException _) {
            return Optional.empty();
        }
    }
}
