package io.lxc4j;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Names for what containers have on the host, which no other JVM uses. */
final class ContainerNames {
    private static final String OF_THIS_JVM =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private static final AtomicLong NUMBER = new AtomicLong();

    private ContainerNames() {}

    static String next() {
        return OF_THIS_JVM + "-" + NUMBER.incrementAndGet();
    }
}
