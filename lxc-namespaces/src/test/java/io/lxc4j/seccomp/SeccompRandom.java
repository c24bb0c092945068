package io.lxc4j.seccomp;

import io.lxc4j.seccomp.ArgumentTest.Operator;
import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Random tests of arguments, the arguments that could tell a wrong filter from a right one, and what the rules mean. */
final class SeccompRandom {
    private static final long[] NUMBERS = {
        0,
        1,
        5,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        0x100000000L,
        0x500000001L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -2,
        -1
    };

    private static final List<Operator> OPERATORS = List.of(Operator.values());

    private final Random random;

    SeccompRandom(Random random) {
        this.random = random;
    }

    /** At most some tests, each of another argument. */
    List<ArgumentTest> tests(int most) {
        List<Integer> indices = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
        Collections.shuffle(indices, random);
        List<ArgumentTest> tests = new ArrayList<>();
        for (int index : indices.subList(0, random.nextInt(most + 1))) {
            Operator operator = OPERATORS.get(random.nextInt(OPERATORS.size()));
            long mask = operator == Operator.MASKED_EQUAL ? number() | 1L << random.nextInt(64) : -1;
            tests.add(new ArgumentTest(index, operator, number() & mask, mask));
        }
        return tests;
    }

    private long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1;
    }

    /** Arguments at the boundaries of the tests, one beside, and with another upper half. */
    List<long[]> arguments(List<ArgumentTest> tests, int samples) {
        List<List<Long>> choices = new ArrayList<>();
        for (int index = 0; index < 6; index++) {
            TreeSet<Long> values = new TreeSet<>(List.of(0L, -1L));
            for (ArgumentTest test : tests) {
                if (test.index() == index) {
                    for (long value : new long[] {test.value(), test.value() | ~test.mask()}) {
                        values.addAll(List.of(value - 1, value, value + 1, value ^ 1L << 32, value ^ 1L << 63));
                        values.add(value ^ 1L << random.nextInt(64));
                    }
                }
            }
            choices.add(List.copyOf(values));
        }
        List<long[]> arguments = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            arguments.add(choices.stream()
                    .mapToLong(values -> values.get(random.nextInt(values.size())))
                    .toArray());
        }
        return arguments;
    }

    /** What rules mean, told as simply as can be. */
    static SeccompAction naive(List<Rule> rules, SeccompAction otherwise, long... arguments) {
        for (Rule rule : rules) {
            if (rule.tests().stream().allMatch(test -> holds(test, arguments[test.index()]))) {
                return rule.action();
            }
        }
        return otherwise;
    }

    private static boolean holds(ArgumentTest test, long argument) {
        int order = Long.compareUnsigned(argument, test.value());
        return switch (test.operator()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case MASKED_EQUAL -> (argument & test.mask()) == test.value();
        };
    }
}
