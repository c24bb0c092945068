package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The memory of another process, which that process may change at any moment. */
public final class ProcessMemory {
    /** Size of {@code struct iovec}. */
    private static final int VECTOR = 16;

    private ProcessMemory() {}

    /**
     * Reads, {@code process_vm_readv(2)}.
     *
     * @param pid the process
     * @param address where, there
     * @param length how many bytes, at least 1
     * @return the bytes; fewer where the memory ends
     */
    public static byte[] read(long pid, long address, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length, 8);
            MemorySegment own = vector(arena, buffer.address(), length);
            MemorySegment its = vector(arena, address, length);
            long count = Kernel.check(
                    Kernel.tryCall(Sys.PROCESS_VM_READV, pid, own.address(), 1, its.address(), 1, 0),
                    Sys.PROCESS_VM_READV,
                    () -> pid + ", 0x" + Long.toHexString(address) + ", " + length);
            return buffer.asSlice(0, count).toArray(JAVA_BYTE);
        }
    }

    private static MemorySegment vector(Arena arena, long address, long length) {
        MemorySegment vector = arena.allocate(VECTOR, 8);
        vector.set(JAVA_LONG, 0, address);
        vector.set(JAVA_LONG, 8, length);
        return vector;
    }

    /**
     * Opens it to be written to. It stays the same memory also if the process ends and another one gets its id.
     *
     * @param pid the process
     * @return {@code /proc/PID/mem}
     */
    public static Fd open(long pid) {
        return Kernel.open("/proc/" + pid + "/mem", Constants.O_RDWR, 0);
    }

    /**
     * Writes to what was opened.
     *
     * @param memory the memory
     * @param address where
     * @param bytes what
     * @return how many bytes were written, fewer where the memory ends; or an error
     */
    public static long tryWrite(Fd memory, long address, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(bytes.length, 1)).copyFrom(MemorySegment.ofArray(bytes));
            return Kernel.tryCall(Sys.PWRITE64, memory.number(), buffer.address(), bytes.length, address);
        }
    }
}
