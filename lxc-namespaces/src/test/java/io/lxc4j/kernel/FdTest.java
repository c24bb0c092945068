package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class FdTest {
    private static boolean open(int number) {
        return Kernel.tryCall(Sys.FCNTL, number, 1) >= 0; // F_GETFD
    }

    @Test
    void is_closed_once_and_then_has_no_number() {
        Fd fd = Kernel.open("/dev/null", Constants.O_RDONLY, 0);
        int number = fd.number();
        assertThat(fd).hasToString("fd " + number + " (/dev/null)");
        assertThat(fd.isOpen()).isTrue();
        assertThat(open(number)).isTrue();
        fd.close();
        assertThat(open(number)).isFalse();
        assertThat(fd.isOpen()).isFalse();
        assertThat(fd).hasToString("closed fd (/dev/null)");
        assertThatIllegalStateException().isThrownBy(fd::number).withMessage("already closed: /dev/null");
    }

    /**
     * A second close could hit a file that got the number meanwhile. Here each thread has a descriptor table of its own,
     * in which the number is open, so every close is seen.
     */
    @Test
    void racing_threads_close_it_exactly_once() throws Exception {
        int rounds = 1_000;
        Fd[] raced = new Fd[rounds];
        Arrays.setAll(raced, _ -> new Fd(900, "raced"));
        AtomicIntegerArray closed = new AtomicIntegerArray(rounds);
        AtomicInteger arrivals = new AtomicInteger();
        try (Fd file = Kernel.open("/dev/null", Constants.O_RDONLY, 0);
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                threads.add(executor.submit(() -> {
                    try {
                        assertThat(Kernel.tryCall(Sys.UNSHARE, Constants.CLONE_FILES.value()))
                                .isZero();
                        for (int round = 0; round < rounds; round++) {
                            Kernel.replace(file.number(), 900);
                            arrivals.incrementAndGet();
                            while (arrivals.get() < 2 * (round + 1)) {
                                Thread.onSpinWait();
                            }
                            raced[round].close();
                            if (!open(900)) {
                                closed.incrementAndGet(round);
                            }
                        }
                    } finally {
                        arrivals.addAndGet(2 * rounds); // a thread that fails must not keep the other waiting
                    }
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        }
        for (int round = 0; round < rounds; round++) {
            assertThat(closed.get(round)).as("closes in round %s", round).isEqualTo(1);
        }
    }

    @Test
    void descriptors_that_are_made_close_on_exec() throws java.io.IOException {
        Fd[] pipe = Kernel.pipe("data");
        Fd[] sockets = Kernel.socketPair("messages");
        try (Fd a = pipe[0];
                Fd b = pipe[1];
                Fd c = sockets[0];
                Fd d = sockets[1];
                Fd e = Kernel.duplicate(a.number(), 40, "duplicate");
                Fd f = Kernel.open("/dev/null", Constants.O_RDONLY, 0)) {
            assertThat(e.number()).isGreaterThanOrEqualTo(40);
            assertThat(a).hasToString("fd " + a.number() + " (data, read end)");
            assertThat(b).hasToString("fd " + b.number() + " (data, write end)");
            Kernel.replace(b.number(), f.number());
            for (Fd fd : List.of(a, b, c, d, e, f)) {
                assertThat(Kernel.tryCall(Sys.FCNTL, fd.number(), 1))
                        .as("F_GETFD of %s", fd)
                        .isEqualTo(1);
            }
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + f.number()))
                            .toString())
                    .startsWith("pipe:");
        }
    }
}
