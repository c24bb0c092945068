package io.lxc4j;

import io.lxc4j.error.ContainerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connects the terminal of this JVM with that of a process: what is typed goes in, what is shown comes out, and the size
 * follows. The process's streams stay open, so that one can attach again.
 *
 * <p>A change of the size is told by {@code SIGWINCH}, which Java can't catch: {@code sun.misc.Signal} is not part of
 * it, and {@code signalfd(2)} needs the signal blocked in all threads, those of the application included. So the size
 * is compared before a key is passed on, and four times a second by the thread that waits for the end anyway.
 *
 * <p>Where a process reads nothing and the kernel's 4096 bytes for it are full, keys wait, those to detach too.
 */
final class Attachment {
    private static final int CHUNK_BYTES = 16_384;
    private static final long LOOK_MILLIS = 250;

    /** How long after the process's end an outsider who still has its terminal is heard. */
    private static final Duration REST = Duration.ofSeconds(1);

    private final Terminal terminal;
    private final PseudoTerminal inside;
    private final KeySequence detach;
    private final CompletableFuture<AttachmentEnd> end;
    private Optional<WindowSize> known = Optional.empty();

    /** Whether the thread for the screen has nothing to show. */
    private volatile boolean idle;

    /**
     * Prepares.
     *
     * @param terminal the terminal of this JVM
     * @param inside the terminal of the process
     * @param exit completes when the process has ended and its terminal is drained
     * @param detach the keys to leave by
     */
    Attachment(Terminal terminal, PseudoTerminal inside, CompletableFuture<?> exit, KeySequence detach) {
        this.terminal = terminal;
        this.inside = inside;
        this.detach = detach;
        end = exit.handle((_, _) -> AttachmentEnd.PROCESS_ENDED);
    }

    /**
     * Stays attached until the end. Whatever happens, the terminal is restored.
     *
     * @throws ContainerException if the terminal can't be made raw
     * @throws InterruptedException if this thread is interrupted; the process goes on
     */
    AttachmentEnd run() throws InterruptedException {
        terminal.makeRaw();
        try {
            fitWindow();
            Thread keys = Thread.ofVirtual().name("lxc4j-attached-keys").start(this::passKeys);
            Thread screen = Thread.ofVirtual().name("lxc4j-attached-screen").start(this::show);
            try {
                AttachmentEnd how = awaitEnd();
                if (how == AttachmentEnd.PROCESS_ENDED) {
                    awaitRest(screen);
                }
                return how;
            } finally {
                keys.interrupt();
                screen.interrupt();
                keys.join();
                screen.join();
            }
        } finally {
            terminal.restore();
        }
    }

    private AttachmentEnd awaitEnd() throws InterruptedException {
        while (true) {
            try {
                return end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                terminal.keepRaw();
                fitWindow();
            } catch (ExecutionException e) {
                throw new IllegalStateException("waiting for the end of an attached process", e);
            }
        }
    }

    /** A slow terminal may take its time, but not somebody who holds the process's terminal and shows nothing. */
    private void awaitRest(Thread screen) throws InterruptedException {
        while (!screen.join(REST) && !idle) {}
    }

    private synchronized void fitWindow() {
        Optional<WindowSize> size = terminal.windowSize();
        if (!size.equals(known)) {
            size.ifPresent(inside::resize);
            known = size;
        }
    }

    private void passKeys() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            int count;
            while ((count = terminal.keys().readInterruptibly(chunk)) > 0) {
                fitWindow();
                type(detach.pass(chunk, count));
                if (detach.isFound()) {
                    end.complete(AttachmentEnd.DETACHED);
                    return;
                }
            }
            end.complete(AttachmentEnd.HUNG_UP);
        } catch (IOException _) {
            end.complete(AttachmentEnd.HUNG_UP);
        } catch (InterruptedException _) {
            // the end has come from elsewhere
        }
    }

    private void type(byte[] keys) throws InterruptedException {
        try {
            inside.typeInterruptibly(keys);
        } catch (IOException _) {
            // The process has closed its terminal: keys go nowhere, but one can still detach.
        }
    }

    private void show() {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            int count;
            while ((count = next(chunk)) > 0) {
                try {
                    terminal.screen().writeInterruptibly(chunk, count);
                } catch (IOException _) {
                    end.complete(AttachmentEnd.HUNG_UP);
                    return;
                }
            }
        } catch (InterruptedException _) {
            // the end has come from elsewhere
        }
    }

    /** What the process shows: a count, or -1 if it shows nothing more. */
    private int next(byte[] chunk) throws InterruptedException {
        idle = true;
        try {
            return inside.screen().readInterruptibly(chunk);
        } catch (IOException _) {
            return -1; // the container was closed
        } finally {
            idle = false;
        }
    }
}
