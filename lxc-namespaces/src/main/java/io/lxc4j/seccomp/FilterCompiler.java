package io.lxc4j.seccomp;

import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Compiles a filter: which ABI first, then a binary search over the numbers, where neighbours with the same decision are one
 * range, then the arguments. A call that is allowed whatever its arguments is so without a look at them; the kernel finds out which are
 * and does not run the filter for them.
 */
final class FilterCompiler {
    private final FilterRules filter;
    private final BpfGraph graph = new BpfGraph();

    FilterCompiler(FilterRules filter) {
        this.filter = filter;
    }

    /** The program for a kernel whose own programs use an ABI. */
    BpfProgram compile(Abi own) {
        int root = end(filter.foreignAbi());
        for (Abi abi : List.of(Abi.values()).reversed()) {
            if (abi.ofKernel() == own && filter.handles(abi)) {
                root = graph.branch(BpfInstruction.EQUAL, SeccompData.ARCH, abi.auditArch(), calls(abi), root);
            }
        }
        return graph.program(root);
    }

    private int end(SeccompAction action) {
        return graph.end(action.value());
    }

    private int calls(Abi abi) {
        int unknown = end(filter.unknownCalls());
        int byDefault = end(filter.defaultAction());
        List<Range> ranges = new ArrayList<>();
        ranges.add(new Range(0, unknown));
        int next = 0;
        for (Map.Entry<Integer, String> call : filter.knownCalls(abi).entrySet()) {
            int number = call.getKey();
            if (number > next) {
                extend(ranges, next, unknown);
            }
            List<Rule> rules = filter.of(call.getValue());
            extend(ranges, number, rules.isEmpty() ? byDefault : decision(rules));
            next = number + 1;
        }
        extend(ranges, next, unknown);
        return search(ranges);
    }

    /**
     * Neighbouring calls with the same decision.
     *
     * @param first the first call's number; the last one is before the next range
     * @param node the decision
     */
    private record Range(int first, int node) {}

    private static void extend(List<Range> ranges, int first, int node) {
        Range last = ranges.getLast();
        if (last.first == first) {
            ranges.removeLast();
        }
        if (ranges.isEmpty() || ranges.getLast().node != node) {
            ranges.add(new Range(first, node));
        }
    }

    private int search(List<Range> ranges) {
        if (ranges.size() == 1) {
            return ranges.getFirst().node;
        }
        int middle = ranges.size() / 2;
        int below = search(ranges.subList(0, middle));
        int above = search(ranges.subList(middle, ranges.size()));
        return graph.branch(
                BpfInstruction.GREATER_OR_EQUAL, SeccompData.NUMBER, ranges.get(middle).first, above, below);
    }

    private int decision(List<Rule> rules) {
        int node = end(filter.defaultAction());
        for (Rule rule : rules.reversed()) {
            int matched = end(rule.action());
            for (ArgumentTest test : rule.tests().reversed()) {
                matched = test(test, matched, node);
            }
            node = matched;
        }
        return node;
    }

    private int test(ArgumentTest test, int yes, int no) {
        return switch (test.operator()) {
            case EQUAL, MASKED_EQUAL -> equal(test, yes, no);
            case NOT_EQUAL -> equal(test, no, yes);
            case GREATER -> greater(BpfInstruction.GREATER, test, yes, no);
            case GREATER_OR_EQUAL -> greater(BpfInstruction.GREATER_OR_EQUAL, test, yes, no);
            case LESS -> greater(BpfInstruction.GREATER_OR_EQUAL, test, no, yes);
            case LESS_OR_EQUAL -> greater(BpfInstruction.GREATER, test, no, yes);
        };
    }

    private int equal(ArgumentTest test, int yes, int no) {
        int low = equal(SeccompData.low(test.index()), (int) test.mask(), (int) test.value(), yes, no);
        return equal(SeccompData.high(test.index()), (int) (test.mask() >>> 32), (int) (test.value() >>> 32), low, no);
    }

    private int equal(int offset, int mask, int value, int yes, int no) {
        return mask == 0 ? yes : graph.branch(BpfInstruction.EQUAL, offset, mask, value, yes, no);
    }

    private int greater(int code, ArgumentTest test, int yes, int no) {
        int low = graph.branch(code, SeccompData.low(test.index()), (int) test.value(), yes, no);
        int offset = SeccompData.high(test.index());
        int high = (int) (test.value() >>> 32);
        int same = graph.branch(BpfInstruction.EQUAL, offset, high, low, no);
        return graph.branch(BpfInstruction.GREATER, offset, high, yes, same);
    }
}
