package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.ProcessStatus;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Obstacles to namespaces")
class NamespaceObstaclesTest {
    private static final ProcessStatus ROOT =
            new ProcessStatus("java", 0, 0, CapabilitySets.of((1L << 41) - 1), false, false);
    private static final ProcessStatus ALICE = new ProcessStatus("java", 1234, 100, CapabilitySets.of(0), false, false);

    private static NamespaceObstacles obstacles(ProcessStatus user, Map<String, String> sysctls) {
        return new NamespaceObstacles(user, name -> Optional.ofNullable(sysctls.get(name)));
    }

    @Test
    void are_named_with_the_remedy() {
        Map<String, String> sysctls = Map.of(
                "kernel.unprivileged_userns_clone", "0",
                "kernel.apparmor_restrict_unprivileged_userns", "1",
                "user.max_net_namespaces", "0",
                "user.max_user_namespaces", "99");
        assertThat(obstacles(ALICE, sysctls).to(Namespace.USER))
                .containsExactly(
                        "kernel.unprivileged_userns_clone is 0: sysctl -w kernel.unprivileged_userns_clone=1",
                        "kernel.apparmor_restrict_unprivileged_userns is 1: sysctl -w"
                                + " kernel.apparmor_restrict_unprivileged_userns=0");
        assertThat(obstacles(ROOT, sysctls).to(Namespace.USER)).isEmpty();
        assertThat(obstacles(ROOT, sysctls).to(Namespace.NETWORK))
                .containsExactly("user.max_net_namespaces is 0: sysctl -w user.max_net_namespaces=15000");
        assertThat(obstacles(ROOT, Map.of("user.max_user_namespaces", "0")).adviceOr("else"))
                .isEqualTo("user.max_user_namespaces is 0: sysctl -w user.max_user_namespaces=15000");
        ProcessStatus filtered = new ProcessStatus("java", 0, 0, CapabilitySets.of(0), true, false);
        assertThat(obstacles(filtered, Map.of()).adviceOr("else")).contains("seccomp");
        assertThat(obstacles(ALICE, Map.of()).adviceOr("else")).isEqualTo("else");
    }
}
