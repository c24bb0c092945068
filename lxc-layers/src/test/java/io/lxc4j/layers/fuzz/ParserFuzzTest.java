package io.lxc4j.layers.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.RawArchive;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarFormatException;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each takes as many inputs as {@code -Dlxc.tests.fuzz=N} says, others with {@code -Dlxc.tests.fuzz.seed=N}. */
@DisplayName("Whatever bytes it is given,")
class ParserFuzzTest {
    private static final long INPUTS = Long.getLong("lxc.tests.fuzz", 40_000);
    private static final long SEED = Long.getLong("lxc.tests.fuzz.seed", 1);
    private static final int BLOCK = 512;
    private static final int CHECKSUM = 148;

    private static final List<String> JSON_TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "1e999",
            "9223372036854775808",
            "\\u0000",
            "\\ud800",
            "\"schemaVersion\":2,",
            "\"mediaType\":",
            "\"layers\":[]",
            "\"size\":-1",
            "\"manifests\":[",
            "\"config\":{",
            "\"digest\":\"sha256:" + "0".repeat(64) + "\"",
            "\"Layers\":",
            "\"rootfs\":{",
            "\"annotations\":{\"a\":\"b\"}",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "\"platform\":{\"architecture\":\"arm64\",\"os\":\"linux\"}",
            "\"created\":\"2024-02-30T00:00:00Z\"");

    // ---- archives

    @Test
    @DisplayName("the tar reader gives entries that the writer can write and it reads again, or says what is wrong")
    void archives() {
        List<byte[]> examples = List.of(
                new RawArchive()
                        .file("a", "content")
                        .directory("d/")
                        .symbolicLink("l", "a")
                        .hardLink("h", "a")
                        .end(),
                new RawArchive()
                        .pax("path=long/name", "mtime=1.5", "size=3")
                        .file("x", "abc")
                        .end(),
                new RawArchive()
                        .pax("SCHILY.xattr.user.a=b", "uid=4294967294", "linkpath=there")
                        .symbolicLink("s", "t")
                        .end(),
                new RawArchive()
                        .pax(
                                "GNU.sparse.major=1",
                                "GNU.sparse.minor=0",
                                "GNU.sparse.name=sparse",
                                "GNU.sparse.realsize=1000")
                        .file("GNUSparseFile.0/sparse", "1\n0\n3\n" + "\0".repeat(BLOCK - 6) + "abc")
                        .end(),
                new RawArchive()
                        .text('L', "a/long/name\0")
                        .text('K', "a/long/target\0")
                        .symbolicLink("x", "y")
                        .end(),
                new RawArchive().text('g', "12 uname=me\n").file("g", "").end(),
                new RawArchive().text('D', "Ydumped\0").file("d", "").end(),
                new RawArchive()
                        .add(new RawArchive.Header('3', "dev").device(1, 3))
                        .add(new RawArchive.Header('6', "fifo"))
                        .end());
        List<String> tokens = List.of(
                "0",
                "7",
                "x",
                "g",
                "L",
                "K",
                "S",
                "V",
                "\0",
                "ustar\00000",
                "ustar  \0",
                "77777777777",
                "\200\0\0\0\0\0\0\0\0\0\0\1",
                "\377\377\377\377",
                "18 path=other/name\n",
                "20 GNU.sparse.map=0,1\n",
                "25 GNU.sparse.numblocks=1\n",
                "11 size=-1\n",
                "30 mtime=99999999999999999999\n",
                "999999999 a=b\n",
                "../../x",
                "\0".repeat(BLOCK));
        int ways =
                new Fuzzer(SEED, examples, tokens).run(INPUTS, ParserFuzzTest::repairChecksums, ParserFuzzTest::read);
        System.out.println("tar: " + INPUTS + " inputs, treated in " + ways + " ways");
    }

    private static void repairChecksums(byte[] archive) {
        for (int at = 0; at + BLOCK <= archive.length; at += BLOCK) {
            if (archive[at + CHECKSUM + 7] == ' ' || archive[at + CHECKSUM + 6] == 0) {
                int sum = 8 * ' ';
                for (int i = 0; i < BLOCK; i++) {
                    sum += i >= CHECKSUM && i < CHECKSUM + 8 ? 0 : Byte.toUnsignedInt(archive[at + i]);
                }
                byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(text, 0, archive, at + CHECKSUM, 8);
            }
        }
    }

    private record Member(TarEntry entry, String data) {}

    private static List<Member> members(InputStream archive, long most) throws IOException {
        TarReader reader = new TarReader(archive);
        List<Member> members = new ArrayList<>();
        TarEntry entry;
        while ((entry = reader.next()) != null) {
            check(entry);
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            int count;
            while ((count = reader.read(buffer, 0, buffer.length)) > 0) {
                data.write(buffer, 0, count);
            }
            assertThat((long) data.size()).isEqualTo(entry.storedSize()).isLessThanOrEqualTo(most);
            members.add(new Member(entry, data.toString(StandardCharsets.ISO_8859_1)));
            assertThat((long) members.size()).isLessThanOrEqualTo(1 + most / BLOCK);
        }
        return members;
    }

    private static void check(TarEntry entry) {
        assertThat(entry.path()).isNotEmpty().doesNotContain("\0");
        assertThat(entry.linkTarget()).doesNotContain("\0");
        assertThat(entry.mode()).isBetween(0, 07777);
        assertThat(entry.uid()).isBetween(0L, 0xffff_fffeL);
        assertThat(entry.gid()).isBetween(0L, 0xffff_fffeL);
        assertThat(entry.size()).isNotNegative();
        long end = 0;
        for (Extent extent : entry.extents()) {
            assertThat(extent.length()).isNotNegative();
            assertThat(extent.offset()).isGreaterThanOrEqualTo(end);
            end = extent.end();
        }
        assertThat(end).isBetween(0L, entry.size());
    }

    private static String read(byte[] archive) {
        List<Member> members;
        try {
            members = members(new ByteArrayInputStream(archive), archive.length);
        } catch (TarFormatException e) {
            return place(e);
        } catch (EOFException _) {
            return "cut off";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        String shape = members.stream()
                .map(Member::entry)
                .map(entry -> entry.type() + " " + entry.attributes().size() + " "
                        + entry.extents().size())
                .collect(Collectors.joining(","));
        if (members.stream().anyMatch(member -> !isWhole(member.entry))) {
            return shape; // the writer takes files in one piece
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(written);
        try {
            for (Member member : members) {
                TarEntry entry = member.entry;
                writer.begin(entry);
                byte[] data = member.data.getBytes(StandardCharsets.ISO_8859_1);
                writer.write(data, 0, data.length);
            }
            writer.finish();
            List<Member> again = members(new ByteArrayInputStream(written.toByteArray()), Long.MAX_VALUE);
            assertThat(again).isEqualTo(members);
        } catch (IOException e) {
            throw new AssertionError("what was read can't be written and read again", e);
        }
        return shape;
    }

    private static boolean isWhole(TarEntry entry) {
        return entry.extents().equals(entry.size() == 0 ? List.of() : List.of(new Extent(0, entry.size())));
    }

    /** Where the parser has given up, and from where it was called. */
    private static String place(Exception refusal) {
        return Arrays.stream(refusal.getStackTrace())
                .takeWhile(frame -> !frame.getClassName().startsWith(ParserFuzzTest.class.getName()))
                .limit(6)
                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                .collect(Collectors.joining(" "));
    }

    // ---- documents

    private static byte[] resource(String name) {
        try (InputStream stream = Digest.class.getResourceAsStream("/io/lxc4j/layers/oci/" + name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private <T> void documents(
            String name, List<String> examples, Function<byte[], T> parse, Function<T, byte[]> write) {
        List<byte[]> corpus = examples.stream().map(ParserFuzzTest::resource).toList();
        int ways = new Fuzzer(SEED, corpus, JSON_TOKENS).run(INPUTS, _ -> {}, input -> {
            T parsed;
            try {
                parsed = parse.apply(input);
            } catch (InvalidSpecificationException e) {
                return place(e);
            }
            assertThat(parse.apply(write.apply(parsed))).isEqualTo(parsed);
            return "taken";
        });
        System.out.println(name + ": " + INPUTS + " inputs, treated in " + ways + " ways");
    }

    @Test
    @DisplayName("a manifest is taken and written so that it reads the same, or refused")
    void manifests() {
        documents(
                "manifests",
                List.of("oci-manifest.json", "docker-manifest.json", "oci-artifact.json"),
                json -> Manifest.parse(json, MediaType.MANIFEST),
                Manifest::toBytes);
    }

    @Test
    @DisplayName("an index is taken and written so that it reads the same, or refused")
    void indexes() {
        documents(
                "indexes",
                List.of("oci-index.json", "docker-list.json"),
                json -> Index.parse(json, MediaType.INDEX),
                Index::toBytes);
    }

    @Test
    @DisplayName("a configuration is taken and written so that it reads the same, or refused")
    void configurations() {
        documents(
                "configurations",
                List.of("oci-config.json", "docker-config.json"),
                ImageConfig::parse,
                ImageConfig::toBytes);
    }

    // ---- names

    private <T> void names(String name, List<String> examples, Function<String, T> parse) {
        List<byte[]> corpus = examples.stream()
                .map(example -> example.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        List<String> tokens = List.of(
                "/",
                ":",
                "@",
                "..",
                ".",
                "-",
                "_",
                "sha256:",
                "localhost",
                "docker.io",
                "[::1]",
                ":5000",
                "\n",
                "\0",
                "A",
                "é",
                "a".repeat(200),
                "0".repeat(64));
        int ways = new Fuzzer(SEED, corpus, tokens).run(INPUTS, _ -> {}, input -> {
            T parsed;
            try {
                parsed = parse.apply(new String(input, StandardCharsets.ISO_8859_1));
            } catch (InvalidSpecificationException e) {
                assertThat(e.getMessage()).doesNotContainPattern("[\\x00-\\x08\\x0e-\\x1f]");
                return place(e);
            }
            String text = parsed.toString();
            assertThat(text)
                    .doesNotContainPattern("[\\x00-\\x20\\x7f-\\xff]")
                    .doesNotContainPattern("(^|/)\\.\\.?(/|:|$)");
            assertThat(parse.apply(text)).isEqualTo(parsed);
            return text.replaceAll("[a-z0-9]+", "a");
        });
        System.out.println(name + ": " + INPUTS + " inputs, treated in " + ways + " ways");
    }

    @Test
    @DisplayName("a reference is taken and shown so that it reads the same, or refused")
    void references() {
        names(
                "references",
                List.of(
                        "debian",
                        "debian:12",
                        "ghcr.io/a/b-c/d__e.f:v1.2_3-x",
                        "localhost:5000/a@sha256:" + "0".repeat(64),
                        "[::1]:80/x",
                        "a.b:1/c:d@sha512:" + "f".repeat(128)),
                ImageReference::parse);
    }

    @Test
    @DisplayName("a digest is taken and shown so that it reads the same, or refused")
    void digests() {
        names("digests", List.of("sha256:" + "0".repeat(64), "sha512:" + "a".repeat(128)), Digest::parse);
    }

    @Test
    @DisplayName("a platform is taken and shown so that it reads the same, or refused")
    void platforms() {
        names("platforms", List.of("linux/amd64", "linux/arm64/v8", "linux/arm"), Platform::parse);
    }
}
