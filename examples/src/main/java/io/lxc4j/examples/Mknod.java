package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.ContainerResult;
import io.lxc4j.SystemCallAnswer;
import io.lxc4j.error.Errno;
import io.lxc4j.layers.Mount;
import java.nio.file.Path;

/**
 * Makes a device node in a container whose root has no right to: this JVM decides on the system call while it waits, and shows the
 * host's {@code /dev/null} at that place. All other devices stay refused.
 */
public final class Mknod {
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int TYPE = 0170000;
    private static final long NULL = (1 << 8) | 3;

    private Mknod() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        try (Container container = Container.builder()
                .onSystemCall("mknodat", (caller, call) -> {
                    boolean isNull = (call.argument(2) & TYPE) == CHARACTER_DEVICE && call.argument(3) == NULL;
                    if (!isNull) {
                        return SystemCallAnswer.error(Errno.EPERM);
                    }
                    caller.mount(Mount.device(Path.of("/dev/null")).at(call.string(1)));
                    return SystemCallAnswer.value(0);
                })
                .command("sleep", "60")
                .start()) {
            ContainerResult result = container
                    .exec("sh", "-c", "mknod /root/null c 1 3; ls -l /root/null; mknod /root/disk b 8 0")
                    .run();
            System.out.print(result.output() + result.error());
            System.out.print("\n" + container.audit());
        }
    }
}
