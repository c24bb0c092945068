package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.MemoryHigh;
import io.lxc4j.cgroups.CgroupEvent.MemoryMax;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Origin;
import io.lxc4j.cgroups.CgroupEvent.OutOfMemory;
import io.lxc4j.cgroups.CgroupEvent.PidsMax;
import io.lxc4j.cgroups.CgroupEvent.Populated;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Events that a listener has not taken")
class PendingEventsTest {
    private static final Instant FIRST = Instant.ofEpochSecond(1);
    private static final Instant SECOND = Instant.ofEpochSecond(2);

    private final PendingEvents pending = new PendingEvents();

    private List<CgroupEvent> all() {
        List<CgroupEvent> all = new ArrayList<>();
        CgroupEvent event;
        while ((event = pending.take()) != null) {
            all.add(event);
        }
        return all;
    }

    private static OomKill kill(long pid) {
        return new OomKill(
                FIRST,
                1,
                Origin.SELF,
                Optional.of("/a/" + pid),
                Optional.of(new CgroupEvent.Victim(OptionalLong.of(pid), "x", "/a/" + pid)),
                "");
    }

    @Test
    @DisplayName("are added up by kind and limit, in the order in which the kinds came")
    void sums() {
        pending.add(new MemoryHigh(FIRST, 1, Origin.SELF));
        pending.add(new MemoryMax(FIRST, 2, Origin.SELF));
        pending.add(new MemoryHigh(FIRST, 3, Origin.BELOW));
        pending.add(new OutOfMemory(FIRST, 4, Origin.SELF));
        pending.add(new PidsMax(FIRST, 5, Origin.SELF));
        pending.add(new PidsMax(SECOND, 10, Origin.SELF));
        pending.add(new OutOfMemory(SECOND, 10, Origin.SELF));
        pending.add(new MemoryHigh(SECOND, 10, Origin.BELOW));
        pending.add(new MemoryMax(SECOND, 10, Origin.SELF));
        pending.add(new MemoryHigh(SECOND, 10, Origin.SELF));
        assertThat(all())
                .containsExactly(
                        new MemoryHigh(SECOND, 11, Origin.SELF),
                        new MemoryMax(SECOND, 12, Origin.SELF),
                        new MemoryHigh(SECOND, 13, Origin.BELOW),
                        new OutOfMemory(SECOND, 14, Origin.SELF),
                        new PidsMax(SECOND, 15, Origin.SELF));
    }

    @Test
    @DisplayName("end with what holds")
    void states() {
        for (int i = 0; i < 1000; i++) {
            pending.add(new Populated(FIRST));
            pending.add(new Emptied(FIRST));
        }
        pending.add(new Populated(SECOND));
        assertThat(all()).containsExactly(new Emptied(FIRST), new Populated(SECOND));
    }

    @Test
    @DisplayName("name each process that was ended, up to a number, and count all")
    void victims() {
        for (int pid = 1; pid <= 10_000; pid++) {
            pending.add(kill(pid));
        }
        List<CgroupEvent> all = all();
        assertThat(all).hasSize(PendingEvents.MOST_VICTIMS + 1).startsWith(kill(1), kill(2));
        OomKill rest = (OomKill) all.getLast();
        assertThat(rest.processes()).isEqualTo(10_000 - PendingEvents.MOST_VICTIMS);
        assertThat(rest.victim()).isEmpty();
        assertThat(rest.unknown()).isEqualTo("the listener takes events more slowly than they come");
    }
}
