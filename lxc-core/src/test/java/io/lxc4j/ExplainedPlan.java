package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an explanation promises, to be compared with what strace has seen. */
final class ExplainedPlan {
    private static final Pattern STEP = Pattern.compile(" {8}(\\S.*)");
    private static final Pattern ROW = Pattern.compile(" *(\\d+)  (\\S.*)");
    private static final Pattern REGISTER = Pattern.compile("= (\\w+)");
    private static final Pattern AFTER_ERROR = Pattern.compile("\\[goes on(?: at row (\\d+))? after ([A-Z0-9, ]+)]");
    private static final Pattern AFTER_VALUE = Pattern.compile("\\[goes on at row (\\d+) unless 0]");
    private static final Pattern SYMBOL = Pattern.compile("[A-Z]+_[A-Z0-9_]+");
    private static final Pattern DESCRIPTOR = Pattern.compile("(\\d+)<.*>");

    /** What a child tells its parent, as plans write it; it is a struct. */
    private static final Set<String> WORDS = Set.of("\"ready\"", "\"met\"", "\"terminal\"");

    private final List<TracedCall> steps = new ArrayList<>();
    private final SortedMap<Integer, TracedCall> parent = new TreeMap<>();
    private final SortedMap<Integer, TracedCall> child = new TreeMap<>();

    private ExplainedPlan() {}

    /** Reads an explanation. */
    static ExplainedPlan parse(String text) {
        ExplainedPlan plan = new ExplainedPlan();
        String phase = "";
        for (String line : text.lines().toList()) {
            Matcher step = STEP.matcher(line);
            Matcher row = ROW.matcher(line);
            if (!line.startsWith(" ")) {
                phase = line;
            } else if (row.matches()) {
                (phase.equals("PARENT") ? plan.parent : plan.child)
                        .put(Integer.valueOf(row.group(1)), TracedCall.parse(row.group(2)));
            } else if (step.matches()) {
                plan.steps.add(TracedCall.parse(step.group(1)));
            }
        }
        return plan;
    }

    /** The calls of the JVM: some of what one of its threads does. */
    void compareWithParent(List<TracedCall> traced) {
        int at = 0;
        Map<String, Long> registers = new HashMap<>();
        for (TracedCall call : steps) {
            if (call.name().equals("write")) {
                String written = call.arguments().getLast();
                at = find(
                        traced,
                        at,
                        call,
                        seen -> seen.name().equals("write")
                                && seen.arguments()
                                        .get(1)
                                        .replace("\\n\"", "\"")
                                        .replaceAll(written.equals("\"PID\"") ? "^\"[0-9]+\"$" : "$^", "\"PID\"")
                                        .equals(written));
            }
        }
        for (TracedCall call : parent.values()) {
            at = find(
                    traced, at, call, seen -> differences(call, seen, registers).isEmpty());
            keep(call, traced.get(at - 1).result(), registers);
        }
    }

    private static int find(List<TracedCall> traced, int from, TracedCall call, Predicate<TracedCall> isIt) {
        for (int i = from; i < traced.size(); i++) {
            if (isIt.test(traced.get(i))) {
                return i + 1;
            }
        }
        return fail("the parent did not call " + call + " after\n" + (from == 0 ? "" : traced.get(from - 1)));
    }

    /**
     * The calls of the process and of those that go on in its place.
     *
     * @param traced what each process did, by its pid, the older first
     * @param first the one that was cloned
     */
    void compareWithChild(SortedMap<Long, List<TracedCall>> traced, long first) {
        List<TracedCall> calls = traced.get(first);
        List<TracedCall> springboard = steps.stream()
                .filter(step -> !step.name().equals("clone3")
                        && !step.arguments().getFirst().startsWith("/proc/PID")
                        && !step.arguments().getFirst().startsWith("CGROUP/"))
                .toList();
        for (int i = 0; i < springboard.size(); i++) {
            compare(springboard.get(i), calls.get(i), Map.of());
        }
        walk(traced, calls, springboard.size(), child.firstKey(), new HashMap<>());
    }

