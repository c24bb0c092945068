package io.lxc4j.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The C compiler, the assembler and the way to run programs for one architecture: this machine's own, or the cross
 * tools of Debian and the user mode of qemu.
 *
 * @param machine the architecture as {@code uname -m} prints it
 */
public record Toolchain(String machine) {
    /**
     * Whether programs of the architecture run on this machine as they are.
     *
     * @return whether it is this machine's own architecture
     */
    public boolean isNative() {
        String own = System.getProperty("os.arch");
        return machine.equals(own.equals("amd64") ? "x86_64" : own);
    }

    /**
     * The name of a tool.
     *
     * @param name its name where it is native, for instance {@code gcc}
     * @return the name to call it by
     */
    public String tool(String name) {
        return isNative() ? name : machine + "-linux-gnu-" + name;
    }

    /**
     * The command that runs a static program.
     *
     * @param program the program and its arguments
     * @return the program, with the emulator before it where it needs one
     */
    public List<String> running(String... program) {
        List<String> command = new ArrayList<>();
        if (!isNative()) {
            command.add("qemu-" + machine + "-static");
        }
        command.addAll(Arrays.asList(program));
        return command;
    }

    /**
     * Compiles a C file to a static program.
     *
     * @param source the C file
     * @param program the program to write
     */
    public void compile(Path source, Path program) {
        Command.run(tool("gcc"), "-static", "-O1", "-Wall", "-Werror", "-o", program.toString(), source.toString())
                .orFail();
    }

    /**
     * Assembles a file to bare machine code.
     *
     * @param source the assembly file
     * @param code the file to write
     */
    public void assemble(Path source, Path code) {
        String object = code + ".o";
        Command.run(tool("as"), "-o", object, source.toString()).orFail();
        Command.run(tool("objcopy"), "-O", "binary", "-j", ".text", object, code.toString())
                .orFail();
    }

    /**
     * What compiling for the architecture needs.
     *
     * @return the requirement
     */
    public Requirement compiler() {
        return machine.equals("x86_64") ? Requirement.X86_64_COMPILER : Requirement.AARCH64_COMPILER;
    }

    /**
     * What assembling for the architecture needs.
     *
     * @return the requirement
     */
    public Requirement assembler() {
        return machine.equals("x86_64") ? Requirement.X86_64_ASSEMBLER : Requirement.AARCH64_ASSEMBLER;
    }

    /**
     * What running static programs of the architecture needs.
     *
     * @return the requirement
     */
    public Requirement programs() {
        return machine.equals("x86_64") ? Requirement.X86_64_PROGRAMS : Requirement.AARCH64_PROGRAMS;
    }
}
