package io.lxc4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A JSON document")
class JsonValueTest {
    private static final JsonLimits LIMITS = new JsonLimits("note", 1000, 20, 4);

    private static JsonValue parse(String text) {
        return JsonValue.parse(text, LIMITS);
    }

    @Test
    @DisplayName("has values that know their places and name them in errors")
    void places() {
        JsonValue value = parse("{\"a\":[{\"b\":\"x\"}],\"none\":null}");
        JsonValue inner = value.object().get("a").array().getFirst().object().get("b");
        assertThat(value.place()).isEmpty();
        assertThat(inner.place()).isEqualTo("a[0].b");
        assertThat(value.object()).doesNotContainKey("none");
        assertThatThrownBy(() -> inner.number(7))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("note: a[0].b is \"x\"; it must be a whole number from 0 to 7");
        assertThatThrownBy(value::array).hasMessage("note: it is an object of 1 properties; it must be an array");
    }

    @Test
    @DisplayName("shows its texts in errors cut, in one line and without what drives a terminal")
    void shown() {
        String name = "n\\n".repeat(100);
        assertThatThrownBy(() -> parse("{\"" + name + "\":\"\\u001b[31m\\u202e\"}")
                        .object()
                        .values()
                        .iterator()
                        .next()
                        .truth())
                .satisfies(e -> assertThat(e.getMessage())
                        .hasSizeLessThan(200)
                        .contains("\"?[31m?\"")
                        .doesNotContain("\n"));
    }

    @ParameterizedTest(name = "{index}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"a\":2} | Duplicate",
                "{\"a\":1} 2 | something follows",
                "[[[[[]]]]] | more than 4 objects and arrays",
                "[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0] | more than 20 values",
                "[111111111111111111111] | Number value length",
                "\"\\ud83d\" | surrogate",
                "{\"\\udc00\":1} | surrogate",
                "[NaN] | note, line 1",
                "['a'] | note, line 1",
                "[1,] | note, line 1",
                "[01] | note, line 1",
                "/* */[] | note, line 1",
                "` ` | it is empty",
            })
    @DisplayName("is refused")
    void refused(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageStartingWith("note")
                .hasMessageContaining(message);
    }

    @Test
    @DisplayName("is refused if it is long, or not in UTF-8")
    void text() {
        assertThatThrownBy(() -> parse(" ".repeat(1001))).hasMessageContaining("it must be at most 1000");
        assertThatThrownBy(() -> JsonValue.parse(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}, LIMITS))
                .hasMessageContaining("not in UTF-8");
        assertThatThrownBy(() -> JsonValue.parse("[]".getBytes(StandardCharsets.UTF_16BE), LIMITS))
                .isInstanceOf(InvalidSpecificationException.class);
    }

    @Test
    @DisplayName("is rendered in one form")
    void canonical() {
        String one = parse("{ \"b\" : [1.50, -0, true, null, \"/\\u00e9\\ud83d\\ude00\\n\"], \"a\": {} }")
                .toJson();
        assertThat(one).isEqualTo("{\"a\":{},\"b\":[1.50,0,true,null,\"/é😀\\n\"]}");
        assertThat(parse(one).toJson()).isEqualTo(one);
    }

    @Test
    @DisplayName("is written with its properties as they came, and without empty ones")
    void written() {
        JsonObject object = new JsonObject()
                .put("z", 1)
                .putUnlessEmpty("none", Optional.empty())
                .putUnlessEmpty("text", "")
                .putUnlessEmpty("list", List.of())
                .putUnlessEmpty("object", new JsonObject())
                .putUnlessEmpty("map", Map.of("b", 2L, "a", true))
                .putUnlessEmpty("present", Optional.of("x\"y"))
                .put("raw", parse("[1]"));
        assertThat(object).hasToString("{\"z\":1,\"map\":{\"a\":true,\"b\":2},\"present\":\"x\\\"y\",\"raw\":[1]}");
        assertThatThrownBy(() -> object.put("z", 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
