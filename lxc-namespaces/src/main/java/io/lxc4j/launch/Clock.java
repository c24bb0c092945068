package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Sys;
import io.lxc4j.kernel.TimerSetting;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls handlers at times, by the reactor: one {@code timerfd(2)} serves all alarms of this JVM.
 *
 * <p>Thread-safe. Handlers run on the reactor's thread, so they must not wait for anything.
 */
public final class Clock {
    private static final Logger LOG = LoggerFactory.getLogger(Clock.class);
    private static final Constant FLAGS = Constant.or(Constants.TFD_CLOEXEC, Constants.TFD_NONBLOCK);
    private static final int COUNT_BYTES = 8;
    private static final Lazy<Clock> SHARED = new Lazy<>(Clock::new);

    private final Fd timer;
    private final Reactor.Watch watch;
    private final long start = System.nanoTime();
    private final NavigableSet<Alarm> alarms = new TreeSet<>(
            Comparator.comparingLong((Alarm alarm) -> alarm.due).thenComparingLong(alarm -> alarm.number));
    private long numbers;

    private Clock() {
        timer = new Fd(
                (int) Kernel.check(
                        Kernel.tryCall(Sys.TIMERFD_CREATE, Constants.CLOCK_MONOTONIC.value(), FLAGS.value()),
                        Sys.TIMERFD_CREATE,
                        "CLOCK_MONOTONIC, " + FLAGS.name()),
                "timer of the reactor");
        watch = Reactor.shared().watch(timer, Constants.EPOLLIN, this::ring);
        watch.arm();
    }

    /**
     * The clock of this JVM, started at its first use.
     *
     * @return the one clock
     */
    public static Clock shared() {
        return SHARED.get();
    }

    /**
     * Has a handler called once.
     *
     * @param delay how long from now, from zero
     * @param handler called on the reactor's thread
     * @return the alarm
     */
    public Alarm after(Duration delay, Runnable handler) {
        return add(delay.toNanos(), 0, handler);
    }

    /**
     * Has a handler called again and again, until the alarm is cancelled. A time that was missed is not made up for.
     *
     * @param interval how long from now to the first time and from one to the next, at least 1 ms
     * @param handler called on the reactor's thread
     * @return the alarm
     */
    public Alarm every(Duration interval, Runnable handler) {
        return add(interval.toNanos(), interval.toNanos(), handler);
    }

    private synchronized Alarm add(long delay, long interval, Runnable handler) {
        Alarm alarm = new Alarm(now() + delay, ++numbers, interval, handler);
        alarms.add(alarm);
        if (alarms.first().equals(alarm)) {
            set(delay);
        }
        return alarm;
    }

    private long now() {
        return System.nanoTime() - start;
    }

    private void set(long delay) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment setting = arena.allocate(TimerSetting.SIZE, 8);
            TimerSetting.set(setting, Duration.ofNanos(Math.max(1, delay)));
            Kernel.check(
                    Kernel.tryCall(Sys.TIMERFD_SETTIME, timer.number(), 0, setting.address(), 0),
                    Sys.TIMERFD_SETTIME,
                    () -> timer + ", 0, " + delay + " ns");
        }
    }

    private void ring() {
        due().forEach(Alarm::call);
        watch.arm();
    }

    private synchronized List<Alarm> due() {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.tryCall(Sys.READ, timer.number(), arena.allocate(COUNT_BYTES).address(), COUNT_BYTES);
        }
        List<Alarm> due = new ArrayList<>();
        long now = now();
        while (!alarms.isEmpty() && alarms.first().due <= now) {
            due.add(alarms.removeFirst());
        }
        for (Alarm alarm : due) {
            if (alarm.interval > 0) {
                alarm.due += ((now - alarm.due) / alarm.interval + 1) * alarm.interval;
                alarms.add(alarm);
            }
        }
        if (!alarms.isEmpty()) {
            set(alarms.first().due - now);
        }
        return due;
    }

    private synchronized void remove(Alarm alarm) {
        alarms.remove(alarm);
    }

    /** A time, or times, at which a handler is called. */
    public final class Alarm {
        private long due;
        private final long number;
        private final long interval;
        private final Runnable handler;

        private Alarm(long due, long number, long interval, Runnable handler) {
            this.due = due;
            this.number = number;
            this.interval = interval;
            this.handler = handler;
        }

        private void call() {
            try {
                handler.run();
            } catch (RuntimeException | Error e) {
                LOG.error("the handler of an alarm failed", e);
            }
        }

        /** Ends it; the handler may still be running, or about to. A second call does nothing. */
        public void cancel() {
            remove(this);
        }
    }
}
