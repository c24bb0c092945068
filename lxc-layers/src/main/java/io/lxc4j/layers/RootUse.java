package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What one container has of its root file system for itself, from before it is launched until it has ended. Most roots can serve any
 * number of containers and have nothing of the kind. Thread-safe.
 */
public abstract class RootUse implements AutoCloseable, LongConsumer {
    RootUse() {}

    /**
     * Of a root that has nothing for one container alone.
     *
     * @param root the root
     * @return its use
     */
    public static RootUse of(RootFileSystem root) {
        return new RootUse() {
            @Override
            public RootFileSystem root() {
                return root;
            }

            @Override
            public void accept(long pid) {}

            @Override
            public void ended() {}

            @Override
            public void close() {}
        };
    }

    /**
     * The root of this container.
     *
     * @return what is planned with
     */
    public abstract RootFileSystem root();

    /**
     * Is told of the container's process before that begins to make its file tree.
     *
     * @param pid the process, as this JVM sees it
     */
    @Override
    public abstract void accept(long pid);

    /** Is told that the container has ended: gives back what takes no time. */
    public abstract void ended();

    /** Gives back everything, after the container has ended, or if it was not launched; a second call does nothing. */
    @Override
    public abstract void close();

    /**
     * Makes an image of the container's files. Nothing may write to them meanwhile.
     *
     * @param message what has changed; may be empty
     * @param reference the name of the new image
     * @return the image
     * @throws InvalidSpecificationException if what is written vanishes with the container, where this JVM can't read it
     */
    public Image commit(String message, String reference) {
        throw unreadable("committing");
    }

    /**
     * Compares the container's files with its image's. Nothing may write to them meanwhile.
     *
     * @return the changes
     * @throws InvalidSpecificationException if what is written vanishes with the container, where this JVM can't read it
     */
    public List<Change> changes() {
        throw unreadable("comparing");
    }

    private InvalidSpecificationException unreadable(String doing) {
        return new InvalidSpecificationException(
                doing + " a container with the root " + root() + ": what it writes is in memory of its own, or"
                        + " nowhere; start it with the root of a writable"
                        + " layer (LayerStore.createWritable) or"
                        + " Image.temporaryRoot()");
    }
}
