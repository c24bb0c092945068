package io.lxc4j.kernel;

import io.lxc4j.error.HostUnsupportedException;
import java.util.Locale;

/** The processor architectures that this library has machine code for. */
public enum Architecture {
    /** 64-bit x86; ELF machine 62, 4 KiB pages. */
    X86_64("x86_64", 62, 0x1000, 0x10000, 0x20000),
    /** 64-bit Arm; ELF machine 183, pages of up to 64 KiB. */
    AARCH64("aarch64", 183, 0x10000, 0x4000, 0x8000);

    private final String name;
    private final int elfMachine;
    private final int largestPage;
    private final int openDirectory;
    private final int openNoFollow;

    Architecture(String name, int elfMachine, int largestPage, int openDirectory, int openNoFollow) {
        this.name = name;
        this.elfMachine = elfMachine;
        this.largestPage = largestPage;
        this.openDirectory = openDirectory;
        this.openNoFollow = openNoFollow;
    }

    /**
     * The architecture of this JVM.
     *
     * @return the architecture
     * @throws HostUnsupportedException on another operating system or architecture
     */
    public static Architecture current() {
        // Not in a static initializer: that would wrap the exception, and throw another one the next time.
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /**
     * Fails clearly where this library can't work, before anything of the kernel's interface is touched.
     *
     * @throws HostUnsupportedException on another operating system or architecture
     */
    public static void requireSupported() {
        var _ = current();
    }

    /**
     * The architecture that the JVM's system properties name.
     *
     * @param system the property {@code os.name}
     * @param machine the property {@code os.arch}
     * @return the architecture
     * @throws HostUnsupportedException on another operating system or architecture
     */
    static Architecture of(String system, String machine) {
        if (!"Linux".equals(system)) {
            throw new HostUnsupportedException("containers need Linux; this JVM runs on " + system);
        }
        return switch (machine.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new HostUnsupportedException("no launch code for the architecture " + machine
                        + "; x86_64 and aarch64 are supported, both as 64-bit JVMs");
        };
    }

    /**
     * The kernel's name for the architecture, as {@code uname -m} prints it.
     *
     * @return the name
     */
    public String machine() {
        return name;
    }

    /**
     * The ELF header's {@code e_machine}.
     *
     * @return the number
     */
    public int elfMachine() {
        return elfMachine;
    }

    /**
     * The largest page that a kernel for this architecture may use.
     *
     * @return bytes
     */
    public int largestPage() {
        return largestPage;
    }

    int openDirectory() {
        return openDirectory;
    }

    int openNoFollow() {
        return openNoFollow;
    }
}
