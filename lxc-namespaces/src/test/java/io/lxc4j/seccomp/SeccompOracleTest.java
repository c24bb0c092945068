package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.json.JsonValue;
import io.lxc4j.seccomp.ArgumentTest.Operator;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rules, compiled here and by libseccomp. */
@DisplayName("libseccomp agrees")
class SeccompOracleTest {
    private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);

    /** What a filter may take for a number that is no call. */
    private static final int[] STRANGE = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x40000000, 0x40000001, 0x40000200};

    /** What libseccomp 2.5.4 in Debian 12 has no names for. */
    private static final Set<String> NAMELESS = Set.of(
            "file_getattr",
            "file_setattr",
            "getxattrat",
            "listmount",
            "listxattrat",
            "lsm_get_self_attr",
            "lsm_list_modules",
            "lsm_set_self_attr",
            "mseal",
            "open_tree_attr",
            "removexattrat",
            "setxattrat",
            "statmount",
            "uprobe",
            "uretprobe");

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
        List<String> unknown = new ArrayList<>();
        BpfInterpreter theirs = libseccomp(abi, rules, unknown);
        assertThat(unknown).isEmpty();
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

    /** What libseccomp makes of rules, but for those of calls that it does not know. */
    private BpfInterpreter libseccomp(Abi abi, List<Allowed> rules, List<String> unknown) throws IOException {
        Files.write(
                directory.resolve("rules"),
                rules.stream().map(Allowed::toString).toList());
        Command.Result oracle =
                Command.run(path("oracle"), abi == Abi.X86_64 ? "x86_64" : "aarch64", path("rules"), path("bpf"));
        unknown.addAll(oracle.orFail().lines().toList());
        return new BpfInterpreter(
                BpfProgram.of(Files.readAllBytes(directory.resolve("bpf"))).instructions());
    }

    /**
     * A group of rules of a profile: what it does, and when. libseccomp 2.5 makes a wrong filter of rules that are mixed for one call, so
     * it is asked for each group by itself whether it is for a call; of those that are the first decides.
     *
     * @param action what happens to a call that it is for
     * @param tests of arguments, all of which must hold
     * @param names the calls
     * @param known says by libseccomp's names and numbers whether it is for a call
     * @param raw says it for calls that libseccomp has no name for, by their numbers as if they were this machine's
     */
    private record Group(
            SeccompAction action,
            List<ArgumentTest> tests,
            Set<String> names,
            BpfInterpreter known,
            BpfInterpreter raw) {
        boolean isFor(Abi abi, int number, long... arguments) {
            return known.run(new SeccompData(number, abi.auditArch(), arguments))
                            .equals(SeccompAction.allow())
                    || raw.run(new SeccompData(number, Abi.current().auditArch(), arguments))
                            .equals(SeccompAction.allow());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "X86_64, ''",
        "X86_64, CAP_CHOWN CAP_SYS_CHROOT",
        "X86_64, CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_BPF CAP_SYSLOG CAP_SYS_RAWIO CAP_SYS_BOOT",
        "AARCH64, ''",
        "AARCH64, CAP_CHOWN CAP_SYS_CHROOT",
        "AARCH64, CAP_SYS_ADMIN CAP_SYS_TIME CAP_PERFMON CAP_SYS_NICE CAP_SYS_MODULE"
    })
    void on_every_call_of_the_whole_standard_profile(Abi abi, String capabilities) throws IOException {
        Set<String> kept = capabilities.isEmpty() ? Set.of() : Set.of(capabilities.split(" ", -1));
        List<Group> groups = standardGroups(abi, kept);
        BpfInterpreter ours = new BpfInterpreter(
                SeccompProfile.standard().filter(abi, "6.18", kept).program(abi).instructions());
        int byArguments = 0;
        for (int number : IntStream.concat(IntStream.range(0, 1024), Arrays.stream(STRANGE))
                .toArray()) {
            String name = SystemCalls.of(abi).getOrDefault(number, "");
            List<ArgumentTest> tests = groups.stream()
                    .filter(group -> group.names.contains(name))
                    .flatMap(group -> group.tests.stream())
                    .toList();
            SeccompAction otherwise = name.isEmpty() ? SeccompAction.errno(Errno.ENOSYS) : EPERM;
            Set<SeccompAction> verdicts = new HashSet<>();
            for (long[] arguments : randoms.arguments(tests, tests.isEmpty() ? 3 : 100 * tests.size())) {
                SeccompAction theirs = groups.stream()
                        .filter(group -> group.isFor(abi, number, arguments))
                        .findFirst()
                        .map(Group::action)
                        .orElse(otherwise);
                verdicts.add(theirs);
                assertThat(ours.run(new SeccompData(number, abi.auditArch(), arguments)))
                        .as("seed %d: %d %s with %s", seed, number, name, Arrays.toString(arguments))
                        .isEqualTo(theirs);
            }
            byArguments += verdicts.size() - 1;
        }
        // ioctl, personality, socket and socketpair; and clone, unless that is allowed
        assertThat(byArguments).isEqualTo(kept.contains("CAP_SYS_ADMIN") ? 4 : 5);
    }

    /** The profile's file as it is meant, told as simply as can be. */
    private List<Group> standardGroups(Abi abi, Set<String> capabilities) throws IOException {
        Map<String, JsonValue> profile;
        try (InputStream json =
                Objects.requireNonNull(SeccompProfile.class.getResourceAsStream("standard-profile.json"))) {
            profile = JsonValue.parse(json.readAllBytes(), ProfileReader.LIMITS).object();
        }
        assertThat(profile).containsOnlyKeys("defaultAction", "defaultErrnoRet", "syscalls");
        List<Group> groups = new ArrayList<>();
        Set<String> nameless = new TreeSet<>();
        for (JsonValue entry : Objects.requireNonNull(profile.get("syscalls")).array()) {
            Map<String, JsonValue> group = entry.object();
            if (capabilities.containsAll(capabilities(group, "includes"))
                    && Collections.disjoint(capabilities, capabilities(group, "excludes"))) {
                groups.add(group(abi, group, nameless));
            }
        }
        assertThat(nameless).isSubsetOf(NAMELESS);
        return groups;
    }

    private static Set<String> capabilities(Map<String, JsonValue> group, String condition) {
        JsonValue value = group.get(condition);
        if (value == null) {
            return Set.of();
        }
        assertThat(value.object()).containsOnlyKeys("caps");
        return strings(value.object(), "caps");
    }

    private static Set<String> strings(Map<String, JsonValue> object, String name) {
        return Objects.requireNonNull(object.get(name)).array().stream()
                .map(JsonValue::string)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Group group(Abi abi, Map<String, JsonValue> group, Set<String> nameless) throws IOException {
        List<ArgumentTest> tests = new ArrayList<>();
        for (JsonValue json : group.containsKey("args")
                ? Objects.requireNonNull(group.get("args")).array()
                : List.<JsonValue>of()) {
            Map<String, JsonValue> test = json.object();
            assertThat(Objects.requireNonNull(test.get("op")).string()).isEqualTo("SCMP_CMP_MASKED_EQ");
            tests.add(ArgumentTest.maskedEqual(
                    (int) Objects.requireNonNull(test.get("index")).number(5),
                    Objects.requireNonNull(test.get("value")).unsignedLong(),
                    Objects.requireNonNull(test.get("valueTwo")).unsignedLong()));
        }
        Set<String> names = strings(group, "names");
        List<String> unknown = new ArrayList<>();
        BpfInterpreter known = libseccomp(
                abi, names.stream().map(name -> new Allowed(name, tests)).toList(), unknown);
        nameless.addAll(unknown);
        List<Allowed> numbered = unknown.stream()
                .map(name -> SystemCalls.number(abi, name))
                .filter(Objects::nonNull)
                .map(number -> new Allowed(number.toString(), tests))
                .toList();
        BpfInterpreter raw = libseccomp(Abi.current(), numbered, new ArrayList<>());
        SeccompAction action =
                Objects.requireNonNull(group.get("action")).string().equals("SCMP_ACT_ALLOW")
                        ? SeccompAction.allow()
                        : SeccompAction.errno((int)
                                Objects.requireNonNull(group.get("errnoRet")).number(4095));
        return new Group(action, tests, names, known, raw);
    }
}
