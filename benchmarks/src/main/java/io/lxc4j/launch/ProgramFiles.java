package io.lxc4j.launch;

import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.MachineCode;
import io.lxc4j.kernel.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A launch program as files, so that a program in C can make the very calls that this library makes. In this package
 * to see how the library encodes them, which is nobody's business but for measuring.
 */
public final class ProgramFiles {
    /** Where the first stage will lie; {@code helper.c} maps it there. */
    private static final long SPRINGBOARD_BASE = 0x30000000L;

    /** The descriptors of the first stage: {@code FIRST_SLOT} and {@code SLOTS} in {@code helper.c}. */
    private static final int[] SLOTS = {16, 17, 18, 19, 20};

    private ProgramFiles() {}

    /**
     * Writes a program.
     *
     * @param plan what it does
     * @param directory where to write
     * @param name what the files' names begin with
     * @return the arguments that {@code helper.c} describes
     * @throws IOException if a file can't be written
     */
    public static List<String> write(LaunchPlan plan, Path directory, String name) throws IOException {
        Architecture architecture = Architecture.current();
        byte[] code = MachineCode.code();
        byte[] image = LaunchProgram.compile(plan).image();
        byte[] head = Elf.head(image.length, architecture, code);
        byte[] springboard = Image.encode(
                Springboard.rows(SLOTS, plan.namespaces().contains(Namespace.USER)),
                architecture,
                SPRINGBOARD_BASE,
                Report.Stage.SPRINGBOARD,
                SLOTS[Compiler.CHANNEL]);
        long flags =
                Constant.or(Springboard.CLONE_FLAGS.toArray(Constant[]::new)).value();
        for (Namespace namespace : plan.namespaces()) {
            flags |= namespace.cloneFlag().value();
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(file(directory, name + ".code", code));
        arguments.add(file(directory, name + ".springboard", springboard));
        arguments.add(Long.toString(SPRINGBOARD_BASE));
        arguments.add(file(directory, name + ".head", head));
        arguments.add(file(directory, name + ".image", image));
        arguments.add(Integer.toString(Elf.dataOffset(architecture)));
        arguments.add(Long.toString(flags));
        IdMaps maps = plan.idMaps();
        if (maps != null) {
            maps.writes().forEach((file, content) -> arguments.addAll(List.of(file, content)));
        }
        for (ParentOperation operation : plan.parentOperations()) {
            switch (operation) {
                case ParentOperation.OpenTree tree
                when tree.recursive() ->
                    arguments.addAll(List.of(tree.idMapped() ? "mapped-tree" : "tree", tree.path()));
                case ParentOperation.OpenTree tree ->
                    throw new IllegalArgumentException("helper.c opens trees with all below: " + tree.path());
                case ParentOperation.MoveToCgroup _ -> {} // the caller says where it is
                default -> throw new IllegalArgumentException("helper.c knows nothing of " + operation.summary());
            }
        }
        return arguments;
    }

    /**
     * Encodes a program's rows anew, as compiling a plan does at its end.
     *
     * @param plan the plan
     * @return the bytes of an image
     */
    public static Encoder encoder(LaunchPlan plan) {
        List<Row> rows = Compiler.compile(plan).child();
        Architecture architecture = Architecture.current();
        byte[] code = MachineCode.code();
        return () -> {
            byte[] image = Image.encode(
                    rows, architecture, Elf.dataBase(architecture), Report.Stage.PROGRAM, Compiler.CHANNEL);
            return Elf.head(image.length, architecture, code).length + image.length;
        };
    }

    /** Makes the two parts of an ELF file from rows. */
    @FunctionalInterface
    public interface Encoder {
        /**
         * Encodes once.
         *
         * @return the size of both parts in bytes
         */
        int encode();
    }

    private static String file(Path directory, String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes).toString();
    }
}
