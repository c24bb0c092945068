package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A lazy value")
class LazyTest {
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    @DisplayName("is made at its first use, and once")
    void is_made_once() throws Exception {
        Lazy<Integer> lazy = new Lazy<>(() -> {
            LockSupport.parkNanos(1_000_000);
            return calls.incrementAndGet();
        });
        assertThat(calls).hasValue(0);
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> values = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                values.add(executor.submit(() -> {
                    go.await();
                    return lazy.get();
                }));
            }
            go.countDown();
            for (Future<Integer> value : values) {
                assertThat(value.get()).isEqualTo(1);
            }
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    @DisplayName("that can't be made says why, and is tried again")
    void is_tried_again() {
        Lazy<String> lazy = new Lazy<>(() -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("no descriptors left");
            }
            return "made";
        });
        assertThatThrownBy(lazy::get).isExactlyInstanceOf(IllegalStateException.class);
        assertThat(lazy.get()).isEqualTo("made");
        assertThat(calls).hasValue(2);
    }
}
