package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.IdMaps.Range;
import io.lxc4j.launch.IdMaps.Writer;
import io.lxc4j.launch.MappedIds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An id mapping")
class IdMappingTest {
    private static final Caller ROOT = FakeHost.root();
    private static final Caller ALICE = FakeHost.alice();

    @TempDir
    Path directory;

    private FakeHost host;

    @BeforeEach
    void makeHost() {
        host = new FakeHost(directory);
    }

    private static MappedIds as(int uid, int gid, boolean denySetgroups, Writer writer, Range[] users, Range[] groups) {
        return new MappedIds(new IdMaps(List.of(users), List.of(groups), denySetgroups, writer), uid, gid);
    }

    private static Range[] ranges(long... numbers) {
        Range[] ranges = new Range[numbers.length / 3];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = new Range(numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]);
        }
        return ranges;
    }

    private void assertRefused(Caller caller, IdMapping mapping, String... parts) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> host.of(caller).lease(mapping))
                .withMessageContainingAll(parts);
    }

    @Test
    void isolated_of_root_begins_at_a_million() {
        Range[] range = ranges(0, 1_000_000, 65_536);
        assertThat(host.of(ROOT).example(IdMapping.isolated())).isEqualTo(as(0, 0, false, Writer.KERNEL, range, range));
    }

    @Test
    void isolated_of_root_leaves_out_what_any_user_was_given() {
        host.users("bob:1000000:1000").groups("carol:1066000:600", "carol:1066600:100");
        Range[] range = ranges(0, 1_001_000, 65_000);
        assertThat(host.of(ROOT).example(IdMapping.isolated(65_000)))
                .isEqualTo(as(0, 0, false, Writer.KERNEL, range, range));
        Range[] next = ranges(0, 1_066_700, 65_001);
        assertThat(host.of(ROOT).example(IdMapping.isolated(65_001)))
                .isEqualTo(as(0, 0, false, Writer.KERNEL, next, next));
    }

    @Test
    void isolated_of_root_comes_from_its_own_lines_if_there_are_any() {
        host.ids("root:5000:10000", "bob:1000000:5");
        Range[] range = ranges(0, 5000, 10_000);
        assertThat(host.of(ROOT).example(IdMapping.isolated(10_000)))
                .isEqualTo(as(0, 0, false, Writer.KERNEL, range, range));
        assertRefused(
                ROOT,
                IdMapping.isolated(),
                "isolated: a container is to have 65536 ids",
                "at most 10000 in a row",
                "isolated(COUNT)",
                "usermod --add-subuids 100000-165535 root");
    }

    @Test
    void isolated_in_a_user_namespace_has_a_sixteenth_of_it() {
        Range[] range = ranges(0, 1, 4095);
        assertThat(host.of(FakeHost.rootOf(IdSet.of(0, 65_536))).example(IdMapping.isolated()))
                .isEqualTo(as(0, 0, false, Writer.KERNEL, range, range));
        assertRefused(FakeHost.rootOf(IdSet.of(0, 1)), IdMapping.isolated(), "/proc/self/uid_map", "IdMapping.self()");
    }

    @Test
    void isolated_of_an_ordinary_user_comes_from_its_lines_with_the_same_numbers_where_possible() {
        host.users("alice:100000:65536").groups("1000:7:65536", "alice:100000:65536");
        Range[] range = ranges(0, 100_000, 65_536);
        assertThat(host.of(ALICE).example(IdMapping.isolated())).isEqualTo(as(0, 0, false, Writer.TOOLS, range, range));
        host.groups("alice:100001:65536");
        assertThat(host.of(ALICE).example(IdMapping.isolated()))
                .isEqualTo(as(0, 0, false, Writer.TOOLS, range, ranges(0, 100_001, 65_536)));
    }

    @Test
    void isolated_without_lines_says_which_to_add_where() {
        host.users("bob:100000:65536", "alice:oops").groups("alice:1:1");
        assertRefused(
                ALICE,
                IdMapping.isolated(),
                "isolated: the user alice has no subordinate user ids, as " + directory.resolve("subuid")
                        + " has no line for it; ignored is line 2 \"alice:oops\"; add the line alice:165536:65536",
                "usermod --add-subuids 165536-231071 alice");
        host.users("alice:100000:65536").groups();
        assertRefused(ALICE, IdMapping.isolated(), "no subordinate group ids", "subgid", "--add-subgids");
        host.groups("alice:100000:65536").users();
        assertRefused(ALICE, IdMapping.subordinate(), "subordinate: the user alice has no subordinate user ids");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 4_294_967_296L, Long.MIN_VALUE, Long.MAX_VALUE})
    void isolated_rejects_a_number_that_there_is_not(long count) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> IdMapping.isolated(count))
                .withMessage("isolated: " + count + " ids; a container can have 1 to 4294967295");
    }

    @Test
    void self_is_root_inside_and_alone() {
        assertThat(host.of(ALICE).example(IdMapping.self()))
                .isEqualTo(as(0, 0, true, Writer.KERNEL, ranges(0, 1000, 1), ranges(0, 100, 1)));
        assertThat(host.of(ROOT).example(IdMapping.self()))
                .isEqualTo(as(0, 0, false, Writer.KERNEL, ranges(0, 0, 1), ranges(0, 0, 1)));
    }

    @Test
    void subordinate_has_the_user_as_root_and_its_other_ids_behind() {
        host.users("alice:200000:10", "alice:100000:10").groups("alice:95:10");
        assertThat(host.of(ALICE).example(IdMapping.subordinate()))
                .isEqualTo(as(
                        0,
                        0,
                        false,
                        Writer.TOOLS,
                        ranges(0, 1000, 1, 1, 100_000, 10, 11, 200_000, 10),
                        ranges(0, 100, 1, 1, 95, 5, 6, 101, 4)));
        assertRefused(ROOT, IdMapping.subordinate(), "subordinate is for ordinary users", "isolated()", "ranges()");
    }

    @Test
    void keep_id_has_the_user_where_it_is_among_its_other_ids() {
        assertThat(host.of(ALICE).example(IdMapping.keepId()))
                .isEqualTo(as(1000, 100, true, Writer.KERNEL, ranges(1000, 1000, 1), ranges(100, 100, 1)));
        host.users("alice:100000:65536").groups("alice:100000:50");
        assertThat(host.of(ALICE).example(IdMapping.keepId()))
                .isEqualTo(as(
                        1000,
                        100,
                        false,
                        Writer.TOOLS,
                        ranges(0, 100_000, 1000, 1000, 1000, 1, 1001, 101_000, 64_536),
                        ranges(0, 100_000, 50, 100, 100, 1)));
        host.groups("alice:95:10");
        assertThat(host.of(ALICE).example(IdMapping.keepId()).maps().gids())
                .as("a group that the user also has as a subordinate one is there once")
                .containsExactly(ranges(0, 95, 5, 5, 101, 4, 100, 100, 1));
        assertRefused(ROOT, IdMapping.keepId(), "keepId is for ordinary users", "isolated()");
        Caller large = new Caller(
                new ProcessStatus("java", 3_000_000_000L, 1, CapabilitySets.of(0), false, false),
                "x",
                FakeHost.ALL,
                FakeHost.ALL,
                false);
        assertRefused(large, IdMapping.keepId(), "user id 3000000000 is greater than 2147483647");
    }

    @Test
    void of_a_caller_whose_own_namespace_gave_up_setgroups_gives_it_up() {
        Caller denied = new Caller(ROOT.status(), "root", FakeHost.ALL, FakeHost.ALL, true);
        assertThat(host.of(denied)
                        .example(IdMapping.isolated())
                        .takingOn(List.of())
                        .groups())
                .isNull();
        assertThat(host.of(ROOT)
                        .example(IdMapping.isolated())
                        .takingOn(List.of())
                        .groups())
                .isEmpty();
    }

    @Test
    void of_a_process_with_additional_groups_must_have_them() {
        IdMapping mapping =
                IdMapping.ranges().users(0, 1000, 1).groups(0, 100, 6).build();
        MappedIds ids = host.of(ROOT).example(mapping);
        assertThat(ids.takingOn(List.of(1, 5)).groups()).containsExactly(1, 5);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> ids.takingOn(List.of(5, 6)))
                .withMessage(
                        "additional groups [5, 6]: 6 is not mapped in the container; its groups are mapped (inside,"
                                + " outside, count): [0 100 6]");
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> host.of(ALICE).example(IdMapping.self()).takingOn(List.of(0)))
                .withMessageContainingAll("[0]", "/etc/subgid", "IdMapping.subordinate()");
    }

    @Test
    void of_ranges_is_written_by_who_may() {
        IdMapping mapping = IdMapping.ranges()
                .users(0, 1000, 1)
                .users(1, 100_000, 9)
                .groups(0, 100, 1)
                .build();
        Range[] users = ranges(0, 1000, 1, 1, 100_000, 9);
        assertThat(host.of(ROOT).example(mapping)).isEqualTo(as(0, 0, false, Writer.KERNEL, users, ranges(0, 100, 1)));
        assertThat(host.of(ALICE).example(mapping))
                .as("newgidmap denies setgroups to who maps only itself")
                .isEqualTo(as(0, 0, true, Writer.TOOLS, users, ranges(0, 100, 1)));
        IdMapping alone = IdMapping.ranges()
                .users(7, 1000, 1)
                .groups(8, 100, 1)
                .runAs(7, 8)
                .build();
        assertThat(host.of(ALICE).example(alone))
                .isEqualTo(as(7, 8, true, Writer.KERNEL, ranges(7, 1000, 1), ranges(8, 100, 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 1, inside",
        "0, -1, 1, outside",
        "0, 0, 0, at least 1",
        "0, 0, -1, at least 1",
        "4294967295, 0, 1, inside",
        "0, 4294967295, 1, outside",
        "4294967294, 0, 2, inside",
        "0, 4294967294, 2, outside",
        "0, 0, 4294967296, inside",
        "4294967296, 0, 1, inside",
        "9223372036854775807, 0, 1, inside",
        "1, 0, 9223372036854775807, inside"
    })
    void of_ranges_rejects_ids_that_there_are_not(long inside, long outside, long count, String part) {
        IdRangesBuilder builder = IdMapping.ranges();
        String numbers = "(" + inside + ", " + outside + ", " + count + ")";
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.users(inside, outside, count))
                .withMessageStartingWith("users" + numbers)
                .withMessageContaining(part);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.groups(inside, outside, count))
                .withMessageStartingWith("groups" + numbers);
    }

    @Test
    void of_ranges_may_be_all_ids_that_there_are() {
        assertThat(IdMapping.ranges()
                        .users(0, 0, 4_294_967_295L)
                        .groups(4_294_967_294L, 4_294_967_294L, 1)
                        .groups(0, 7, 1)
                        .build())
                .hasToString("ranges(users 0 0 4294967295; groups 4294967294 4294967294 1, 0 7 1; as user 0, group 0)");
    }

    @ParameterizedTest
    @CsvSource({"19, 500, 1, inside", "5, 500, 6, inside", "0, 109, 5, outside", "30, 95, 6, outside"})
    void of_ranges_rejects_an_overlap_and_shows_both(long inside, long outside, long count, String side) {
        IdRangesBuilder builder = IdMapping.ranges().users(10, 100, 10).groups(inside, outside, count);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.users(inside, outside, count))
                .withMessage("users(%d, %d, %d) overlaps %s with (10, 100, 10)", inside, outside, count, side);
    }

    @Test
    void of_ranges_rejects_more_than_the_kernel_takes() {
        IdRangesBuilder builder = IdMapping.ranges().groups(0, 0, 1);
        for (int i = 0; i < 340; i++) {
            builder.users(2L * i, 2L * i, 1);
        }
        builder.build();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.users(1000, 1000, 1))
                .withMessageEndingWith("would be range 341; the kernel takes at most 340");
    }

    @Test
    void of_ranges_must_map_whom_the_process_is() {
        IdRangesBuilder builder = IdMapping.ranges().users(1, 1, 5).groups(0, 1, 5);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageContainingAll("users: 0 inside is not mapped", "runAs");
        assertThat(builder.runAs(5, 4).build()).asString().endsWith("as user 5, group 4)");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.runAs(2, 3))
                .withMessageContainingAll("runAs was set before: user 5, group 4", "2, 3");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> IdMapping.ranges().runAs(-1, 0))
                .withMessageContaining("runAs(-1, 0)");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(IdMapping.ranges().users(0, 1, 5).groups(0, 1, 5).runAs(4, 5)::build)
                .withMessageStartingWith("groups: 5 inside");
    }

    @Test
    void reads_as_it_was_asked_for() {
        assertThat(List.of(
                        IdMapping.isolated(),
                        IdMapping.isolated(7),
                        IdMapping.self(),
                        IdMapping.subordinate(),
                        IdMapping.keepId()))
                .hasToString("[isolated, isolated(7), self, subordinate, keepId]");
    }

    @Test
    void is_set_once_and_not_for_shared_users() {
        Namespaces.Builder builder = Namespaces.builder().users(IdMapping.keepId());
        assertThat(builder.build().idMapping()).isEqualTo(IdMapping.keepId());
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.users(IdMapping.self()))
                .withMessage("users was set before: keepId, now self");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder.shareUsers()::build)
                .withMessageContainingAll("keepId", "shareUsers");
    }
}
