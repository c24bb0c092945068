package io.lxc4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README says what is so. */
class ReadmeTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void its_first_shell_block_is_the_two_commands() throws IOException {
        assertThat(fenced("sh").lines()).containsExactly("mvn -q -pl examples -am compile exec:exec", "mvn verify");
    }

    @Test
    void its_snippet_is_the_compiled_example() throws IOException {
        Path source = ROOT.resolve("examples/src/main/java/io/lxc4j/examples/ReadmeSnippet.java");
        List<String> lines = Files.readAllLines(source);
        List<String> snippet = lines.subList(indexOf(lines, "// README begin") + 1, indexOf(lines, "// README end"));
        assertThat(fenced("java")).isEqualTo(String.join("\n", snippet).stripIndent() + "\n");
        assertThat(snippet).hasSizeLessThanOrEqualTo(10);
    }

    private static int indexOf(List<String> lines, String mark) {
        return lines.stream().map(String::strip).toList().indexOf(mark);
    }

    private static String fenced(String language) throws IOException {
        Matcher matcher = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
