package io.lxc4j.kernel;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made at its first use. Unlike that of a static initializer a failure is not for good: it reaches the
 * caller as it is, and the next use tries again.
 *
 * <p>Thread-safe; the value is made once.
 *
 * @param <T> the type of the value
 */
public final class Lazy<T> {
    private final Supplier<T> maker;
    private volatile @Nullable T value;

    /**
     * Nothing yet.
     *
     * @param maker makes the value, called until it succeeds
     */
    public Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    /**
     * The value, made if there is none yet.
     *
     * @return always the same
     * @throws RuntimeException as the maker has it
     */
    public T get() {
        T known = value;
        return known == null ? make() : known;
    }

    private synchronized T make() {
        T known = value;
        if (known == null) {
            known = maker.get();
            value = known;
        }
        return known;
    }
}
