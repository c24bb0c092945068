package io.lxc4j;

/**
 * Decides on system calls of a container's processes, in this JVM, while they wait. Called by a virtual thread for each call, so
 * by several at once.
 *
 * @see ContainerBuilder#onSystemCall
 */
@FunctionalInterface
public interface SystemCallHandler {
    /**
     * Decides on a call. What it throws is logged, and the call fails with {@code EIO}; with {@code EFAULT} if the call's own
     * addresses were bad.
     *
     * @param container the container that the call comes from
     * @param call the call
     * @return what the call gives
     * @throws Exception if it can't decide
     */
    SystemCallAnswer handle(Container container, SystemCall call) throws Exception;
}
