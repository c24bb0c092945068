package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.seccomp.ArgumentTest.Operator;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rules, compiled here and by libseccomp. */
@DisplayName("libseccomp agrees")
class SeccompOracleTest {
    private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);

    /** What a filter may take for a number that is no call. */
    private static final int[] STRANGE = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x40000000, 0x40000001, 0x40000200};

    private static final int FILTERS = 60;
    private static final int SAMPLES = 12;

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final SeccompRandom randoms = new SeccompRandom(random);

    @BeforeEach
    void compile() throws IOException {
        Requirement.LIBSECCOMP.assume();
        try (InputStream source = Objects.requireNonNull(getClass().getResourceAsStream("oracle.c"))) {
            Files.copy(source, directory.resolve("oracle.c"));
        }
        Command.run("gcc", "-Wall", "-Werror", "-o", path("oracle"), path("oracle.c"), "-lseccomp")
                .orFail();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    /**
     * A rule that allows.
     *
     * @param name the call
     * @param tests its tests
     */
    private record Allowed(String name, List<ArgumentTest> tests) {
        @Override
        public String toString() {
            StringBuilder line = new StringBuilder(name);
            for (ArgumentTest test : tests) {
                line.append(' ').append(test.index()).append(' ').append(test.operator());
                if (test.operator() == Operator.MASKED_EQUAL) {
                    line.append(' ').append(Long.toUnsignedString(test.mask()));
                }
                line.append(' ').append(Long.toUnsignedString(test.value()));
            }
            return line.toString();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "I386", mode = EnumSource.Mode.EXCLUDE)
    void on_every_number_and_the_boundaries_of_all_tests(Abi abi) throws IOException {
        for (int round = 0; round < FILTERS; round++) {
            compare(abi, rules(abi));
        }
    }

    /**
     * Several rules for a call, as profiles have them: one value each of the same argument. With anything else libseccomp 2.5 allows
     * calls that no rule allows, or does not come to an end.
     */
    private List<Allowed> rules(Abi abi) {
        // Calls that libseccomp knows since long.
        List<String> names = new ArrayList<>(SystemCalls.of(abi).headMap(270).values());
        Collections.shuffle(names, random);
        List<Allowed> rules = new ArrayList<>();
        for (String name : names.subList(0, 1 + random.nextInt(60))) {
            if (random.nextInt(4) == 0) {
                int index = random.nextInt(6);
                random.longs(1 + random.nextInt(8), 0, 10)
                        .distinct()
                        .forEach(value -> rules.add(new Allowed(name, List.of(ArgumentTest.equal(index, value)))));
            } else {
                rules.add(new Allowed(name, random.nextBoolean() ? List.of() : randoms.tests(3)));
            }
        }
        return rules;
    }

    private void compare(Abi abi, List<Allowed> rules) throws IOException {
        Files.write(
                directory.resolve("rules"),
                rules.stream().map(Allowed::toString).toList());
        Command.run(path("oracle"), abi == Abi.X86_64 ? "x86_64" : "aarch64", path("rules"), path("bpf"))
                .orFail();
        BpfInterpreter theirs = new BpfInterpreter(instructions(Files.readAllBytes(directory.resolve("bpf"))));
        SeccompFilter.Builder builder =
                SeccompFilter.builder(EPERM).unknownCalls(EPERM).foreignAbi(EPERM);
        rules.forEach(rule -> builder.rule(SeccompAction.allow(), rule.name, rule.tests.toArray(ArgumentTest[]::new)));
        BpfInterpreter ours = new BpfInterpreter(builder.build().program(abi).instructions());

        for (int number : IntStream.concat(IntStream.range(0, 1024), Arrays.stream(STRANGE))
                .toArray()) {
            String name = SystemCalls.of(abi).getOrDefault(number, "");
            List<ArgumentTest> tests = rules.stream()
                    .filter(rule -> rule.name.equals(name))
                    .flatMap(rule -> rule.tests.stream())
                    .toList();
            for (long[] arguments : randoms.arguments(tests, tests.isEmpty() ? 1 : SAMPLES * tests.size())) {
                SeccompData data = new SeccompData(number, abi.auditArch(), arguments);
                assertThat(ours.run(data))
                        .as("seed %d: %d %s with %s by %s", seed, number, name, Arrays.toString(arguments), rules)
                        .isEqualTo(theirs.run(data));
            }
        }
        SeccompData foreign = new SeccompData(0, Abi.I386.auditArch());
        assertThat(ours.run(foreign)).isEqualTo(theirs.run(foreign));
    }

    private static List<BpfInstruction> instructions(byte[] bytes) {
        List<BpfInstruction> instructions = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            instructions.add(new BpfInstruction(
                    Short.toUnsignedInt(buffer.getShort()),
                    Byte.toUnsignedInt(buffer.get()),
                    Byte.toUnsignedInt(buffer.get()),
                    buffer.getInt()));
        }
        return instructions;
    }
}
