package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("System calls")
class KernelTest {
    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE = 2;

    @Test
    void a_try_method_returns_the_kernels_own_result() {
        assertThat(Kernel.tryCall(Sys.GETPID)).isEqualTo(ProcessHandle.current().pid());
        assertThat(Kernel.tryCall(Sys.CLOSE, -1)).isEqualTo(-9);
        assertThat(Kernel.tryCall(Sys.PIPE2, 0, 0)).isEqualTo(-14);
        assertThat(Kernel.raw(100_000, 0, 0, 0, 0, 0, 0)).isEqualTo(-38);
    }

    @Test
    void a_missing_file_is_named_with_the_call_the_error_and_its_meaning() {
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> Kernel.open("/nonexistent/é \"x\"", Constants.O_RDONLY, 0))
                .withMessage("openat(AT_FDCWD, \"/nonexistent/é \"x\"\", O_RDONLY|O_CLOEXEC) failed:"
                        + " ENOENT (No such file or directory)")
                .satisfies(e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.call()).startsWith("openat(AT_FDCWD, ");
                });
    }

    @Test
    void a_bad_descriptor_is_an_EBADF() {
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> Kernel.duplicate(-1, 3, "nothing"))
                .withMessage("fcntl(-1, F_DUPFD_CLOEXEC, 3) failed: EBADF (Bad file descriptor)");
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> Kernel.replace(-1, 900))
                .withMessage("dup3(-1, 900, O_CLOEXEC) failed: EBADF (Bad file descriptor)");
    }

    @Test
    void a_bad_argument_is_an_EINVAL() {
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> Kernel.duplicate(0, -1, "nothing"))
                .withMessage("fcntl(0, F_DUPFD_CLOEXEC, -1) failed: EINVAL (Invalid argument)");
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> Kernel.replace(0, 0))
                .withMessage("dup3(0, 0, O_CLOEXEC) failed: EINVAL (Invalid argument)");
    }

    @Test
    void an_unknown_call_is_the_hosts_fault_and_names_the_kernel_that_has_it() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Kernel.check(-38, Sys.MOUNT_SETATTR, "…"))
                .withMessage(
                        "mount_setattr(…) is refused as unknown; it needs Linux 5.12 and no filter that forbids it")
                .withCauseInstanceOf(SystemCallException.class);
    }

    @Test
    void a_result_that_is_no_error_is_handed_through() {
        assertThat(Kernel.check(7, Sys.READ, "")).isEqualTo(7);
        assertThat(Kernel.check(0, Sys.READ, "")).isZero();
    }

    @Test
    void all_six_arguments_arrive_in_their_places(@TempDir Path directory) throws IOException {
        int page = 65_536;
        byte[] content = new byte[page + 1];
        content[page] = 42;
        Path file = Files.write(directory.resolve("file"), content);
        int mmap = Architecture.current() == Architecture.X86_64 ? 9 : 222;
        int munmap = Architecture.current() == Architecture.X86_64 ? 11 : 215;
        try (Fd fd = Kernel.open(file.toString(), Constants.O_RDONLY, 0);
                Arena arena = Arena.ofConfined()) {
            long address = Kernel.raw(mmap, 0, 1, PROT_READ, MAP_PRIVATE, fd.number(), page);
            assertThat(address).isPositive();
            // The kernel copies what lies there, so that no restricted method is needed to look at it.
            Fd[] pipe = Kernel.pipe("byte");
            try (Fd in = pipe[0];
                    Fd out = pipe[1]) {
                MemorySegment copy = arena.allocate(1);
                assertThat(Kernel.tryCall(Sys.WRITE, out.number(), address, 1)).isEqualTo(1);
                assertThat(Kernel.tryCall(Sys.READ, in.number(), copy.address(), 1))
                        .isEqualTo(1);
                assertThat(copy.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 42);
            }
            assertThat(Kernel.raw(munmap, address, 1, 0, 0, 0, 0)).isZero();
            assertThat(Kernel.raw(mmap, 0, 1, PROT_READ, MAP_PRIVATE, fd.number(), 1))
                    .isEqualTo(-22);
            assertThat(Kernel.raw(mmap, 0, 1, PROT_READ, MAP_PRIVATE, -1, 0)).isEqualTo(-9);
        }
    }

    @Test
    void two_threads_never_see_each_others_error() throws Exception {
        List<long[]> kinds = List.of(new long[] {-1, -9}, new long[] {0, -22});
        int rounds = 20_000;
        CyclicBarrier barrier = new CyclicBarrier(2 * kinds.size());
        List<Future<Integer>> wrong = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(2 * kinds.size())) {
            for (int i = 0; i < 2 * kinds.size(); i++) {
                long[] kind = kinds.get(i % kinds.size());
                wrong.add(executor.submit(() -> {
                    barrier.await();
                    int count = 0;
                    for (int round = 0; round < rounds; round++) {
                        long result = Kernel.tryCall(Sys.DUP3, kind[0], kind[0] < 0 ? 900 : 0, 0);
                        count += result == kind[1] ? 0 : 1;
                    }
                    return count;
                }));
            }
        }
        for (Future<Integer> count : wrong) {
            assertThat(count.get()).isZero();
        }
    }

    @Test
    void two_threads_get_exceptions_of_their_own() throws Exception {
        int rounds = 2_000;
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Future<List<Errno>> missing = executor.submit(() -> errors("/nonexistent", rounds));
            Future<List<Errno>> noDirectory = executor.submit(() -> errors("/dev/null/x", rounds));
            assertThat(missing.get()).hasSize(rounds).containsOnly(Errno.ENOENT);
            assertThat(noDirectory.get()).hasSize(rounds).containsOnly(Errno.ENOTDIR);
        }
    }

    private static List<Errno> errors(String path, int rounds) {
        List<Errno> errors = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            try (Fd fd = Kernel.open(path, Constants.O_RDONLY, 0)) {
                throw new AssertionError("opened " + fd);
            } catch (SystemCallException e) {
                errors.add(e.errno());
            }
        }
        return errors;
    }

    @Test
    void a_sysctl_is_read_whole_and_without_its_line_feed() {
        assertThat(Kernel.readSysctl("/proc/sys/kernel/ostype")).isEqualTo("Linux");
        assertThat(Kernel.readSysctl("/proc/sys/kernel/pid_max"))
                .isEqualTo(
                        Command.run("cat", "/proc/sys/kernel/pid_max").orFail().strip());
    }

    @Test
    void a_non_blocking_pipe_answers_EAGAIN_when_it_is_empty() {
        Fd[] pipe = Kernel.pipe("nothing");
        try (Fd in = pipe[0];
                Fd _ = pipe[1];
                Arena arena = Arena.ofConfined()) {
            Kernel.setNonBlocking(in);
            assertThat(Kernel.tryCall(Sys.READ, in.number(), arena.allocate(1).address(), 1))
                    .isEqualTo(-Errno.EAGAIN.number());
        }
    }

    @Test
    void a_socket_pair_keeps_the_bounds_of_messages() {
        Fd[] pair = Kernel.socketPair("messages");
        try (Fd a = pair[0];
                Fd b = pair[1];
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(16);
            assertThat(Kernel.tryCall(Sys.SENDTO, a.number(), buffer.address(), 3))
                    .isEqualTo(3);
            assertThat(Kernel.tryCall(Sys.SENDTO, a.number(), buffer.address(), 5))
                    .isEqualTo(5);
            assertThat(Kernel.tryCall(Sys.RECVFROM, b.number(), buffer.address(), 16))
                    .isEqualTo(3);
            assertThat(Kernel.tryCall(Sys.RECVFROM, b.number(), buffer.address(), 16))
                    .isEqualTo(5);
        }
    }
}
