package io.lxc4j.seccomp;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import io.lxc4j.seccomp.ProfileRules.Condition;
import io.lxc4j.seccomp.ProfileRules.Entry;
import io.lxc4j.seccomp.SeccompAction.Kind;
import io.lxc4j.seccomp.SeccompFilter.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a profile from its JSON form. What is unknown to it is ignored, as the OCI specification wants, but not forgotten. */
final class ProfileReader {
    private static final Logger LOG = LoggerFactory.getLogger(SeccompProfile.class);

    /** Ten times what the largest profiles have. */
    static final JsonLimits LIMITS = new JsonLimits("seccomp profile", 256 * 1024, 64 * 1024, 16);

    private static final String FLAG = "SECCOMP_FILTER_FLAG_";

    /** A rule for every family of sockets would have as many. */
    private static final int MOST_ARGUMENT_TESTS = 64;

    private static final Map<String, Kind> ACTIONS = new TreeMap<>();
    private static final Map<String, ArgumentTest.Operator> OPERATORS = new TreeMap<>();

    static {
        for (Kind kind : Kind.values()) {
            ACTIONS.put(kind.ociName(), kind);
        }
        ACTIONS.put("SCMP_ACT_KILL", Kind.KILL_THREAD);
        for (ArgumentTest.Operator operator : ArgumentTest.Operator.values()) {
            OPERATORS.put(operator.ociName(), operator);
        }
    }

    private final List<String> ignored = new ArrayList<>();

    ProfileRules read(JsonValue json) {
        Map<String, JsonValue> profile = object(
                json,
                "defaultAction",
                "defaultErrnoRet",
                "architectures",
                "archMap",
                "flags",
                "listenerPath",
                "listenerMetadata",
                "syscalls");
        for (String listener : List.of("listenerPath", "listenerMetadata")) {
            if (profile.containsKey(listener)) {
                ignored.add(listener + ": who installs the filter has the listener");
            }
        }
        SeccompAction defaultAction = action(required(profile, "defaultAction", json), profile.get("defaultErrnoRet"));
        List<Entry> entries = new ArrayList<>();
        for (JsonValue entry : array(profile, "syscalls")) {
            entries.add(entry(entry));
        }
        ProfileRules read = new ProfileRules(defaultAction, entries, handlingI386(profile), flags(profile), ignored);
        if (!ignored.isEmpty()) {
            LOG.debug("of a seccomp profile is ignored: {}", ignored);
        }
        return read;
    }

    private Map<String, JsonValue> object(JsonValue json, String... known) {
        Map<String, JsonValue> object = json.object();
        for (Map.Entry<String, JsonValue> property : object.entrySet()) {
            if (!Arrays.asList(known).contains(property.getKey())) {
                ignored.add(property.getValue().place() + ": no such property is known");
            }
        }
        return object;
    }

    private static JsonValue required(Map<String, JsonValue> object, String name, JsonValue whole) {
        JsonValue value = object.get(name);
        if (value == null) {
            throw whole.wrong("has no " + name);
        }
        return value;
    }

    private static List<JsonValue> array(Map<String, JsonValue> object, String name) {
        JsonValue value = object.get(name);
        return value == null ? List.of() : value.array();
    }

    private static <T> T choice(JsonValue json, Map<String, T> choices) {
        T chosen = choices.get(json.string());
        if (chosen == null) {
            throw json.rejected("one of " + String.join(", ", choices.keySet()));
        }
        return chosen;
    }

    private static SeccompAction action(JsonValue name, @Nullable JsonValue data) {
        Kind kind = choice(name, ACTIONS);
        if (kind.mostData() == 0) {
            if (data != null) {
                throw data.rejected("left out with " + name);
            }
            return new SeccompAction(kind, 0);
        }
        return new SeccompAction(kind, data == null ? Errno.EPERM.number() : (int) data.number(kind.mostData()));
    }

    private Set<SeccompFlag> flags(Map<String, JsonValue> profile) {
        Map<String, SeccompFlag> known =
                Arrays.stream(SeccompFlag.values()).collect(Collectors.toMap(flag -> FLAG + flag, flag -> flag));
        Set<SeccompFlag> flags = EnumSet.noneOf(SeccompFlag.class);
        for (JsonValue flag : array(profile, "flags")) {
            if (flag.string().equals(FLAG + "TSYNC")) {
                ignored.add(flag.place() + ": the filter is installed by a process with one thread");
            } else {
                flags.add(choice(flag, new TreeMap<>(known)));
            }
        }
        return flags;
    }

