package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.seccomp.ArgumentTest.Operator;
import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A compiled filter")
class SeccompCompilerTest {
    private static final List<SeccompAction> ACTIONS = List.of(
            SeccompAction.allow(),
            SeccompAction.errno(Errno.EPERM),
            SeccompAction.errno(77),
            SeccompAction.log(),
            SeccompAction.trap(),
            SeccompAction.trace(5),
            SeccompAction.killThread(),
            SeccompAction.askSupervisor());
    private static final List<Abi> ABIS = List.of(Abi.values());
    private static final List<String> NAMES = List.copyOf(SystemCalls.names());

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final SeccompRandom randoms = new SeccompRandom(random);

    @Test
    void does_what_its_rules_say_for_random_rules_and_calls() {
        for (int round = 0; round < 3000; round++) {
            compare(1 + random.nextInt(12), 3, 40);
        }
    }

    @Test
    void does_what_its_rules_say_when_it_is_long() {
        int longest = 0;
        for (int round = 0; round < 40; round++) {
            longest = Math.max(longest, compare(300, 3, 4000));
        }
        assertThat(longest).as("instructions, to jump far").isBetween(2000, 4096);
    }

    /** Makes a random filter and tries it at random; returns its length. */
    private int compare(int rules, int mostTests, int calls) {
        SeccompFilter.Builder builder = SeccompFilter.builder(action())
                .handleI386()
                .unknownCalls(SeccompAction.errno(99))
                .foreignAbi(SeccompAction.killProcess());
        Map<String, List<Rule>> expected = new HashMap<>();
        for (int left = rules; left > 0; left--) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            Rule rule = new Rule(action(), randoms.tests(mostTests));
            int times = 1 + random.nextInt(2);
            for (String each :
                    NAMES.subList(NAMES.indexOf(name), Math.min(NAMES.size(), NAMES.indexOf(name) + times))) {
                builder.rule(rule.action(), each, rule.tests().toArray(ArgumentTest[]::new));
                expected.computeIfAbsent(each, _ -> new ArrayList<>()).add(rule);
            }
        }
        SeccompFilter filter = builder.build();
        List<String> named = List.copyOf(expected.keySet());
        for (int call = 0; call < calls; call++) {
            Abi abi = ABIS.get(random.nextInt(ABIS.size()));
            String name = random.nextInt(3) == 0
                    ? NAMES.get(random.nextInt(NAMES.size()))
                    : named.get(random.nextInt(named.size()));
            Integer number = SystemCalls.number(abi, name);
            if (number != null) {
                List<Rule> own = expected.getOrDefault(name, List.of());
                long[] arguments = randoms.arguments(
                                own.stream()
                                        .flatMap(rule -> rule.tests().stream())
                                        .toList(),
                                1)
                        .getFirst();
                assertThat(filter.decide(abi, number, arguments))
                        .as("seed %d: %s of %s with %s by %s", seed, name, abi, List.of(arguments), own)
                        .isEqualTo(SeccompRandom.naive(own, filter.rules().defaultAction(), arguments));
            }
            int unknown = random.nextBoolean() ? random.nextInt() | 0x40000000 : 470 + random.nextInt(600);
            assertThat(filter.decide(abi, unknown))
                    .as("seed %d: %d", seed, unknown)
                    .isEqualTo(SeccompAction.errno(99));
        }
        return Math.max(
                filter.program(Abi.X86_64).length(), filter.program(Abi.AARCH64).length());
    }

    private SeccompAction action() {
        return ACTIONS.get(random.nextInt(ACTIONS.size()));
    }

    @Test
    void decides_on_each_number_as_the_table_has_it() {
        for (Abi abi : Abi.values()) {
            Map<Integer, String> known = SystemCalls.of(abi);
            for (int number = 0; number < 1024; number++) {
                String name = known.get(number);
                SeccompFilter filter = name == null ? ONE : one(name);
                assertThat(filter.decide(abi, number))
                        .as("%s %d", abi, number)
                        .isEqualTo(name == null ? SeccompAction.errno(Errno.ENOSYS) : SeccompAction.allow());
                if (name != null && number > 0 && known.containsKey(number - 1)) {
                    assertThat(filter.decide(abi, number - 1)).isEqualTo(SeccompAction.errno(Errno.EPERM));
                }
            }
        }
    }

    private static final SeccompFilter ONE = one("read");

    private static SeccompFilter one(String name) {
        return SeccompFilter.builder(SeccompAction.errno(Errno.EPERM))
                .handleI386()
                .allow(name)
                .build();
    }

    @Test
    void kills_for_an_abi_that_is_not_handled_and_knows_no_x32() {
        SeccompFilter filter =
                SeccompFilter.builder(SeccompAction.allow()).allow("read").build();
        assertThat(filter.decide(Abi.I386, 3)).isEqualTo(SeccompAction.killProcess());
        for (Abi own : List.of(Abi.X86_64, Abi.AARCH64)) {
            BpfInterpreter interpreter = new BpfInterpreter(filter.program(own).instructions());
            int arm = 0x40000028;
            assertThat(interpreter.run(new SeccompData(0, arm))).isEqualTo(SeccompAction.killProcess());
            Abi other = own == Abi.X86_64 ? Abi.AARCH64 : Abi.X86_64;
            assertThat(interpreter.run(new SeccompData(0, other.auditArch()))).isEqualTo(SeccompAction.killProcess());
        }
        assertThat(filter.decide(Abi.X86_64, 0x40000000)).isEqualTo(SeccompAction.errno(Errno.ENOSYS));
        assertThat(filter.decide(Abi.X86_64, -1)).isEqualTo(SeccompAction.errno(Errno.ENOSYS));
        assertThat(SeccompFilter.builder(SeccompAction.allow())
                        .foreignAbi(SeccompAction.log())
                        .build()
                        .decide(Abi.I386, 3))
                .isEqualTo(SeccompAction.log());
    }

    @Test
    void looks_at_no_argument_of_a_call_that_is_always_allowed() {
        SeccompFilter filter = SeccompProfile.standard().filter(Abi.X86_64, "6.18", java.util.Set.of());
        List<BpfInstruction> instructions = filter.program(Abi.X86_64).instructions();
        for (String name : List.of("read", "openat", "futex", "exit_group", "mseal", "accept")) {
            Integer number = SystemCalls.number(Abi.X86_64, name);
            assertThat(loads(instructions, number)).as(name).containsExactly(SeccompData.ARCH, SeccompData.NUMBER);
        }
        assertThat(loads(instructions, SystemCalls.number(Abi.X86_64, "ioctl"))).contains(SeccompData.low(1));
    }

    /** What is loaded on the way that a call takes. */
    private static List<Integer> loads(List<BpfInstruction> instructions, int number) {
        SeccompData data = new SeccompData(number, Abi.X86_64.auditArch());
        List<Integer> loads = new ArrayList<>();
        int accumulator = 0;
        for (int next = 0; ; next++) {
            BpfInstruction instruction = instructions.get(next);
            switch (instruction.code()) {
                case BpfInstruction.LOAD -> {
                    loads.add(instruction.k());
                    accumulator = data.word(instruction.k());
                }
                case BpfInstruction.AND -> accumulator &= instruction.k();
                case BpfInstruction.JUMP -> next += instruction.k();
                case BpfInstruction.RETURN -> {
                    return loads;
                }
                default ->
                    next += BpfInterpreter.holds(instruction.code(), accumulator, instruction.k())
                            ? instruction.jt()
                            : instruction.jf();
            }
        }
    }

    @Test
    void shares_equal_ends_and_joins_neighbours() {
        SeccompFilter all = SeccompFilter.builder(SeccompAction.allow())
                .unknownCalls(SeccompAction.allow())
                .build();
        assertThat(all.program(Abi.X86_64)).hasToString("""
            l0:    ld [4]
            l1:    jeq #0xc000003e, 2, 3
            l2:    ret #0x7fff0000  ; allow
            l3:    ret #0x80000000  ; kill process
            """);
        SeccompFilter two = SeccompFilter.builder(SeccompAction.errno(Errno.EPERM))
                .unknownCalls(SeccompAction.errno(Errno.EPERM))
                .rule(SeccompAction.allow(), "read", ArgumentTest.maskedEqual(0, 0xffffffffL, 1))
                .rule(SeccompAction.allow(), "read", ArgumentTest.maskedEqual(0, 0xffffffffL, 2))
                .rule(SeccompAction.allow(), "write", ArgumentTest.maskedEqual(0, 0xffffffffL, 2))
                .build();
        assertThat(two.program(Abi.X86_64)).hasToString("""
            l0:    ld [4]
            l1:    jeq #0xc000003e, 2, 11
            l2:    ld [0]
            l3:    jge #0x1, 4, 5
            l4:    jge #0x2, 10, 7
            l5:    ld [16]
            l6:    jeq #0x1, 9, 8
            l7:    ld [16]
            l8:    jeq #0x2, 9, 10
            l9:    ret #0x7fff0000  ; allow
            l10:   ret #0x50001  ; errno EPERM
            l11:   ret #0x80000000  ; kill process
            """);
    }

    @Test
    void has_at_most_4096_instructions() {
        SeccompFilter.Builder builder = SeccompFilter.builder(SeccompAction.allow());
        for (int value = 0; value < 2100; value++) {
            builder.rule(
                    SeccompAction.log(),
                    "read",
                    ArgumentTest.equal(0, (long) value << 32 | value),
                    new ArgumentTest(1, Operator.GREATER, value));
        }
        SeccompFilter filter = builder.build();
        assertThatThrownBy(() -> filter.program(Abi.X86_64))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageMatching("a seccomp filter of \\d{5} instructions; the kernel takes at most 4096:"
                        + " use fewer rules or argument tests");
    }

    @Test
    void is_laid_out_as_struct_sock_filter() {
        BpfProgram program = new BpfProgram(List.of(
                new BpfInstruction(BpfInstruction.EQUAL, 0, 255, 0x12345678),
                BpfInstruction.of(BpfInstruction.RETURN, -1)));
        assertThat(program.length()).isEqualTo(2);
        assertThat(program.toBytes())
                .containsExactly(0x15, 0, 0, 0xff, 0x78, 0x56, 0x34, 0x12, 6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff);
    }
}
