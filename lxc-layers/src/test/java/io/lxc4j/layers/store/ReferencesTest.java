package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Names")
@Timeout(60)
class ReferencesTest {
    private static final String NAME = "registry.example:5000/a/b/c:1";

    @TempDir
    Path place;

    private References references;

    @BeforeEach
    void open() {
        references = new References(new StoreDirectory(place.resolve("store")));
    }

    private static Descriptor target(int number) {
        return Descriptor.of(MediaType.MANIFEST, Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    private Path only() throws IOException {
        try (var files = Files.list(place.resolve("store/refs"))) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    @DisplayName("stand for what was said last, and remember twenty versions")
    void remember() {
        assertThat(references.find(NAME)).isEmpty();
        assertThat(references.log(NAME)).isEmpty();
        for (int i = 0; i < 25; i++) {
            references.set(NAME, target(i), "tag");
            assertThat(references.find(NAME)).contains(target(i));
        }
        assertThat(references.log(NAME))
                .hasSize(References.MOST_REMEMBERED)
                .isSortedAccordingTo(Comparator.comparing(References.Entry::time));
        assertThat(references.log(NAME).getFirst().target()).isEqualTo(target(5));
        references.set("other:1", target(1), "pull");
        assertThat(references.all().keySet()).containsExactly("other:1", NAME);
        assertThat(references.all().get("other:1").getFirst().action()).isEqualTo("pull");
    }

    @Test
    @DisplayName("are forgotten, whole or what they have stood for before")
    void forget() {
        references.set(NAME, target(1), "tag");
        references.set(NAME, target(2), "tag");
        references.set(NAME, target(1), "tag");
        references.forget(NAME, Set.of(target(2)));
        assertThat(references.log(NAME)).extracting(References.Entry::target).containsExactly(target(1), target(1));
        assertThat(references.remove(NAME)).isTrue();
        assertThat(references.remove(NAME)).isFalse();
        assertThat(references.all()).isEmpty();
    }

    @Test
    @DisplayName("lose nothing when many set them at once")
    void concurrent() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int number = i;
                all.add(executor.submit(() -> references.set(NAME, target(number), "tag")));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(references.log(NAME)).hasSize(20).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "%name\n",
                "%name\nnot a line\n",
                "another:1\n%line\n",
                "%name\n%line",
                "%name\n%line\n%line more\n",
                "%name\n2026-01-01T00:00:00Z sha256:00 1 a/b tag\n",
                "%name\nyesterday %rest\n"
            })
    @DisplayName("that are damaged are not guessed at")
    void damaged(String text) throws IOException {
        references.set(NAME, target(1), "tag");
        String line = Files.readAllLines(only()).getLast();
        Files.writeString(
                only(),
                text.replace("%name", NAME)
                        .replace("%line", line)
                        .replace("%rest", line.substring(line.indexOf(' ') + 1)));
        assertThatExceptionOfType(LayerException.class)
                .isThrownBy(() -> references.find(NAME))
                .withMessageContaining(only().toString());
        assertThatExceptionOfType(LayerException.class).isThrownBy(references::all);
        assertThat(references.damaged()).containsExactly(only());
    }
}
