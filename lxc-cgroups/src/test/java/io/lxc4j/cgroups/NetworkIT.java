package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.Requirement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

@DisplayName("The network of a cgroup")
@Timeout(60)
class NetworkIT {
    private static final int PACKETS = 1000;
    private static final int BYTES = 500;
    private static final int HEADERS = 28;

    /** In a network of its own: sends packets to itself over the loopback device, of which it takes all in. */
    private static final String SEND = "system('ip link set lo up') == 0 or die; <STDIN>;"
            + " use Socket; socket(my $r, PF_INET, SOCK_DGRAM, 0); bind($r, sockaddr_in(4711, INADDR_LOOPBACK)) or die;"
            + " socket(my $s, PF_INET, SOCK_DGRAM, 0);"
            + " for (1 .. " + PACKETS + ") { send($s, 'x' x " + BYTES
            + ", 0, sockaddr_in(4711, INADDR_LOOPBACK)) or die; recv($r, my $b, 1000, 0); } print 'done'";

    @BeforeEach
    void require() {
        Requirement.ROOT.assume();
        if (!CgroupPrograms.have(Programmed.NETWORK)
                || CgroupPlaces.find(CgroupLayout.detect()).unified().isEmpty()) {
            throw new TestAbortedException("needs cgroup version 2 and programs: " + CgroupPrograms.obstacle());
        }
    }

    private static void send(Cgroup cgroup) throws Exception {
        Process process = new ProcessBuilder("unshare", "--net", "perl", "-e", SEND)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            cgroup.add(process.pid());
            process.outputWriter().append('\n').flush();
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("done");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @DisplayName("is counted from the time on when that is asked for, packets and bytes, with what is below it")
    void counted() throws Exception {
        try (Cgroup cgroup = Cgroup.create("counted", Limits.none());
                Cgroup child = cgroup.createChild("child", Limits.none())) {
            assertThat(cgroup.stats().network()).isEmpty();
            cgroup.update(Limits.builder().countNetwork().build());
            assertThat(cgroup.stats().network()).hasValue(new NetworkStats(0, 0, 0, 0));
            send(child);
            long bytes = PACKETS * (BYTES + HEADERS);
            assertThat(cgroup.stats().network()).hasValue(new NetworkStats(PACKETS, bytes, PACKETS, bytes));
            cgroup.update(Limits.builder().countNetwork().build());
            assertThat(cgroup.stats().network())
                    .as("goes on counting")
                    .hasValue(new NetworkStats(PACKETS, bytes, PACKETS, bytes));
            assertThat(cgroup.stats().toString()).contains("network: NetworkStats[receivedPackets=" + PACKETS);
            assertThat(child.stats().network()).isEmpty();
        }
    }

    @Test
    @DisplayName("leaves no descriptor, program or array behind")
    void nothing_is_left() throws Exception {
        Limits counting = Limits.builder().countNetwork().build();
        Cgroup.create("network", counting).close();
        Programs.awaitRest();
        int programs = Programs.count();
        int descriptors = Programs.descriptors();
        for (int run = 0; run < 100; run++) {
            Cgroup.create("network", counting).close();
        }
        assertThat(Programs.descriptors()).isEqualTo(descriptors);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Programs.count()).isLessThanOrEqualTo(programs));
    }
}
