package io.lxc4j.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** What the cheapest system call costs by this library's machine code, and by libc. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("restricted") // libc's functions are called to be measured
public class SystemCallBenchmark {
    private static final long SYS_GETPID = System.getProperty("os.arch").equals("amd64") ? 39 : 172;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final MemorySegment STATE = Arena.global().allocate(Linker.Option.captureStateLayout());

    private static final MethodHandle GETPID = getpid();
    private static final MethodHandle GETPID_CAPTURE = getpid(CAPTURE);
    private static final MethodHandle GETPID_CRITICAL = getpid(Linker.Option.critical(false));
    private static final MethodHandle SYSCALL_CAPTURE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("syscall"), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG), CAPTURE);

    private static MethodHandle getpid(Linker.Option... options) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("getpid"), FunctionDescriptor.of(JAVA_INT), options);
    }

    /** {@code Kernel.tryCall}: the result holds the error. */
    @Benchmark
    public long kernelTryCall() {
        return Kernel.tryCall(Sys.GETPID);
    }

    /** libc's {@code getpid}, no errno. */
    @Benchmark
    public int libcGetpid() throws Throwable {
        return (int) GETPID.invokeExact();
    }

    /** libc's {@code getpid}, errno captured. */
    @Benchmark
    public int libcGetpidCapturingErrno() throws Throwable {
        return (int) GETPID_CAPTURE.invokeExact(STATE);
    }

    /** libc's {@code getpid} without a change of the thread's state; only for calls that never block. */
    @Benchmark
    public int libcGetpidCritical() throws Throwable {
        return (int) GETPID_CRITICAL.invokeExact();
    }

    /** libc's {@code syscall}, errno captured. */
    @Benchmark
    public long libcSyscallCapturingErrno() throws Throwable {
        return (long) SYSCALL_CAPTURE.invokeExact(STATE, SYS_GETPID);
    }
}
