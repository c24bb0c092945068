package io.lxc4j.cgroups;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of a user, whose failures are logged: the first as a warning, as what makes it fail may be chosen by who is watched, and
 * shall not fill the log. Thread-safe.
 *
 * @param <T> what it is told
 */
final class Listener<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private final String cgroup;
    private final Consumer<? super T> consumer;
    private final AtomicBoolean warned = new AtomicBoolean();

    Listener(String cgroup, Consumer<? super T> consumer) {
        this.cgroup = cgroup;
        this.consumer = consumer;
    }

    void tell(T news) {
        try {
            consumer.accept(news);
        } catch (RuntimeException | Error e) {
            if (warned.getAndSet(true)) {
                LOG.debug("a listener of the cgroup {} failed again", cgroup, e);
            } else {
                LOG.warn(
                        "a listener of the cgroup {} failed; it is told what comes next all the same. Further failures"
                                + " are logged at debug",
                        cgroup,
                        e);
            }
        }
    }
}