    private void walk(
            SortedMap<Long, List<TracedCall>> traced,
            List<TracedCall> calls,
            int from,
            int firstRow,
            Map<String, Long> registers) {
        int row = firstRow;
        for (int i = from; ; i++) {
            TracedCall planned = child.get(row);
            assertThat(planned).as("row %d", row).isNotNull();
            if (planned.name().equals("init")) {
                return; // does nothing more that a plan shows
            }
            assertThat(i).as("calls, at row %d, %s", row, planned).isLessThan(calls.size());
            TracedCall seen = calls.get(i);
            compare(planned, seen, registers);
            if (seen.name().equals("exit_group") || (seen.name().equals("execve") && seen.becameProgram())) {
                return;
            }
            if (seen.name().equals("clone3") && seen.result() > 0) {
                walk(traced, born(traced, calls, seen.result(), row + 1), 0, row + 1, new HashMap<>(registers));
            }
            keep(planned, seen.result(), registers);
            row = next(row, planned, seen);
        }
    }

    /** In a PID namespace the pid is another: then it is the next process that begins as planned. */
    private List<TracedCall> born(
            SortedMap<Long, List<TracedCall>> traced, List<TracedCall> parent, long pid, int firstRow) {
        List<TracedCall> known = traced.get(pid);
        String name = Objects.requireNonNull(child.get(firstRow)).name();
        return known != null
                ? known
                : traced.values().stream()
                        .dropWhile(calls -> !calls.equals(parent))
                        .skip(1)
                        .filter(calls -> calls.getFirst().name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static void keep(TracedCall planned, long result, Map<String, Long> registers) {
        Matcher register = REGISTER.matcher(planned.rest());
        if (register.lookingAt()) {
            registers.put(register.group(1), result);
        }
    }

    private static int next(int row, TracedCall planned, TracedCall seen) {
        if (!seen.error().isEmpty()) {
            Matcher error = AFTER_ERROR.matcher(planned.rest());
            assertThat(error.find() && List.of(error.group(2).split(", ")).contains(seen.error()))
                    .as("row %d, %s, goes on after %s", row, planned, seen)
                    .isTrue();
            return error.group(1) == null ? row + 1 : Integer.parseInt(error.group(1));
        }
        Matcher value = AFTER_VALUE.matcher(planned.rest());
        return seen.result() != 0 && value.find() ? Integer.parseInt(value.group(1)) : row + 1;
    }

    private static void compare(TracedCall planned, TracedCall seen, Map<String, Long> registers) {
        assertThat(differences(planned, seen, registers))
                .as("planned %s\nseen    %s\nwith %s", planned, seen, registers)
                .isEmpty();
    }

    private static Map<String, String> differences(TracedCall planned, TracedCall seen, Map<String, Long> registers) {
        Map<String, String> differences = new LinkedHashMap<>();
        if (!planned.name().equals(seen.name())) {
            differences.put(planned.name(), seen.name());
            return differences;
        }
        for (int i = 0; i < planned.arguments().size(); i++) {
            String one = planned.arguments().get(i);
            String other = i < seen.arguments().size() ? seen.arguments().get(i) : "0"; // strace leaves zeros out
            if (!isSame(one, other, registers)) {
                differences.put(one, other);
            }
        }
        return differences;
    }

    private static boolean isSame(String planned, String seen, Map<String, Long> registers) {
        Long register = registers.get(planned);
        Matcher descriptor = DESCRIPTOR.matcher(planned);
        if (register != null) {
            return number(seen) == register;
        }
        if (descriptor.matches()) {
            return number(seen) == Long.parseLong(descriptor.group(1));
        }
        if ((planned.startsWith("\"") || planned.startsWith("[\"")) && seen.startsWith("0x")) {
            return true; // an ordinary user's strace can't read the memory of a process that hides
        }
        if (WORDS.contains(planned)) {
            return seen.endsWith("LXCJ\"");
        }
        if (planned.startsWith("\"") || planned.startsWith("[\"")) {
            return seen.replaceFirst("^\"\\d+/", "\"PID/").equals(planned);
        }
        if (planned.startsWith("</")) {
            return isNumber(seen); // a descriptor of the parent's
        }
        if (isNumber(planned)) {
            return !isNumber(seen) || (int) number(planned) == (int) number(seen);
        }
        return isNumber(seen) || symbols(seen).containsAll(symbols(planned)); // strace does not know the names of all
    }

    private static boolean isNumber(String argument) {
        return argument.equals("NULL") || argument.matches("-?(0x)?[0-9a-f]+");
    }

    private static long number(String argument) {
        return argument.equals("NULL") ? 0 : Long.decode(argument);
    }

    private static Set<String> symbols(String argument) {
        Set<String> symbols = new TreeSet<>();
        Matcher matcher = SYMBOL.matcher(argument.replaceAll("\"[^\"]*\"", ""));
        while (matcher.find()) {
            symbols.add(matcher.group());
        }
        return symbols;
    }
}
