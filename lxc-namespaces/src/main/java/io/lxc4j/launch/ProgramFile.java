package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.MachineCode;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A launch program as a sealed file in memory: nobody, from inside a container or from outside, can change it. */
final class ProgramFile {
    private static final byte[] CODE = MachineCode.code();
    private static final Constant FLAGS = Constant.or(Constants.MFD_CLOEXEC, Constants.MFD_ALLOW_SEALING);
    private static final Constant SEALS =
            Constant.or(Constants.F_SEAL_SEAL, Constants.F_SEAL_SHRINK, Constants.F_SEAL_GROW, Constants.F_SEAL_WRITE);

    private ProgramFile() {}

    static Fd of(LaunchProgram program) {
        Architecture architecture = Architecture.current();
        byte[] image = program.image();
        byte[] head = Elf.head(image.length, architecture, CODE);
        try (Arena arena = Arena.ofConfined()) {
            Fd file = create(arena.allocateFrom("lxc4j"));
            try {
                write(file, arena, head, 0);
                write(file, arena, image, Elf.dataOffset(architecture));
                Kernel.check(
                        Kernel.tryCall(Sys.FCNTL, file.number(), Constants.F_ADD_SEALS.value(), SEALS.value()),
                        Sys.FCNTL,
                        () -> file + ", F_ADD_SEALS, " + SEALS.name());
                return file;
            } catch (RuntimeException | Error e) {
                file.close();
                throw e;
            }
        }
    }

    /** Kernels before 6.3 know no MFD_EXEC, and later ones may demand it (vm.memfd_noexec). */
    private static Fd create(MemorySegment name) {
        long result = Kernel.tryCall(Sys.MEMFD_CREATE, name.address(), FLAGS.value() | Constants.MFD_EXEC.value());
        if (result == -Errno.EINVAL.number()) {
            result = Kernel.tryCall(Sys.MEMFD_CREATE, name.address(), FLAGS.value());
        }
        return new Fd(
                (int) Kernel.check(result, Sys.MEMFD_CREATE, () -> "\"lxc4j\", " + FLAGS.name()),
                "memfd of a launch program");
    }

    private static void write(Fd file, Arena arena, byte[] bytes, int offset) {
        MemorySegment memory = arena.allocate(bytes.length);
        memory.copyFrom(MemorySegment.ofArray(bytes));
        long written = Kernel.check(
                Kernel.tryCall(Sys.PWRITE64, file.number(), memory.address(), bytes.length, offset),
                Sys.PWRITE64,
                () -> file + ", …, " + bytes.length + ", " + offset);
        if (written != bytes.length) {
            throw new IllegalStateException(file + " took " + written + " of " + bytes.length + " bytes");
        }
    }
}
