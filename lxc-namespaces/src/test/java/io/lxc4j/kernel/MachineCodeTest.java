package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineCodeTest {
    @ParameterizedTest
    @EnumSource
    void is_what_its_source_assembles_to(Architecture architecture, @TempDir Path directory) throws IOException {
        Toolchain tools = new Toolchain(architecture.machine());
        tools.assembler().assume();
        Path source = directory.resolve("launch.S");
        Path code = directory.resolve("launch.bin");
        try (InputStream in = MachineCode.class.getResourceAsStream("launch-" + architecture.machine() + ".S")) {
            Files.write(source, in.readAllBytes());
        }
        tools.assemble(source, code);
        assertThat(MachineCode.load(architecture)).isEqualTo(Files.readAllBytes(code));
    }

    @Test
    void is_handed_out_as_a_copy() {
        byte[] code = MachineCode.code();
        code[0] ^= 1;
        assertThat(MachineCode.code()).isNotEqualTo(code).isEqualTo(MachineCode.load(Architecture.current()));
    }

    @Test
    void is_mapped_executable_and_not_writable() throws IOException {
        assertThat(Kernel.tryCall(Sys.GETPID)).isPositive();
        byte[] code = MachineCode.code();
        List<String> found = new ArrayList<>();
        try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                String[] words = line.split(" ", -1);
                byte[] start = new byte[code.length];
                if (words[1].matches("r.x.") && line.endsWith(" 0 ")) {
                    memory.seek(Long.parseLong(words[0].substring(0, words[0].indexOf('-')), 16));
                    memory.readFully(start);
                    if (Arrays.equals(start, code)) {
                        found.add(words[1]);
                    }
                }
            }
        }
        assertThat(found).containsExactly("r-xp");
    }
}