    /** The ABIs whose kernels are to apply the rules to i386 as well. */
    private Set<Abi> handlingI386(Map<String, JsonValue> profile) {
        if (profile.containsKey("architectures") && profile.containsKey("archMap")) {
            throw new InvalidSpecificationException(
                    "seccomp profile: it has architectures and archMap; it must be one of them");
        }
        Set<Abi> handling = EnumSet.noneOf(Abi.class);
        if (handlesI386(array(profile, "architectures"))) {
            handling.add(Abi.X86_64);
        }
        for (JsonValue entry : array(profile, "archMap")) {
            Map<String, JsonValue> architecture = object(entry, "architecture", "subArchitectures");
            String own = required(architecture, "architecture", entry).string();
            if (handlesI386(array(architecture, "subArchitectures")) && own.equals(Abi.X86_64.ociName())) {
                handling.add(Abi.X86_64);
            }
        }
        return handling;
    }

    private boolean handlesI386(List<JsonValue> architectures) {
        boolean found = false;
        for (JsonValue architecture : architectures) {
            String name = architecture.string();
            if (!name.startsWith("SCMP_ARCH_")) {
                throw architecture.rejected("the name of an architecture, which begins with SCMP_ARCH_");
            }
            found |= name.equals(Abi.I386.ociName());
            if (Arrays.stream(Abi.values()).noneMatch(abi -> abi.ociName().equals(name))) {
                ignored.add(architecture.place() + ": " + name + " is not handled");
            }
        }
        return found;
    }

    private Entry entry(JsonValue json) {
        Map<String, JsonValue> entry =
                object(json, "names", "name", "action", "errnoRet", "args", "comment", "includes", "excludes");
        SeccompAction action = action(required(entry, "action", json), entry.get("errnoRet"));
        return new Entry(
                names(json, entry),
                rules(action, array(entry, "args")),
                condition(entry.get("includes")),
                condition(entry.get("excludes")));
    }

    private Set<String> names(JsonValue json, Map<String, JsonValue> entry) {
        JsonValue single = entry.get("name");
        List<JsonValue> names = array(entry, "names");
        if (single == null == names.isEmpty()) {
            throw new InvalidSpecificationException(
                    "seccomp profile: " + json.place() + " must have either names or a name");
        }
        Set<String> known = new LinkedHashSet<>();
        for (JsonValue name : single == null ? names : List.of(single)) {
            if (SystemCalls.isKnown(name.string())) {
                known.add(name.string());
            } else {
                ignored.add(name.place() + ": no system call " + name + " is known");
            }
        }
        return known;
    }

    private List<Rule> rules(SeccompAction action, List<JsonValue> args) {
        if (args.size() > MOST_ARGUMENT_TESTS) {
            throw args.get(MOST_ARGUMENT_TESTS)
                    .rejected("left out: a rule has at most " + MOST_ARGUMENT_TESTS + " tests");
        }
        List<ArgumentTest> tests = args.stream().map(this::test).toList();
        boolean alternatives =
                tests.stream().map(ArgumentTest::index).distinct().count() < tests.size();
        return alternatives
                ? tests.stream().map(test -> new Rule(action, List.of(test))).toList()
                : List.of(new Rule(action, tests));
    }

    private ArgumentTest test(JsonValue json) {
        Map<String, JsonValue> test = object(json, "index", "value", "valueTwo", "op");
        int index = (int) required(test, "index", json).number(5);
        long value = required(test, "value", json).unsignedLong();
        ArgumentTest.Operator operator = choice(required(test, "op", json), OPERATORS);
        if (operator != ArgumentTest.Operator.MASKED_EQUAL) {
            return new ArgumentTest(index, operator, value);
        }
        // The first value is the mask, and libseccomp applies it to the second as well.
        JsonValue second = test.get("valueTwo");
        return ArgumentTest.maskedEqual(index, value, second == null ? 0 : second.unsignedLong() & value);
    }

    private Condition condition(@Nullable JsonValue json) {
        if (json == null) {
            return Condition.NONE;
        }
        Map<String, JsonValue> condition = object(json, "caps", "arches", "minKernel");
        JsonValue kernel = condition.get("minKernel");
        return new Condition(
                strings(array(condition, "caps")),
                strings(array(condition, "arches")),
                kernel == null ? null : version(kernel));
    }

    private static Set<String> strings(List<JsonValue> array) {
        return array.stream().map(JsonValue::string).collect(Collectors.toUnmodifiableSet());
    }

    private static KernelVersion version(JsonValue json) {
        try {
            return KernelVersion.parse(json.string());
        } catch (InvalidSpecificationException _) {
            throw json.rejected("a version like 4.8");
        }
    }
}
