package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.testing.Requirement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

@DisplayName("The network of a cgroup")
@Timeout(120)
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

    private static final String PREPARED =
            "system('ip link set lo up') == 0 or die; <STDIN>; use Socket; my $a = sockaddr_in(4711, INADDR_LOOPBACK);";

    /** Sends to itself for ever. */
    private static final String TCP = PREPARED
            + " socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, $a) or die; listen($l, 1);"
            + " if (fork == 0) { accept(my $c, $l); while (sysread($c, my $b, 1 << 20)) {} exit }"
            + " socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $a) or die;"
            + " while (syswrite($s, 'x' x 60000)) {}";

    private static final String UDP = PREPARED
            + " socket(my $r, PF_INET, SOCK_DGRAM, 0); bind($r, $a) or die;"
            + " if (fork == 0) { while (1) { recv($r, my $b, 65536, 0) } }"
            + " socket(my $s, PF_INET, SOCK_DGRAM, 0);"
            + " while (1) { send($s, 'x' x 60000, 0, $a) or die $!; select(undef, undef, undef, 0.0001) }";

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
            assertThat(cgroup.stats().network()).hasValue(new NetworkStats(0, 0, 0, 0, 0));
            send(child);
            long bytes = PACKETS * (BYTES + HEADERS);
            assertThat(cgroup.stats().network()).hasValue(new NetworkStats(PACKETS, bytes, PACKETS, bytes, 0));
            cgroup.update(Limits.builder().countNetwork().build());
            assertThat(cgroup.stats().network())
                    .as("goes on counting")
                    .hasValue(new NetworkStats(PACKETS, bytes, PACKETS, bytes, 0));
            assertThat(cgroup.stats().toString()).contains("network: NetworkStats[receivedPackets=" + PACKETS);
            assertThat(child.stats().network()).isEmpty();
        }
    }

    /** The bytes that are received in a second, after what may be sent at once. */
    private static double rate(Cgroup cgroup, long most) throws Exception {
        long before = received(cgroup);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> received(cgroup) > before + most);
        CgroupStats first = cgroup.stats();
        Thread.sleep(3000);
        CgroupStats second = cgroup.stats();
        long bytes = second.network().orElseThrow().receivedBytes()
                - first.network().orElseThrow().receivedBytes();
        return bytes * 1e9 / second.elapsed(first).toNanos();
    }

    private static long received(Cgroup cgroup) {
        return cgroup.stats().network().orElseThrow().receivedBytes();
    }

    private static void checkRates(String script) throws Exception {
        int[] rates = {1_000_000, 8_000_000};
        Process process = new ProcessBuilder("unshare", "--net", "perl", "-e", script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Cgroup cgroup = Cgroup.create("rate", limit(ByteSize.bytes(rates[0])))) {
            cgroup.add(process.pid());
            process.outputWriter().append('\n').flush();
            for (int rate : rates) {
                cgroup.update(limit(ByteSize.bytes(rate)));
                double measured = rate(cgroup, rate);
                System.out.printf("sent of %d bytes per second: %.0f%n", rate, measured);
                assertThat(measured).isCloseTo(rate, Percentage.withPercentage(15));
            }
            assertThat(cgroup.stats().network().orElseThrow().sentDrops()).isPositive();
            cgroup.update(limit(ByteSize.UNLIMITED));
            assertThat(rate(cgroup, rates[1])).as("unlimited").isGreaterThan(2 * rates[1]);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Limits limit(ByteSize rate) {
        return Limits.builder().networkSendMax(rate).build();
    }

    @Test
    @DisplayName("is limited to a rate, changed and unlimited while TCP sends")
    void tcp_sends() throws Exception {
        checkRates(TCP);
    }

    @Test
    @DisplayName("is limited to a rate for UDP, which sees no error")
    void udp_sends() throws Exception {
        checkRates(UDP);
    }

    @Test
    @DisplayName("has no rate below 1 KiB a second")
    void too_slow() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Limits.builder().networkSendMax(ByteSize.bytes(1023)))
                .withMessage("networkSendMax(1023 bytes): it must be at least 1 KiB");
        assertThat(limit(ByteSize.kibibytes(1))).hasToString("[network.send.max = 1024 bytes per second]");
        assertThat(limit(ByteSize.UNLIMITED)).hasToString("[network.send.max = max]");
    }

    @Test
    @DisplayName("leaves no descriptor, program or array behind")
    void nothing_is_left() throws Exception {
        Limits counting = Limits.builder()
                .countNetwork()
                .networkSendMax(ByteSize.mebibytes(1))
                .build();
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
