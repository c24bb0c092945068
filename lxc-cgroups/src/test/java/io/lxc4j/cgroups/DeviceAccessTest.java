package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.BpfInsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Access to devices")
class DeviceAccessTest {
    private static final List<DeviceKind> KINDS = List.of(DeviceKind.CHARACTER, DeviceKind.BLOCK);
    private static final int[] MAJORS = {0, 1, 5, 136, 4095};
    private static final int[] MINORS = {0, 2, 3, 5, 1_048_575};

    /** Of an access that wants something of one device. */
    private interface Check {
        void that(DeviceKind kind, int major, int minor, Set<DevicePermission> wanted);
    }

    private static void forAll(Check check) {
        for (DeviceKind kind : KINDS) {
            for (int major : MAJORS) {
                for (int minor : MINORS) {
                    for (int bits = 1; bits <= DevicePermission.ALL_BITS; bits++) {
                        check.that(kind, major, minor, DevicePermission.of(DevicePermission.letters(bits)));
                    }
                }
            }
        }
    }

    private static boolean runs(
            List<BpfInsn> program, DeviceKind kind, int major, int minor, Set<DevicePermission> wanted) {
        int access = DevicePermission.bits(wanted) << 16 | (kind == DeviceKind.BLOCK ? 1 : 2);
        byte[] context = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(access)
                .putInt(major)
                .putInt(minor)
                .array();
        return BpfMachine.run(program, context) == 1;
    }

    @Test
    @DisplayName("is what its rules say, one by one, in the program for version 2")
    void program() {
        DeviceRandom random = new DeviceRandom(1);
        for (int run = 0; run < 2000; run++) {
            DeviceAccess access = random.access(12);
            List<BpfInsn> program = DeviceProgram.of(access);
            forAll((kind, major, minor, wanted) -> assertThat(runs(program, kind, major, minor, wanted))
                    .as("%s: %s %s:%s %s", access, kind, major, minor, wanted)
                    .isEqualTo(DeviceRandom.isAllowed(access, kind, major, minor, wanted)));
        }
    }

    /** As the kernel decides in {@code devcgroup_legacy_check_permission}. */
    private static boolean decide(DeviceExceptions all, DeviceKind kind, int major, int minor, int wanted) {
        boolean exception = all.exceptions().entrySet().stream().anyMatch(each -> {
            DevicePlaces.Place place = each.getKey();
            int bits = each.getValue();
            return place.kind() == kind
                    && (place.major() == -1 || place.major() == major)
                    && (place.minor() == -1 || place.minor() == minor)
                    && (all.allows() ? (wanted & bits) != 0 : (wanted & ~bits) == 0);
        });
        return all.allows() != exception;
    }

    @Test
    @DisplayName("is what its rules say in the exceptions for version 1, or can't be had there")
    void exceptions() {
        DeviceRandom random = new DeviceRandom(2);
        int impossible = 0;
        int allowing = 0;
        int runs = 3000;
        for (int run = 0; run < runs; run++) {
            DeviceAccess access = random.access(6);
            Optional<DeviceExceptions> found = DeviceExceptions.of(access);
            if (found.isEmpty()) {
                impossible++;
                continue;
            }
            allowing += found.get().allows() ? 1 : 0;
            forAll((kind, major, minor, wanted) -> assertThat(
                            decide(found.get(), kind, major, minor, DevicePermission.bits(wanted)))
                    .as("%s as %s: %s %s:%s %s", access, found, kind, major, minor, wanted)
                    .isEqualTo(DeviceRandom.isAllowed(access, kind, major, minor, wanted)));
        }
        assertThat(impossible).isBetween(runs / 100, runs / 2);
        assertThat(allowing).isGreaterThan(runs / 100);
    }

