package io.lxc4j.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lays answers out in columns: name, answer, detail. Long details go on below themselves. */
final class HostReport {
    private static final int WIDTH = 100;
    private static final int ANSWER_WIDTH = 5;
    private static final String MARGIN = "  ";

    private HostReport() {}

    static String of(Map<String, String> facts, Map<String, List<Ability>> groups) {
        int nameWidth = 2
                + groups.values().stream()
                        .flatMap(List::stream)
                        .mapToInt(ability -> ability.name().length())
                        .max()
                        .orElse(0);
        StringBuilder text = new StringBuilder();
        facts.forEach((name, value) -> line(text, pad(name, nameWidth + MARGIN.length()), value));
        groups.forEach((title, abilities) -> {
            text.append('\n').append(title).append('\n');
            for (Ability ability : abilities) {
                line(
                        text,
                        MARGIN + pad(ability.name(), nameWidth) + pad(ability.answer(), ANSWER_WIDTH),
                        ability.detail());
            }
        });
        return text.toString();
    }

    private static void line(StringBuilder text, String start, String value) {
        List<String> lines = wrap(value, Math.max(WIDTH / 3, WIDTH - start.length()));
        text.append((start + lines.getFirst()).stripTrailing()).append('\n');
        lines.stream()
                .skip(1)
                .forEach(line ->
                        text.append(" ".repeat(start.length())).append(line).append('\n'));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** Breaks at blanks; a word that is longer than the width stays whole. */
    static List<String> wrap(String value, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : value.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
