package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A launch plan")
class LaunchPlanTest {
    private static final IdMaps MAPS =
            new IdMaps(List.of(new IdMaps.Range(0, 1000, 1)), List.of(new IdMaps.Range(0, 100, 1)), true);

    @Test
    void has_its_operations_in_the_order_of_their_phases_whatever_the_order_they_come_in() {
        List<Operation> operations = Plans.everything().operations();
        assertThat(operations).extracting(Operation::phase).isSorted();
        assertThat(operations)
                .extracting(Operation::phase)
                .startsWith(Phase.PARENT)
                .endsWith(Phase.EXEC);
        assertThat(operations.stream().map(Object::getClass).distinct().count())
                .as("the kinds of operation")
                .isEqualTo(kinds(Operation.class) - 2); // a plan has one of its three ends

        List<Operation> ofAnyOrder = operations.stream()
                .filter(operation -> !(operation instanceof JoinOperation))
                .toList();
        List<Phase> phases = ofAnyOrder.stream().map(Operation::phase).toList();
        for (int seed = 0; seed < 20; seed++) {
            List<Operation> shuffled = new ArrayList<>(ofAnyOrder);
            Collections.shuffle(shuffled, new Random(seed));
            LaunchPlan plan = new LaunchPlan(Set.of(), null, List.of(), shuffled);
            assertThat(plan.operations()).extracting(Operation::phase).isEqualTo(phases);
        }
    }