    @Test
    @DisplayName("without rules is none, and the last rule counts")
    void order() {
        Set<DevicePermission> read = Set.of(DevicePermission.READ);
        DeviceAccess some = DeviceAccess.none().with(DeviceRule.deny("c 1:3 rw"), DeviceRule.allow("c 1:* r"));
        assertThat(runs(DeviceProgram.of(DeviceAccess.none()), DeviceKind.CHARACTER, 1, 3, read))
                .isFalse();
        assertThat(runs(DeviceProgram.of(some), DeviceKind.CHARACTER, 1, 3, read))
                .isTrue();
        assertThat(runs(DeviceProgram.of(some.with(DeviceRule.deny("a *:* r"))), DeviceKind.CHARACTER, 1, 3, read))
                .isFalse();
        assertThat(some.with(DeviceRule.allow("b 8:0 r"), DeviceRule.deny("c 1:3 rw"))
                        .without(DeviceRule.deny("c 1:3 rw")))
                .as("the last of two")
                .isEqualTo(some.with(DeviceRule.allow("b 8:0 r")));
        assertThat(some.without(DeviceRule.allow("c 9:9 r"))).isEqualTo(some);
    }

    @Test
    @DisplayName("is in version 1 an exception for each device, all of them at once, or what is denied of all")
    void in_version_1() {
        assertThat(DeviceExceptions.of(DeviceAccess.all())).hasValue(new DeviceExceptions(true, java.util.Map.of()));
        assertThat(DeviceExceptions.of(DeviceAccess.none())).hasValue(new DeviceExceptions(false, java.util.Map.of()));
        assertThat(DeviceExceptions.of(DeviceAccess.standard()).orElseThrow().exceptions().entrySet().stream()
                        .map(each -> each.getKey().with(each.getValue())))
                .containsExactlyInAnyOrder(
                        "c 1:3 rwm",
                        "c 1:5 rwm",
                        "c 1:7 rwm",
                        "c 1:8 rwm",
                        "c 1:9 rwm",
                        "c 5:0 rwm",
                        "c 5:2 rwm",
                        "c 136:* rwm");
        DeviceExceptions denying = DeviceExceptions.of(DeviceAccess.all().with(DeviceRule.deny("b 8:* w")))
                .orElseThrow();
        assertThat(denying.allows()).isTrue();
        assertThat(denying.exceptions()).hasSize(1);
        assertThat(DeviceExceptions.of(
                        DeviceAccess.all().with(DeviceRule.deny("b 8:* w"), DeviceRule.allow("b 8:1 w"))))
                .as("an exception from an exception")
                .isEmpty();
    }

    @Test
    @DisplayName("comes back from its text")
    void text() {
        for (String text : List.of("c 10:229 rw", "b 8:* r", "a *:* rwm", "c *:7 m")) {
            assertThat(DeviceRule.allow(text)).hasToString("allow " + text);
            assertThat(DeviceRule.deny(text)).hasToString("deny " + text);
        }
        assertThat(Limits.builder()
                        .devices(DeviceAccess.none().with(DeviceRule.allow("c 1:3 wr")))
                        .build())
                .hasToString("[devices = [allow c 1:3 rw]]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c",
                "c 1:3",
                "d 1:3 r",
                "c 1 r",
                "c 1:3 x",
                "c 1:3 r\n",
                "c -1:3 r",
                "c 4096:0 r",
                "c 1:1048576 r",
                "c 99999999:1 r",
                "c 1:3 rwmr",
                "c  1:3 r"
            })
    @DisplayName("refuses other texts and numbers that no device has")
    void bad_text(String text) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> DeviceRule.allow(text))
                .withMessageMatching("(?s)device(s|  ?with).*(must be).*");
    }

    @Test
    @DisplayName("refuses what is no device, no permission, and too many rules")
    void bad_input() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> DeviceRule.allow(Path.of("/proc/version")))
                .withMessage("allowing the device /proc/version: it is neither a character nor a block device");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> DeviceRule.allow(Path.of("/dev/nothing-of-that-name")))
                .withMessageContaining("can't be looked at");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> new DeviceRule(
                        DeviceRule.Verdict.ALLOW,
                        DeviceKind.ALL,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        EnumSet.noneOf(DevicePermission.class)))
                .withMessageContaining("needs a permission");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> new DeviceAccess(Collections.nCopies(251, DeviceRule.allow("c 1:3 r"))))
                .withMessageContaining("at most 250");
    }

    @Test
    @DisplayName("is found out from a device node")
    void of_a_node() {
        assertThat(DeviceRule.allow(Path.of("/dev/null"))).isEqualTo(DeviceRule.allow("c 1:3 rw"));
    }
}
