package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.IdMaps.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The pool of ids")
class IdPoolTest {
    private static final long MOST_NANOS = 2_000;

    @TempDir
    Path directory;

    private FakeHost host;

    @BeforeEach
    void makeHost() {
        host = new FakeHost(directory);
    }

    private static long uid(IdLease lease) {
        return lease.ids().maps().uids().getFirst().outside();
    }

    private static List<Range> gids(IdLease lease) {
        return lease.ids().maps().gids();
    }

    private static String refused(IdHost host, IdMapping mapping) {
        try (IdLease lease = host.lease(mapping)) {
            throw new AssertionError(lease.toString());
        } catch (HostUnsupportedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void gives_ten_thousand_containers_ids_that_do_not_overlap_and_opens_one_file() throws IOException {
        IdHost jvm = host.of(FakeHost.root());
        jvm.lease(IdMapping.isolated()).close();
        long descriptors = descriptors();
        List<IdLease> leases = new ArrayList<>();
        Set<Long> firsts = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            IdLease lease = jvm.lease(IdMapping.isolated());
            leases.add(lease);
            firsts.add(uid(lease));
            assertThat((uid(lease) - 1_000_000) % 65_536).isZero();
            assertThat(gids(lease)).isEqualTo(lease.ids().maps().uids());
        }
        assertThat(firsts).hasSize(10_000);
        assertThat(descriptors()).isEqualTo(descriptors);
        leases.forEach(IdLease::close);
        assertThat(host.locks().path().getParent().toFile().list()).containsExactly("ranges");
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).endsWith("ranges");
                        } catch (IOException _) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void gives_out_again_what_came_back_last() {
        IdHost jvm = host.of(FakeHost.root());
        IdLease first = jvm.lease(IdMapping.isolated());
        IdLease second = jvm.lease(IdMapping.isolated());
        second.close();
        second.close();
        try (IdLease third = jvm.lease(IdMapping.isolated());
                IdLease fourth = jvm.lease(IdMapping.isolated())) {
            assertThat(uid(third)).isEqualTo(uid(second));
            assertThat(uid(fourth)).as("a second close gives nothing back").isNotIn(uid(first), uid(third));
        }
    }

    @Test
    void keeps_what_came_back_from_other_jvms_until_it_is_gone() {
        IdLocks locks = host.locks();
        IdPool one = new IdPool(
                FakeHost.root(), SubordinateFile.ofUsers(directory), SubordinateFile.ofGroups(directory), locks);
        IdHost other = host.of(FakeHost.root());
        IdLease lease = one.lease(IsolatedIds.USUAL);
        lease.close();
        try (IdLease next = other.lease(IdMapping.isolated())) {
            assertThat(uid(next)).isEqualTo(uid(lease) + 65_536);
        }
        locks.close();
        try (IdLease last = host.of(FakeHost.root()).lease(IdMapping.isolated())) {
            assertThat(uid(last)).isEqualTo(uid(lease));
        }
    }

    @Test
    void never_gives_two_jvms_overlapping_ids_whatever_the_number() {
        IdHost one = host.ids("root:0:1000", "root:5000:1000").of(FakeHost.root());
        IdHost other = host.of(FakeHost.root());
        Set<Long> taken = new HashSet<>();
        long[] counts = {300, 70, 1, 128};
        for (int i = 0; i < 12; i++) {
            IdLease lease = (i % 2 == 0 ? one : other).lease(IdMapping.isolated(counts[i % counts.length]));
            Range range = lease.ids().maps().uids().getFirst();
            for (long id = range.outside(); id < range.outside() + range.count(); id++) {
                assertThat(taken.add(id)).as("%s of %s", id, lease).isTrue();
            }
        }
    }

    @Test
    void lets_few_ids_lie_idle_so_that_another_jvm_is_not_left_without() {
        IdHost one = host.ids("alice:100000:65536").of(FakeHost.alice());
        IdHost other = host.of(FakeHost.alice());
        one.lease(IdMapping.isolated()).close();
        other.lease(IdMapping.isolated()).close();
        one.lease(IdMapping.isolated()).close();
    }

    @Test
    void gives_up_idle_ids_of_another_length_when_they_are_in_the_way() {
        IdHost jvm = host.ids("alice:100000:16000").of(FakeHost.alice());
        jvm.lease(IdMapping.isolated(1000)).close();
        jvm.lease(IdMapping.isolated(16_000)).close();
    }

    @Test
    void says_who_has_the_ids_when_none_are_left() {
        IdHost one = host.ids("alice:100000:3000").of(FakeHost.alice());
        IdHost other = host.of(FakeHost.alice());
        IdMapping mapping = IdMapping.isolated(1000);
        one.lease(mapping);
        one.lease(mapping);
        IdLease third = other.lease(mapping);
        assertThat(refused(one, mapping))
                .contains(
                        "none of the 3 ranges of 1000 ids that the user alice has in ",
                        "containers of this JVM have 2, other processes 1 (those that have "
                                + host.locks().path() + " open)",
                        "isolated(COUNT)",
                        "usermod --add-subuids 103000-168535 alice");
        third.close();
        one.lease(mapping).close();
    }

    @Test
    void sees_that_a_user_was_given_more() {
        IdHost jvm = host.ids("alice:100000:1000").of(FakeHost.alice());
        IdMapping mapping = IdMapping.isolated(1000);
        try (IdLease first = jvm.lease(mapping)) {
            assertThat(refused(jvm, mapping)).contains("none of the 1 ranges");
            host.ids("alice:100000:1000", "alice:300000:1000");
            try (IdLease second = jvm.lease(mapping)) {
                assertThat(uid(first)).isEqualTo(100_000);
                assertThat(uid(second)).isEqualTo(300_000);
            }
        }
    }

    @Test
    void gives_each_of_many_threads_its_own() throws Exception {
        IdHost jvm = host.of(FakeHost.root());
        Set<Long> inUse = ConcurrentHashMap.newKeySet();
        List<Future<Integer>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int thread = 0; thread < 8; thread++) {
                outcomes.add(threads.submit(() -> {
                    int clashes = 0;
                    for (int i = 0; i < 2000; i++) {
                        try (IdLease lease = jvm.lease(IdMapping.isolated())) {
                            clashes += inUse.add(uid(lease)) ? 0 : 1;
                            LockSupport.parkNanos(1000);
                            inUse.remove(uid(lease));
                        }
                    }
                    return clashes;
                }));
            }
        }
        for (Future<Integer> outcome : outcomes) {
            assertThat(outcome.get()).isZero();
        }
    }

    @Test
    void takes_at_most_two_microseconds_once_it_is_warm() {
        IdHost jvm = host.of(FakeHost.root());
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 50 && best > MOST_NANOS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < 5000; i++) {
                jvm.lease(IdMapping.isolated()).close();
            }
            best = Math.min(best, (System.nanoTime() - start) / 5000);
        }
        assertThat(best).as("nanoseconds").isLessThanOrEqualTo(MOST_NANOS);
    }

    @Test
    void fails_where_the_lock_file_is_a_link() throws IOException {
        Path file = host.locks().path();
        Files.createDirectories(file.getParent());
        Files.createSymbolicLink(file, directory.resolve("elsewhere"));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> host.of(FakeHost.root()).lease(IdMapping.isolated()))
                .withMessageContainingAll("opening the locks of ids", "ELOOP", file.toString());
        assertThat(directory.resolve("elsewhere")).doesNotExist();
    }
}
