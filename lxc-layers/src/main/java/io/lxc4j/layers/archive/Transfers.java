package io.lxc4j.layers.archive;

import io.lxc4j.error.ContainerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several transfers at a time. The first that fails ends all, and none goes on when this returns. */
public final class Transfers {
    /** As many as other programs have by default; more are hardly faster. */
    private static final int AT_A_TIME = 4;

    private Transfers() {}

    /**
     * Transfers all.
     *
     * @param transfers what each of them does
     */
    public static void run(List<Runnable> transfers) {
        ExecutorService workers = Executors.newFixedThreadPool(
                Math.clamp(transfers.size(), 1, AT_A_TIME),
                Thread.ofPlatform().daemon().name("lxc4j-transfer-", 0).factory());
        try {
            List<Future<?>> running = new ArrayList<>();
            transfers.forEach(transfer -> running.add(workers.submit(transfer)));
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new AssertionError("a transfer throws no checked exception", e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException("transferring an image: this thread was interrupted", e);
        } finally {
            workers.shutdownNow();
            workers.close();
        }
    }
}
