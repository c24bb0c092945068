package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A lease of ids")
class IdLeaseTest {
    private final AtomicInteger givenBack = new AtomicInteger();
    private final IdLease lease =
            new IdLease(new MappedIds(new IdMaps(List.of(), List.of(), false), 0, 0), givenBack::incrementAndGet);

    @Test
    void is_given_back_once_with_its_last_share() {
        IdLease share = lease.share();
        lease.close();
        lease.close();
        assertThat(givenBack).hasValue(0);
        IdLease another = share.share();
        share.close();
        another.close();
        another.close();
        assertThat(givenBack).hasValue(1);
    }

    @Test
    void that_was_given_back_has_no_more_shares() {
        lease.close();
        assertThatExceptionOfType(ContainerException.class).isThrownBy(lease::share);
        assertThat(givenBack).hasValue(1);
    }
}
