package io.lxc4j.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.launch.SecurityModule;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A label of a security module")
class SecurityLabelTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"", " a", "a\nb", "a\0", "é"})
    void that_is_no_name_of_a_profile_is_rejected(String profile) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Isolation.standard().appArmorProfile(profile))
                .withMessageMatching("(?s)AppArmor label \"[ -~]*\" must be the name of a profile, at most 255 .*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a:b:", "a b:c:d", "a:b:c\n"})
    void that_is_no_context_of_SELinux_is_rejected(String context) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Isolation.standard().seLinuxLabel(context))
                .withMessageStartingWith("SELinux label \"")
                .withMessageContaining("user:role:type or user:role:type:level");
    }

    @Test
    void is_one_at_most() {
        Isolation one = Isolation.standard().appArmorProfile("confined");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> one.seLinuxLabel("u:r:t"))
                .withMessage("a program has one label: AppArmor confined was set before, now SELinux u:r:t");
        assertThat(one.appArmorProfile("other")).hasToString(one.toString().replace("confined", "other"));
    }

    @Test
    void is_set_where_the_module_is_there() throws Exception {
        Files.createDirectories(root.resolve("proc/self/attr/apparmor"));
        Files.createDirectories(root.resolve("sys/fs/selinux"));
        for (SecurityLabel label : new SecurityLabel[] {
            SecurityLabel.appArmor("docker-default", null), SecurityLabel.seLinux("u:r:t:s0:c1,c2", null)
        }) {
            LaunchPlan.Builder plan = LaunchPlan.builder();
            label.contribute(plan, root);
            plan.add(new Operation.End());
            assertThat(plan.build().operations())
                    .filteredOn(RightsOperation.SetLabel.class::isInstance)
                    .singleElement()
                    .satisfies(operation -> assertThat(operation.summary())
                            .isEqualTo("setting the label " + label.text() + " of " + label.module()));
        }
    }

    @Test
    void is_read_back_as_each_module_writes_it() {
        SecurityModule appArmor = SecurityModule.APPARMOR;
        assertThat(appArmor.says("a.b (enforce)\n", "a.b")).isTrue();
        assertThat(appArmor.says("a.b (complain)\n", "a.b")).isTrue();
        assertThat(appArmor.says("unconfined\n", "unconfined")).isTrue();
        assertThat(appArmor.says("acb (enforce)\n", "a.b")).isFalse();
        assertThat(appArmor.says("a.b//child (enforce)\n", "a.b")).isFalse();
        assertThat(SecurityModule.SELINUX.says("u:r:t:s0\0", "u:r:t:s0")).isTrue();
        assertThat(SecurityModule.SELINUX.says("u:r:t:s0:c1\0", "u:r:t:s0")).isFalse();
    }
}
