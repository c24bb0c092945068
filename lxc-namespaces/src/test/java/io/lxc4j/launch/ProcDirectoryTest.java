package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The directory of processes")
class ProcDirectoryTest {
    @TempDir
    Path directory;

    @Test
    @DisplayName("is this JVM's own")
    void own() throws IOException {
        try (Fd proc = ProcDirectory.open()) {
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + proc.number())))
                    .isEqualTo(Path.of("/proc"));
        }
    }

    @Test
    @DisplayName(
            "is refused where another file system lies, however much it looks like it; attack: redirected-proc-write")
    void fake() throws IOException {
        Files.createSymbolicLink(
                directory.resolve("self"),
                Path.of(Long.toString(ProcessHandle.current().pid())));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> ProcDirectory.open(directory.toString()))
                .withMessage(directory + " is not a proc file system; mount proc there");
    }

    @Test
    @DisplayName("leads to no file through a link; attack: redirected-proc-write")
    void link() {
        try (Fd proc = ProcDirectory.open()) {
            assertThatExceptionOfType(SystemCallException.class)
                    .isThrownBy(() -> ProcDirectory.openToWrite(proc, "self/oom_score_adj"))
                    .withMessageContaining("ELOOP");
            ProcDirectory.openToWrite(proc, ProcessHandle.current().pid() + "/oom_score_adj")
                    .close();
        }
    }

    @Test
    @DisplayName("is refused where it is not the root of a proc file system that shows this process")
    void other() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> ProcDirectory.open("/proc/self/task"))
                .withMessageStartingWith(
                        "/proc/self/task is that of another PID namespace: there this process is missing," + " here "
                                + ProcessHandle.current().pid());
    }
}
