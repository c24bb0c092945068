package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The clock of the reactor")
class ClockTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final BlockingQueue<String> rung = new LinkedBlockingQueue<>();

    private String next() throws InterruptedException {
        String name = rung.poll(30, TimeUnit.SECONDS);
        assertThat(name).as("an alarm within 30 seconds").isNotNull();
        return name;
    }

    private Runnable ring(String name) {
        return () -> rung.add(name);
    }

    @Test
    @DisplayName("rings each alarm once, not before its time, in the order of their times, on the reactor's thread")
    void once() throws InterruptedException {
        long start = System.nanoTime();
        Clock.shared().after(Duration.ofMillis(300), ring("late"));
        Clock.shared().after(NEVER, ring("never")).cancel();
        Clock.shared()
                .after(
                        Duration.ofMillis(100),
                        () -> rung.add(Thread.currentThread().getName()));
        Clock.shared().after(Duration.ZERO, ring("at once"));
        assertThat(next()).isEqualTo("at once");
        assertThat(next()).isEqualTo("lxc4j-reactor");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(100_000_000);
        assertThat(next()).isEqualTo("late");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000);
        assertThat(rung).isEmpty();
    }

    @Test
    @DisplayName("rings again and again until it is told to stop, also by who is called")
    void again() throws InterruptedException {
        Clock.Alarm[] own = new Clock.Alarm[1];
        synchronized (own) {
            own[0] = Clock.shared().every(Duration.ofMillis(5), () -> {
                rung.add("own");
                synchronized (own) {
                    own[0].cancel();
                }
            });
        }
        assertThat(next()).isEqualTo("own");
        Clock.Alarm alarm = Clock.shared().every(Duration.ofMillis(5), ring("again"));
        long start = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            assertThat(next()).isEqualTo("again");
        }
        assertThat(System.nanoTime() - start).isGreaterThan(9 * 4_000_000L);
        alarm.cancel();
        alarm.cancel();
        rung.clear();
        Clock.shared().after(Duration.ofMillis(50), ring("end"));
        String last = next();
        while (!last.equals("end")) {
            assertThat(last).as("one that was under way").isEqualTo("again");
            last = next();
        }
        assertThat(rung).isEmpty();
    }

    @Test
    @DisplayName("goes on after a handler has failed")
    void failure() throws InterruptedException {
        Clock.shared().after(Duration.ZERO, () -> {
            throw new IllegalStateException("as the test wants it");
        });
        Clock.Alarm alarm = Clock.shared().every(Duration.ofMillis(1), ring("on"));
        assertThat(next()).isEqualTo("on");
        assertThat(next()).isEqualTo("on");
        alarm.cancel();
    }

    @Test
    @DisplayName("does not make up for times that were missed")
    void missed() throws InterruptedException {
        Clock.shared().after(Duration.ZERO, () -> {
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            rung.add("slept");
        });
        Clock.Alarm alarm = Clock.shared().every(Duration.ofMillis(10), ring("tick"));
        assertThat(next()).isEqualTo("slept");
        Clock.shared().after(Duration.ofMillis(1), ring("end"));
        int ticks = 0;
        while (!next().equals("end")) {
            ticks++;
        }
        alarm.cancel();
        assertThat(ticks).isLessThan(10);
    }
}
