package io.lxc4j.seccomp;

import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells in words what a filter does with the calls of a kernel's ABIs. */
final class FilterExplanation {
    private static final int WIDTH = 110;

    private final FilterRules filter;
    private final BpfProgram program;
    private final Abi own;
    private final StringBuilder text = new StringBuilder();

    FilterExplanation(FilterRules filter, BpfProgram program, Abi own) {
        this.filter = filter;
        this.program = program;
        this.own = own;
    }

    String text() {
        for (Abi abi : Abi.values()) {
            if (abi.ofKernel() == own && filter.handles(abi)) {
                append(abi);
            }
        }
        text.append("calls by another ABI: ").append(filter.foreignAbi()).append('\n');
        text.append("program of ").append(program.length()).append(" instructions:\n");
        return text.append(program.toString().indent(2)).toString();
    }

    private void append(Abi abi) {
        text.append(abi).append(":\n");
        Map<List<Rule>, List<String>> groups = new LinkedHashMap<>();
        Map<Integer, String> calls = filter.knownCalls(abi);
        calls.values().stream()
                .sorted()
                .forEach(name -> groups.computeIfAbsent(decisive(filter.of(name)), _ -> new ArrayList<>())
                        .add(name));
        groups.forEach(this::append);
        text.append("  calls that are not known: ")
                .append(filter.unknownCalls())
                .append('\n');
    }

    /** The rules up to the first without condition, which is the default action's if there is no other. */
    private List<Rule> decisive(List<Rule> rules) {
        List<Rule> decisive = new ArrayList<>();
        for (Rule rule : rules) {
            decisive.add(rule);
            if (rule.tests().isEmpty()) {
                return decisive;
            }
        }
        decisive.add(new Rule(filter.defaultAction(), List.of()));
        return decisive;
    }

    private void append(List<Rule> rules, List<String> names) {
        String otherwise = "  ";
        for (Rule rule : rules) {
            String condition = rule.tests().stream().map(ArgumentTest::toString).collect(Collectors.joining(" && "));
            text.append(otherwise).append(rule.action());
            text.append(condition.isEmpty() ? "" : " if " + condition).append('\n');
            otherwise = "  else ";
        }
        StringBuilder line = new StringBuilder("   ");
        for (String name : names) {
            if (line.length() + name.length() >= WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("   ");
            }
            line.append(' ').append(name);
        }
        text.append(line).append('\n');
    }
}
