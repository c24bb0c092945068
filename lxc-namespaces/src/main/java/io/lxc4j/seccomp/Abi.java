package io.lxc4j.seccomp;

import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Constants;
import java.util.Arrays;
import java.util.Optional;

/**
 * A way to make system calls, with numbers of its own: what the kernel tells a filter in {@code seccomp_data.arch}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
public enum Abi {
    /** 64-bit x86. The x32 ABI shares its architecture and has bit 30 of the number set. */
    X86_64(Constants.AUDIT_ARCH_X86_64.intValue(), "SCMP_ARCH_X86_64", "amd64"),
    /** 32-bit x86, which every process of x86_64 can use with {@code int 0x80}. Arguments have 32 bits; the upper half is 0. */
    I386(Constants.AUDIT_ARCH_I386.intValue(), "SCMP_ARCH_X86", "x86"),
    /** 64-bit Arm. */
    AARCH64(Constants.AUDIT_ARCH_AARCH64.intValue(), "SCMP_ARCH_AARCH64", "arm64");

    private final int auditArch;
    private final String ociName;
    private final String dockerName;

    Abi(int auditArch, String ociName, String dockerName) {
        this.auditArch = auditArch;
        this.ociName = ociName;
        this.dockerName = dockerName;
    }

    /**
     * The ABI of this JVM.
     *
     * @return {@link #X86_64} or {@link #AARCH64}
     * @throws io.lxc4j.error.HostUnsupportedException on another operating system or architecture
     */
    public static Abi current() {
        return switch (Architecture.current()) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /**
     * What a call is that a filter has stopped.
     *
     * @param auditArch {@code AUDIT_ARCH_*}
     * @param number the call
     * @return its name; empty if there is no such call
     */
    public static Optional<String> callName(int auditArch, int number) {
        return Arrays.stream(values())
                .filter(abi -> abi.auditArch == auditArch)
                .flatMap(abi -> Optional.ofNullable(SystemCalls.of(abi).get(number)).stream())
                .findFirst();
    }

    /** The ABI of the programs that a kernel for this one is made for. */
    Abi ofKernel() {
        return this == I386 ? X86_64 : this;
    }

    int auditArch() {
        return auditArch;
    }

    /** The name in {@code architectures} of an OCI profile. */
    String ociName() {
        return ociName;
    }

    /** The name in {@code includes.arches} of Docker's profile. */
    String dockerName() {
        return dockerName;
    }
}
