package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The few hundred bytes of machine code in {@code launch-ARCHITECTURE.bin}, mapped executable once and never
 * writable again. Their source beside them, {@code launch-ARCHITECTURE.S}, documents the entry points.
 */
public final class MachineCode {
    /** Offset of the entry point of a launch program's ELF image. */
    public static final int PROGRAM_OFFSET = 0;

    private static final int LAUNCH_OFFSET = 16;
    private static final int CALL_OFFSET = 32;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final long MAP_FAILED = -1;

    private static final byte[] CODE = load(Architecture.current());

    /** {@code long call(long number, long a0, …, long a5)}. */
    static final MethodHandle CALL;

    /** {@code long launch(long frame)}. */
    static final MethodHandle LAUNCH;

    static {
        long address = map();
        CALL = downcall(
                address + CALL_OFFSET,
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        LAUNCH = downcall(address + LAUNCH_OFFSET, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    }

    private MachineCode() {}

    /**
     * A copy of the code for the running architecture.
     *
     * @return position independent machine code
     */
    public static byte[] code() {
        return CODE.clone();
    }

    /**
     * The code as assembled for an architecture.
     *
     * @param architecture which code
     * @return position independent machine code
     */
    static byte[] load(Architecture architecture) {
        String name = "launch-" + architecture.machine() + ".bin";
        try (InputStream in = MachineCode.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new HostUnsupportedException("the resource " + name + " is missing from this library's jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the resource " + name, e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(long address, FunctionDescriptor signature) {
        return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address), signature);
    }

    /** Maps the code through libc, as no system call of our own exists before it is mapped. */
    @SuppressWarnings("restricted")
    private static long map() {
        Linker linker = Linker.nativeLinker();
        StructLayout stateLayout = Linker.Option.captureStateLayout();
        Linker.Option captureErrno = Linker.Option.captureCallState("errno");
        MethodHandle mmap = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("mmap"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                captureErrno);
        MethodHandle mprotect = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("mprotect"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
                captureErrno);
        long length = Architecture.current().largestPage();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(stateLayout);
            long address = (long)
                    mmap.invokeExact(state, 0L, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
            if (address == MAP_FAILED) {
                throw new SystemCallException("mmap(NULL, " + length + ", PROT_READ|PROT_WRITE, …)", errno(state));
            }
            MemorySegment page = MemorySegment.ofAddress(address).reinterpret(length);
            page.copyFrom(MemorySegment.ofArray(CODE));
            if ((int) mprotect.invokeExact(state, page, length, PROT_READ | PROT_EXEC) != 0) {
                throw new HostUnsupportedException(
                        "making the launch code executable: mprotect(PROT_READ|PROT_EXEC) failed: " + errno(state)
                                + "; a security policy forbids executable anonymous memory to this JVM");
            }
            return address;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a downcall threw a checked exception", e);
        }
    }

    private static Errno errno(MemorySegment state) {
        long offset = Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
        return Errno.of(state.get(JAVA_INT, offset));
    }
}
