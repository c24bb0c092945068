package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The reactor")
class ReactorTest {
    private final Fd[] pipe = Kernel.pipe("watched");
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @AfterEach
    void closePipe() {
        pipe[0].close();
        pipe[1].close();
    }

    private void write() {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(Kernel.tryCall(
                            Sys.WRITE, pipe[1].number(), arena.allocate(1).address(), 1))
                    .isEqualTo(1);
        }
    }

    private String next() throws InterruptedException {
        String event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).as("an event within 30 seconds").isNotNull();
        return event;
    }

    /** Has the reactor handle another event, so that what was pending before has been handled. */
    private static void passARound() throws InterruptedException {
        Fd[] other = Kernel.pipe("round");
        BlockingQueue<String> done = new LinkedBlockingQueue<>();
        try (Fd in = other[0];
                Fd _ = other[1]) {
            for (int i = 0; i < 2; i++) {
                Reactor.Watch watch = Reactor.shared().watch(other[1], Constants.EPOLLOUT, () -> done.add("done"));
                watch.arm();
                assertThat(done.poll(30, TimeUnit.SECONDS)).isEqualTo("done");
                watch.cancel();
            }
            assertThat(in.isOpen()).isTrue();
        }
    }

    @Test
    void calls_the_handler_once_for_each_time_it_is_armed() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared()
                .watch(
                        pipe[0],
                        Constants.EPOLLIN,
                        () -> events.add(Thread.currentThread().getName()));
        write();
        passARound();
        assertThat(events).as("not armed yet").isEmpty();
        watch.arm();
        assertThat(next()).isEqualTo("lxc4j-reactor");
        write();
        passARound();
        assertThat(events).as("not armed again").isEmpty();
        watch.arm();
        next();
        watch.cancel();
    }

    @Test
    void waits_until_the_descriptor_is_ready() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared().watch(pipe[0], Constants.EPOLLIN, () -> events.add("ready"));
        watch.arm();
        passARound();
        assertThat(events).isEmpty();
        write();
        assertThat(next()).isEqualTo("ready");
        watch.cancel();
    }

    @Test
    void reports_a_hang_up_too() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared().watch(pipe[0], Constants.EPOLLIN, () -> events.add("hung up"));
        watch.arm();
        pipe[1].close();
        assertThat(next()).isEqualTo("hung up");
        watch.cancel();
    }

    @Test
    void forgets_a_watch_that_is_cancelled_and_takes_it_on_again() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared().watch(pipe[0], Constants.EPOLLIN, () -> events.add("ready"));
        watch.cancel();
        watch.arm();
        watch.cancel();
        watch.cancel();
        write();
        passARound();
        assertThat(events).isEmpty();
        watch.arm();
        assertThat(next()).isEqualTo("ready");
        watch.cancel();
    }

    @Test
    void survives_a_handler_that_throws() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared().watch(pipe[0], Constants.EPOLLIN, () -> {
            events.add("thrown");
            throw new IllegalStateException("this is what the test wants to see logged");
        });
        write();
        watch.arm();
        assertThat(next()).isEqualTo("thrown");
        passARound();
        watch.arm();
        assertThat(next()).isEqualTo("thrown");
        watch.cancel();
    }

    @Test
    void reports_each_time_that_a_descriptor_becomes_ready_where_edges_are_watched() throws InterruptedException {
        Reactor.Watch watch = Reactor.shared().watchEdges(pipe[0], Constants.EPOLLIN, _ -> events.add("edge"));
        watch.arm();
        for (int i = 0; i < 3; i++) {
            write();
            assertThat(next()).isEqualTo("edge");
            passARound();
            assertThat(events).as("what was not read is not reported again").isEmpty();
        }
        watch.cancel();
        write();
        passARound();
        assertThat(events).isEmpty();
    }
}