    private static long kinds(Class<?> type) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        return permitted == null
                ? 1
                : Arrays.stream(permitted).mapToLong(LaunchPlanTest::kinds).sum();
    }

    @Test
    void keeps_the_order_of_operations_within_a_phase() {
        LaunchPlan plan = LaunchPlan.builder()
                .add(new Operation.SetUmask(1))
                .add(Plans.exec("/bin/true"))
                .add(new Operation.SetHostName("b"))
                .add(new Operation.SetUmask(2))
                .add(new Operation.SetHostName("a"))
                .build();
        assertThat(plan.operations())
                .containsExactly(
                        new Operation.SetUmask(1),
                        new Operation.SetHostName("b"),
                        new Operation.SetUmask(2),
                        new Operation.SetHostName("a"),
                        Plans.exec("/bin/true"));
    }

    @Test
    void documents_its_order_of_phases() {
        assertThat(Arrays.toString(Phase.values()))
                .isEqualTo("[PARENT, SYNCHRONISE, JOIN, IDENTITY, CGROUP, SESSION, MOUNTS, ROOT, SYSTEM, INIT,"
                        + " DESCRIPTORS, CAPABILITIES, SECCOMP, EXEC]");
    }

    @Test
    void without_an_exec_is_rejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LaunchPlan.builder().build())
                .withMessage("a plan ends with one Exec, ServeParent or End");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LaunchPlan.builder().add(new Operation.NewSession()).build())
                .withMessage("a plan ends with one Exec, ServeParent or End");
    }

    @Test
    void with_id_maps_but_no_user_namespace_or_the_reverse_is_rejected() {
        LaunchPlan.Builder mapsOnly =
                LaunchPlan.builder().add(Plans.exec("/bin/true")).idMaps(MAPS);
        LaunchPlan.Builder userOnly =
                LaunchPlan.builder().add(Plans.exec("/bin/true")).namespace(Namespace.USER);
        assertThatIllegalArgumentException()
                .isThrownBy(mapsOnly::build)
                .withMessage("id maps go with a new user namespace");
        assertThatIllegalArgumentException()
                .isThrownBy(userOnly::build)
                .withMessage("id maps go with a new user namespace");
        assertThat(userOnly.idMaps(MAPS).build().idMaps()).isEqualTo(MAPS);
    }

    @Test
    void with_a_user_namespace_of_its_own_making_has_id_maps_and_a_meeting_after_it() {
        JoinOperation.NewNamespaces made = new JoinOperation.NewNamespaces(Set.of(Namespace.USER));
        LaunchPlan.Builder unmapped =
                LaunchPlan.builder().add(Plans.exec("/bin/true")).add(made).add(new JoinOperation.MeetParent());
        assertThatIllegalArgumentException()
                .isThrownBy(unmapped::build)
                .withMessage("id maps go with a new user namespace");
        assertThat(unmapped.idMaps(MAPS).build().idMaps()).isEqualTo(MAPS);
        LaunchPlan.Builder early = LaunchPlan.builder()
                .add(Plans.exec("/bin/true"))
                .idMaps(MAPS)
                .add(new JoinOperation.MeetParent())
                .add(made);
        assertThatIllegalArgumentException().isThrownBy(early::build).withMessageContaining("meets its parent after");
    }

    @Test
    void enters_clocks_before_it_shares_memory_with_its_child() {
        Handle there = new Handle("there");
        for (JoinOperation late : List.of(
                new JoinOperation.JoinProcess(there, Set.of(Namespace.TIME)),
                new JoinOperation.JoinNamespace(there, Namespace.TIME),
                new JoinOperation.NewTimeNamespace(Map.of()))) {
            LaunchPlan.Builder plan = LaunchPlan.builder()
                    .given(there)
                    .add(new JoinOperation.ContinueAsChild())
                    .add(late)
                    .add(Plans.exec("/bin/true"));
            assertThatIllegalArgumentException().isThrownBy(plan::build).withMessageContaining("shares memory");
        }
    }

    @Test
    void makes_its_cgroup_namespace_by_an_operation_and_not_while_it_clones() {
        LaunchPlan.Builder builder =
                LaunchPlan.builder().add(Plans.exec("/bin/true")).namespace(Namespace.CGROUP);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("NewCgroupNamespace");
    }

    @Test
    void makes_its_time_namespace_by_an_operation_as_a_child_that_shares_memory_can_not_be_cloned_into_one() {
        LaunchPlan.Builder builder =
                LaunchPlan.builder().add(Plans.exec("/bin/true")).namespace(Namespace.TIME);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("NewTimeNamespace");
    }

    @Test
    void cannot_be_changed_through_what_it_was_made_of() {
        List<Operation> operations = new ArrayList<>(List.of(Plans.exec("/bin/true")));
        LaunchPlan plan = new LaunchPlan(Set.of(), null, List.of(), operations);
        operations.clear();
        assertThat(plan.operations()).hasSize(1);

        List<String> arguments = new ArrayList<>(List.of("a"));
        Operation.Exec exec = new Operation.Exec("/a", arguments, List.of(), List.of());
        arguments.add("b");
        assertThat(exec.arguments()).containsExactly("a");
    }

    @Test
    void explains_what_will_be_done_without_doing_it() throws IOException {
        LaunchPlan plan = LaunchPlan.builder()
                .namespace(Namespace.USER)
                .namespace(Namespace.MOUNT)
                .idMaps(MAPS)
                .add(new Operation.AwaitParent())
                .add(new Operation.SetIds(0, 0, null))
                .add(new Operation.NewSession())
                .add(new Operation.DieWithParent())
                .add(new MountOperation.IsolateMounts())
                .add(new MountOperation.MountScratch(65536))
                .add(new MountOperation.MakeScratchDirectory("upper", 0755))
                .add(new MountOperation.RootFromDirectory(new Tree.AtPath("/srv/my \"root\"")))
                .add(new MountOperation.MakeDirectory("/data/in", 0700))
                .add(new MountOperation.Bind(
                        new Tree.AtPath("/data"), "/data/in", Constant.or(Constants.MOUNT_ATTR_RDONLY)))
                .add(new Operation.PivotRoot())
                .add(new Operation.SetHostName("box"))
                .add(new Operation.CloseDescriptors())
                .add(new RightsOperation.ForbidNewPrivileges())
                .add(new Operation.Exec(
                        "true", List.of("true", "--really"), List.of("SECRET=1"), List.of("/bin", "/usr/bin")))
                .build();
        try (InputStream golden = LaunchPlanTest.class.getResourceAsStream("small-plan.txt")) {
            assertThat(plan.explain()).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertThat(plan.explain()).isEqualTo(plan.explain()).doesNotContain("SECRET");
    }

    @Test
    void shows_no_secret_of_the_environment_in_its_text() {
        assertThat(Plans.plain(new Operation.Exec("/a", List.of("a"), List.of("SECRET=1"), List.of())))
                .asString()
                .doesNotContain("SECRET");
    }

    @Test
    void writes_id_maps_after_giving_up_setgroups() {
        assertThat(MAPS.writes().toString()).isEqualTo("{setgroups=deny, uid_map=0 1000 1\n, gid_map=0 100 1\n}");
        assertThat(new IdMaps(List.of(new IdMaps.Range(0, 1, 2), new IdMaps.Range(2, 9, 4294967285L)), List.of(), false)
                        .writes())
                .containsOnlyKeys("uid_map", "gid_map")
                .containsEntry("uid_map", "0 1 2\n2 9 4294967285\n");
    }
}
