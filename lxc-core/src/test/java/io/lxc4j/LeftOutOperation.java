package io.lxc4j;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An operation that an explanation is read without, as its rows depend on the machine. */
final class LeftOutOperation {
    private static final Pattern ROW = Pattern.compile("(?m)^ +(\\d+)(?=  )|(?<= at row )(\\d+)");
    private static final Pattern RESULT = Pattern.compile("(?m)(?<= = )[a-z]+(\\d+)(?= |$)");
    private static final Pattern WORD = Pattern.compile("\\b([a-z]+)(\\d+)\\b");

    private final List<Integer> rows;
    private final List<Integer> registers;

    private LeftOutOperation(String operation) {
        rows = ROW.matcher(operation)
                .results()
                .filter(row -> row.group(1) != null)
                .map(row -> Integer.valueOf(row.group(1)))
                .toList();
        registers = RESULT.matcher(operation)
                .results()
                .map(result -> Integer.valueOf(result.group(1)))
                .toList();
    }

    /** Gives the explanation as it were without the operation, whose summary matches. */
    static String leaveOut(String explanation, String summary) {
        Matcher found =
                Pattern.compile("(?m)^  " + summary + "\n(?: {3,}\\d+  .*\n)+").matcher(explanation);
        return found.find()
                ? new LeftOutOperation(found.group())
                        .renumber(explanation.substring(0, found.start()) + explanation.substring(found.end()))
                : explanation;
    }

    private String renumber(String rest) {
        Set<String> results =
                RESULT.matcher(rest).results().map(result -> result.group()).collect(Collectors.toSet());
        String renumbered = ROW.matcher(rest)
                .replaceAll(row -> row.group(1) == null
                        ? Integer.toString(number(row.group(2), rows))
                        : "%6d".formatted(number(row.group(1), rows)));
        return WORD.matcher(renumbered)
                .replaceAll(word -> results.contains(word.group())
                        ? word.group(1) + number(word.group(2), registers)
                        : word.group());
    }

    private static int number(String number, List<Integer> leftOut) {
        int value = Integer.parseInt(number);
        return value - (int) leftOut.stream().filter(other -> other < value).count();
    }
}
