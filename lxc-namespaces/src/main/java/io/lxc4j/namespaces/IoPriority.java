package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.launch.ParentOperation;

/**
 * How a process's reads and writes of disks stand to those of others, where the disk's I/O scheduler looks at it.
 * Immutable and thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/ioprio_set.2.html">ioprio_set(2)</a>
 */
public final class IoPriority {
    private static final int LOWEST_LEVEL = 7;

    private final ParentOperation.SetIoPriority operation;

    private IoPriority(Constant ioClass, int level) {
        if (level < 0 || level > LOWEST_LEVEL) {
            throw new InvalidSpecificationException(
                    "I/O priority level " + level + ": it must be 0, the highest, to " + LOWEST_LEVEL);
        }
        operation = new ParentOperation.SetIoPriority(ioClass, level);
    }

    /**
     * Before all that is not real-time; needs CAP_SYS_NICE or CAP_SYS_ADMIN.
     *
     * @param level 0, the highest, to 7
     * @return the priority
     * @throws InvalidSpecificationException if the level is another
     */
    public static IoPriority realTime(int level) {
        return new IoPriority(Constants.IOPRIO_CLASS_RT, level);
    }

    /**
     * What processes usually have, with a level that follows from their nice value.
     *
     * @param level 0, the highest, to 7
     * @return the priority
     * @throws InvalidSpecificationException if the level is another
     */
    public static IoPriority bestEffort(int level) {
        return new IoPriority(Constants.IOPRIO_CLASS_BE, level);
    }

    /**
     * Only when nobody else has used the disk for a while.
     *
     * @return the priority
     */
    public static IoPriority idle() {
        return new IoPriority(Constants.IOPRIO_CLASS_IDLE, 0);
    }

    ParentOperation.SetIoPriority operation() {
        return operation;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IoPriority priority && priority.operation.equals(operation);
    }

    @Override
    public int hashCode() {
        return operation.hashCode();
    }

    @Override
    public String toString() {
        return operation.ioClass().name() + " " + operation.level();
    }
}
