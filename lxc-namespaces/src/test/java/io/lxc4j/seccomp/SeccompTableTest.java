package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.CHeaders;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The table of system calls")
class SeccompTableTest {
    @TempDir
    Path directory;

    private static Abi abi(Architecture architecture) {
        return architecture == Architecture.X86_64 ? Abi.X86_64 : Abi.AARCH64;
    }

    @ParameterizedTest
    @EnumSource
    void has_the_numbers_of_the_headers(Architecture architecture) {
        Map<String, Long> numbers = new TreeMap<>();
        SystemCalls.names().forEach(name -> numbers.put("__NR_" + name, -1L));
        SystemCalls.of(abi(architecture)).forEach((number, name) -> numbers.put("__NR_" + name, (long) number));
        Map<String, Long> known = new CHeaders(architecture, directory).values(List.of("asm/unistd"), numbers.keySet());
        assertThat(numbers).containsAllEntriesOf(known);
        assertThat(known).hasSizeGreaterThan(300);
    }

    @Test
    void has_all_calls_of_the_headers_for_x86() throws IOException {
        for (Map.Entry<Abi, String> header :
                Map.of(Abi.X86_64, "unistd_64.h", Abi.I386, "unistd_32.h").entrySet()) {
            Path file = Path.of("/usr/include/x86_64-linux-gnu/asm", header.getValue());
            assumeTrue(Files.exists(file), "there is no " + file);
            Map<Integer, String> calls = Pattern.compile("#define __NR_(\\w+) (\\d+)")
                    .matcher(Files.readString(file))
                    .results()
                    .collect(Collectors.toMap(
                            match -> Integer.valueOf(match.group(2)), (MatchResult match) -> match.group(1)));
            // A header that is newer than the table has more.
            calls.keySet().removeIf(number -> number > 469);
            assertThat(SystemCalls.of(header.getKey())).containsAllEntriesOf(calls);
        }
    }

    @Test
    void has_the_calls_that_this_library_makes() {
        for (Sys sys : Sys.values()) {
            for (Architecture architecture : Architecture.values()) {
                assertThat(SystemCalls.number(abi(architecture), sys.callName()))
                        .isEqualTo(sys.number(architecture));
            }
        }
    }

    @Test
    void is_sorted_and_ends_with_linux_6_18() {
        for (Abi abi : Abi.values()) {
            assertThat(SystemCalls.of(abi).lastEntry()).isEqualTo(Map.entry(469, "file_setattr"));
        }
        assertThat(SystemCalls.number(Abi.X86_64, "uprobe")).isEqualTo(336);
        assertThat(SystemCalls.names())
                .isEqualTo(new TreeSet<>(SystemCalls.names()))
                .hasSize(470);
    }

    @Test
    void names_what_is_near_to_a_name_that_it_does_not_have() {
        SeccompFilter.Builder builder = SeccompFilter.builder(SeccompAction.allow());
        assertThatThrownBy(() -> builder.allow("read", "raed"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("system call \"raed\": Linux 6.18 has none of that name");
        assertThatThrownBy(() -> builder.rule(SeccompAction.log(), "open_at"))
                .hasMessage("system call \"open_at\": Linux 6.18 has none of that name; near are openat");
        assertThatThrownBy(() -> builder.allow("mount_setatr"))
                .hasMessage("system call \"mount_setatr\": Linux 6.18 has none of that name; near are mount_setattr");
    }

    @ParameterizedTest
    @EnumSource
    void and_the_structs_are_those_of_the_headers(Architecture architecture) {
        Map<String, Long> expected = new LinkedHashMap<>();
        expected.put("sizeof(struct seccomp_data)", (long) SeccompData.SIZE);
        expected.put("offsetof(struct seccomp_data, nr)", (long) SeccompData.NUMBER);
        expected.put("offsetof(struct seccomp_data, arch)", (long) SeccompData.ARCH);
        expected.put("offsetof(struct seccomp_data, args[0])", (long) SeccompData.low(0));
        expected.put("offsetof(struct seccomp_data, args[5]) + 4", (long) SeccompData.high(5));
        expected.put("sizeof(struct sock_filter)", (long) BpfInstruction.SIZE);
        expected.put("offsetof(struct sock_filter, jt)", 2L);
        expected.put("offsetof(struct sock_filter, jf)", 3L);
        expected.put("offsetof(struct sock_filter, k)", 4L);
        expected.put("BPF_LD | BPF_W | BPF_ABS", (long) BpfInstruction.LOAD);
        expected.put("BPF_ALU | BPF_AND | BPF_K", (long) BpfInstruction.AND);
        expected.put("BPF_JMP | BPF_JA", (long) BpfInstruction.JUMP);
        expected.put("BPF_JMP | BPF_JEQ | BPF_K", (long) BpfInstruction.EQUAL);
        expected.put("BPF_JMP | BPF_JGT | BPF_K", (long) BpfInstruction.GREATER);
        expected.put("BPF_JMP | BPF_JGE | BPF_K", (long) BpfInstruction.GREATER_OR_EQUAL);
        expected.put("BPF_JMP | BPF_JSET | BPF_K", (long) BpfInstruction.ANY_BIT);
        expected.put("BPF_RET | BPF_K", (long) BpfInstruction.RETURN);
        List<String> headers = List.of("linux/filter", "linux/seccomp", "linux/types");
        assertThat(new CHeaders(architecture, directory).evaluate(headers, expected.keySet()))
                .isEqualTo(expected);
    }
}
