package io.lxc4j.launch;

import io.lxc4j.kernel.SocketMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** What {@code sendmsg(2)} and {@code recvmsg(2)} take, as arguments of rows. */
final class Messages {
    private Messages() {}

    /** A message of one part that carries descriptors, or has room for them. */
    static Argument withDescriptors(Argument content, int size, Argument control, int descriptors) {
        Argument vector = new Argument.Struct(
                littleEndian(SocketMessage.VECTOR_SIZE)
                        .putLong(SocketMessage.VECTOR_LENGTH, size)
                        .array(),
                Map.of(0, content),
                "[…]");
        return new Argument.Struct(
                littleEndian(SocketMessage.HEADER_SIZE)
                        .putLong(SocketMessage.VECTOR_COUNT, 1)
                        .putLong(SocketMessage.CONTROL_LENGTH, SocketMessage.controlSize(descriptors))
                        .array(),
                Map.of(SocketMessage.VECTORS, vector, SocketMessage.CONTROL, control),
                "{" + content.text() + ", SCM_RIGHTS, "
                        + (descriptors == 1 ? "a descriptor" : descriptors + " descriptors") + "}");
    }

    /** A message that fills two places, one after the other. */
    static Argument ofTwoParts(Argument first, int firstSize, Argument second, int secondSize) {
        Argument vectors = new Argument.Struct(
                littleEndian(2 * SocketMessage.VECTOR_SIZE)
                        .putLong(SocketMessage.VECTOR_LENGTH, firstSize)
                        .putLong(SocketMessage.VECTOR_SIZE + SocketMessage.VECTOR_LENGTH, secondSize)
                        .array(),
                Map.of(0, first, SocketMessage.VECTOR_SIZE, second),
                "[…]");
        return new Argument.Struct(
                littleEndian(SocketMessage.HEADER_SIZE)
                        .putLong(SocketMessage.VECTOR_COUNT, 2)
                        .array(),
                Map.of(SocketMessage.VECTORS, vectors),
                "[…]");
    }

    /** A struct to be filled. */
    static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
