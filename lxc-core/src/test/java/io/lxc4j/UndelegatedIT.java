package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.testing.Requirement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("An ordinary user without a cgroup of its own")
@Timeout(60)
class UndelegatedIT {
    private static final Limits FEW = Limits.builder().pidsMax(10).build();

    @BeforeAll
    static void needs_such_a_user() {
        Assumptions.assumeTrue(
                ProcessStatus.ofThisProcess().uid() != 0
                        && !Requirement.CGROUPS.problem().isEmpty(),
                "needs an ordinary user to whom no cgroup is delegated");
        Requirement.USER_NAMESPACES.assume();
    }

    private static void assertTold(ThrowingCallable limiting) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(limiting)
                .withMessageContaining("that this user may write to")
                .withMessageContaining("systemd-run --user --scope --property=Delegate=yes COMMAND");
    }

    @Test
    @DisplayName("is told how to get one when it makes one with limits")
    void cgroup() {
        assertTold(() -> Cgroup.create("mine", FEW).close());
    }

    @Test
    @DisplayName("is told so when it limits a container, of which nothing is left")
    void limited_container() throws Exception {
        HostState before = HostState.warm();
        assertTold(() -> Container.builder().limits(FEW).command("true").start().close());
        before.assertUnchanged();
    }

    @Test
    @DisplayName("has containers without limits")
    void container() {
        assertThat(Cgroup.isAvailable()).isFalse();
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            assertThat(container.cgroup()).isEmpty();
        }
    }
}
