package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A message on a Unix socket")
class SocketMessageTest {
    private static SocketMessage receive(Fd socket, int mostDescriptors) {
        return SocketMessage.tryReceive(
                socket, 16, Constants.MSG_DONTWAIT.value(), mostDescriptors, "descriptor of a test");
    }

    @Test
    void brings_the_bytes_and_descriptors_that_were_sent_as_descriptors_of_the_receivers_own() {
        Fd[] pair = Kernel.socketPair("a test's");
        Fd[] pipe = Kernel.pipe("a test's");
        try (Fd left = pair[0];
                Fd right = pair[1];
                Fd read = pipe[0];
                Fd write = pipe[1]) {
            assertThat(SocketMessage.trySend(left, new byte[] {1, 2}, List.of(read, write)))
                    .isEqualTo(2);
            SocketMessage message = receive(right, 2);
            assertThat(message.result()).isEqualTo(2);
            assertThat(message.content()).containsExactly(1, 2);
            assertThat(message.descriptors()).hasSize(2);
            for (Fd fd : message.descriptors()) {
                assertThat(fd.number()).isNotIn(read.number(), write.number());
                assertThat(Kernel.tryCall(Sys.FCNTL, fd.number(), 1))
                        .as("FD_CLOEXEC")
                        .isEqualTo(1);
                fd.close();
            }
        }
    }

    @Test
    void that_carries_no_descriptor_brings_none() {
        Fd[] pair = Kernel.socketPair("a test's");
        try (Fd left = pair[0];
                Fd right = pair[1]) {
            assertThat(SocketMessage.trySend(left, new byte[] {1}, List.of())).isEqualTo(1);
            assertThat(receive(right, 1).descriptors()).isEmpty();
        }
    }

    @Test
    void takes_as_many_descriptors_as_it_says_and_not_one_more() {
        Fd[] pair = Kernel.socketPair("a test's");
        try (Fd left = pair[0];
                Fd right = pair[1]) {
            List<Fd> most = new ArrayList<>();
            for (int i = 0; i < SocketMessage.MOST_DESCRIPTORS; i++) {
                most.add(left);
            }
            assertThat(SocketMessage.trySend(left, new byte[] {1}, most)).isEqualTo(1);
            SocketMessage message = receive(right, SocketMessage.MOST_DESCRIPTORS);
            assertThat(message.descriptors()).hasSize(253).doesNotHaveDuplicates();
            message.descriptors().forEach(Fd::close);
            most.add(left);
            assertThat(SocketMessage.trySend(left, new byte[] {1}, most)).isEqualTo(-Errno.EINVAL.number());
        }
    }

    @Test
    void that_is_not_there_is_an_error_and_the_end_of_file_a_zero() {
        Fd[] pair = Kernel.socketPair("a test's");
        try (Fd right = pair[1]) {
            assertThat(receive(right, 1).result()).isEqualTo(-Errno.EAGAIN.number());
            pair[0].close();
            assertThat(receive(right, 1).result()).isZero();
        }
    }
}
