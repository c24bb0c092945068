package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A seccomp profile")
class SeccompProfileTest {
    private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);
    private static final SeccompAction ENOSYS = SeccompAction.errno(Errno.ENOSYS);

    private static final String OCI = """
        {
          "defaultAction": "SCMP_ACT_ERRNO",
          "defaultErrnoRet": 13,
          "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
          "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
          "listenerPath": "/run/listener",
          "novelty": true,
          "syscalls": [
            {"names": ["read", "write", "of_next_year", "mseal"], "action": "SCMP_ACT_ALLOW"},
            {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
              {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
              {"index": 1, "value": 18446744073709551615, "op": "SCMP_CMP_LT"}]},
            {"names": ["ioctl"], "action": "SCMP_ACT_LOG", "args": [
              {"index": 1, "value": 255, "valueTwo": 4099, "op": "SCMP_CMP_MASKED_EQ"}]},
            {"names": ["kill"], "action": "SCMP_ACT_TRAP", "args": [
              {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
              {"index": 0, "value": 9, "op": "SCMP_CMP_GE"},
              {"index": 1, "value": 5, "op": "SCMP_CMP_EQ"}]},
            {"names": ["mount"], "action": "SCMP_ACT_KILL"},
            {"names": ["umount2"], "action": "SCMP_ACT_TRACE", "errnoRet": 7},
            {"names": ["swapon"], "action": "SCMP_ACT_ERRNO"},
            {"names": ["swapoff"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}
          ]
        }
        """;

    private static final String DOCKER = """
        {
          "defaultAction": "SCMP_ACT_ERRNO",
          "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
            {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}
          ],
          "syscalls": [
            {"name": "read", "action": "SCMP_ACT_ALLOW", "args": null, "comment": "", "includes": {}, "excludes": {}},
            {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
            {"names": ["sync"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "6.0"}},
            {"names": ["fsync"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["arm64", "arm"]}},
            {"names": ["syncfs"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["arm64"]}},
            {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_BPF", "CAP_SYS_ADMIN"]}},
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38,
             "excludes": {"caps": ["CAP_BPF", "CAP_SYS_ADMIN"]}}
          ]
        }
        """;

    @Test
    void is_read_from_the_form_of_oci() {
        SeccompProfile profile = SeccompProfile.fromJson(OCI);
        assertThat(profile).hasToString("seccomp profile: 8 groups of rules, all other calls errno EACCES");
        SeccompFilter filter = profile.filter(Abi.X86_64, "6.18.44-fc", Set.of());

        assertThat(filter.decide(Abi.X86_64, "read")).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.X86_64, "open")).isEqualTo(SeccompAction.errno(Errno.EACCES));
        assertThat(filter.decide(Abi.X86_64, "socket", 1, -2)).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.X86_64, "socket", 1, -1)).isEqualTo(SeccompAction.errno(Errno.EACCES));
        assertThat(filter.decide(Abi.X86_64, "ioctl", 0, 0xff03)).isEqualTo(SeccompAction.log());
        assertThat(filter.decide(Abi.X86_64, "mount")).isEqualTo(SeccompAction.killThread());
        assertThat(filter.decide(Abi.X86_64, "umount2")).isEqualTo(SeccompAction.trace(7));
        assertThat(filter.decide(Abi.X86_64, "swapon")).isEqualTo(EPERM);
        assertThat(filter.decide(Abi.X86_64, "swapoff")).isEqualTo(SeccompAction.errno(0));
        assertThat(filter.decide(Abi.I386, "write")).isEqualTo(SeccompAction.allow());
        assertThat(filter.flags()).containsExactly(SeccompFlag.LOG, SeccompFlag.SPEC_ALLOW);
    }

    @Test
    void takes_tests_of_the_same_argument_for_alternatives_as_runc_does() {
        SeccompFilter filter = SeccompProfile.fromJson(OCI).filter(Abi.AARCH64, "6.18", Set.of());
        for (long[] arguments : new long[][] {{1, 0}, {9, 0}, {-1, 0}, {3, 5}}) {
            assertThat(filter.decide(Abi.AARCH64, "kill", arguments)).isEqualTo(SeccompAction.trap());
        }
        assertThat(filter.decide(Abi.AARCH64, "kill", 3, 4)).isEqualTo(SeccompAction.errno(Errno.EACCES));
    }

    @Test
    void answers_enosys_to_calls_that_are_newer_than_it() {
        SeccompFilter filter = SeccompProfile.fromJson(OCI).filter(Abi.X86_64, "6.18", Set.of());
        assertThat(filter.decide(Abi.X86_64, "lsm_list_modules")).isEqualTo(SeccompAction.errno(Errno.EACCES));
        assertThat(filter.decide(Abi.X86_64, "mseal")).isEqualTo(SeccompAction.allow());
        assertThat(filter.decide(Abi.X86_64, "setxattrat")).isEqualTo(ENOSYS);
        assertThat(filter.decide(Abi.X86_64, 0x40000001)).isEqualTo(ENOSYS);
        SeccompFilter allowing = SeccompProfile.fromJson(
                        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"bpf\"], \"action\":"
                                + " \"SCMP_ACT_KILL_PROCESS\"}]}")
                .filter(Abi.X86_64, "6.18", Set.of());
        assertThat(allowing.decide(Abi.X86_64, "bpf")).isEqualTo(SeccompAction.killProcess());
        assertThat(allowing.decide(Abi.X86_64, 1000)).isEqualTo(SeccompAction.allow());
        SeccompFilter empty = SeccompProfile.fromJson("{\"defaultAction\": \"SCMP_ACT_TRAP\"}")
                .filter(Abi.X86_64, "6.18", Set.of());
        assertThat(empty.decide(Abi.X86_64, 0)).isEqualTo(ENOSYS);
    }

    @Test
    void tells_what_it_has_ignored() {
        assertThat(SeccompProfile.fromJson(OCI).ignored())
                .containsExactlyInAnyOrder(
                        "novelty: no such property is known",
                        "listenerPath: who installs the filter has the listener",
                        "syscalls[0].names[2]: no system call \"of_next_year\" is known",
                        "architectures[2]: SCMP_ARCH_X32 is not handled",
                        "flags[1]: the filter is installed by a process with one thread");
        assertThat(SeccompProfile.fromJson(DOCKER).ignored())
                .containsExactly(
                        "archMap[0].subArchitectures[1]: SCMP_ARCH_X32 is not handled",
                        "archMap[1].subArchitectures[0]: SCMP_ARCH_ARM is not handled");
    }

    @Test
    void is_read_from_the_form_of_docker_with_its_conditions() {
        SeccompProfile profile = SeccompProfile.fromJson(DOCKER);
        SeccompFilter x86 = profile.filter(Abi.X86_64, "6.18.1", Set.of());
        SeccompFilter arm = profile.filter(Abi.AARCH64, "4.7.10-old", Set.of("CAP_BPF"));
        SeccompFilter both = profile.filter(Abi.AARCH64, "4.8", Set.of("CAP_SYS_ADMIN", "CAP_BPF"));

        assertThat(x86.decide(Abi.X86_64, "read")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.I386, "read")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.X86_64, "ptrace")).isEqualTo(SeccompAction.allow());
        assertThat(arm.decide(Abi.AARCH64, "ptrace")).isEqualTo(EPERM);
        assertThat(both.decide(Abi.AARCH64, "ptrace")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.X86_64, "sync")).isEqualTo(EPERM);
        assertThat(arm.decide(Abi.AARCH64, "sync")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.X86_64, "fsync")).isEqualTo(EPERM);
        assertThat(arm.decide(Abi.AARCH64, "fsync")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.X86_64, "syncfs")).isEqualTo(SeccompAction.allow());
        assertThat(both.decide(Abi.AARCH64, "syncfs")).isEqualTo(EPERM);
        assertThat(x86.decide(Abi.X86_64, "bpf")).isEqualTo(EPERM);
        assertThat(both.decide(Abi.AARCH64, "bpf")).isEqualTo(SeccompAction.allow());
        assertThat(x86.decide(Abi.X86_64, "clone3")).isEqualTo(ENOSYS);
        assertThat(both.rules().of("clone3")).isEmpty();
        assertThat(arm.rules().of("clone3")).isEmpty();
    }

    @Test
    void is_read_from_a_file(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("profile.json");
        assertThatThrownBy(() -> SeccompProfile.fromFile(file))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageStartingWith("seccomp profile " + file + " can't be read: ")
                .hasCauseInstanceOf(IOException.class);
        Files.writeString(file, OCI);
        assertThat(SeccompProfile.fromFile(file)
                        .filter(Abi.X86_64, "6.18", Set.of())
                        .explain(Abi.X86_64))
                .isEqualTo(SeccompProfile.fromJson(OCI)
                        .filter(Abi.X86_64, "6.18", Set.of())
                        .explain(Abi.X86_64));
        Files.writeString(file, " ".repeat(ProfileReader.LIMITS.characters() + 10));
        assertThatThrownBy(() -> SeccompProfile.fromFile(file))
                .hasMessage("seccomp profile of 262145 characters; it must be at most 262144");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                                      | it is empty
        []                                      | it is an array of 0 elements; it must be an object
        {}                                      | it has no defaultAction
        {"defaultAction": 5}                    | defaultAction is 5; it must be a string
        {"defaultAction": null}                 | it has no defaultAction
        {"defaultAction": "SCMP_ACT_X"}         | defaultAction is "SCMP_ACT_X"; it must be one of SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_LOG, SCMP_ACT_NOTIFY, SCMP_ACT_TRACE, SCMP_ACT_TRAP
        {"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1} | defaultErrnoRet is 1; it must be left out with "SCMP_ACT_ALLOW"
        {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096} | defaultErrnoRet is 4096; it must be a whole number from 0 to 4095
        {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1.5} | defaultErrnoRet is 1.5; it must be a whole number from 0 to 4095
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": {}} | syscalls is an object of 0 properties; it must be an array
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": [true]} | syscalls[0] is true; it must be an object
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": ["read"]}]} | syscalls[0] has no action
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"action": "SCMP_ACT_LOG"}]} | syscalls[0] must have either names or a name
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"name": "a", "names": ["b"], "action": "SCMP_ACT_LOG"}]} | syscalls[0] must have either names or a name
        {"defaultAction": "SCMP_ACT_LOG", "syscalls": [{"names": [7], "action": "SCMP_ACT_LOG"}]} | syscalls[0].names[0] is 7; it must be a string
        {"defaultAction": "SCMP_ACT_LOG", "flags": ["LOG"]} | flags[0] is "LOG"; it must be one of SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
        {"defaultAction": "SCMP_ACT_LOG", "architectures": ["x86"]} | architectures[0] is "x86"; it must be the name of an architecture, which begins with SCMP_ARCH_
        {"defaultAction": "SCMP_ACT_LOG", "architectures": [], "archMap": []} | it has architectures and archMap; it must be one of them
        {"defaultAction": "SCMP_ACT_LOG", "archMap": [{}]} | archMap[0] has no architecture
        """)
    void says_what_is_wrong_and_where(String json, String message) {
        assertThatThrownBy(() -> SeccompProfile.fromJson(json))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("seccomp profile: " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"value": 1, "op": "SCMP_CMP_EQ"}                 |  has no index
        {"index": 1, "op": "SCMP_CMP_EQ"}                 |  has no value
        {"index": 1, "value": 1}                          |  has no op
        {"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}     | .index is 6; it must be a whole number from 0 to 5
        {"index": 1, "value": -1, "op": "SCMP_CMP_EQ"}    | .value is -1; it must be a whole number from 0 to 18446744073709551615
        {"index": 1, "value": 18446744073709551616, "op": "SCMP_CMP_EQ"} | .value is 18446744073709551616; it must be a whole number from 0 to 18446744073709551615
        {"index": 1, "value": "1", "op": "SCMP_CMP_EQ"}   | .value is "1"; it must be a whole number from 0 to 18446744073709551615
        {"index": 1, "value": 1, "op": "EQ"}              | .op is "EQ"; it must be one of SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_LE, SCMP_CMP_LT, SCMP_CMP_MASKED_EQ, SCMP_CMP_NE
        """)
    void says_what_is_wrong_with_a_test(String test, String message) {
        String json =
                "{\"defaultAction\": \"SCMP_ACT_LOG\", \"syscalls\": [{\"name\": \"a\", \"action\": \"SCMP_ACT_TRAP\","
                        + " \"args\": [" + test + "]}]}";
        assertThatThrownBy(() -> SeccompProfile.fromJson(json))
                .hasMessage("seccomp profile: syscalls[0].args[0]" + (message.startsWith(".") ? "" : " ") + message);
    }

    @Test
    void says_what_is_wrong_with_a_condition() {
        String json =
                "{\"defaultAction\": \"SCMP_ACT_LOG\", \"syscalls\": [{\"name\": \"a\", \"action\": \"SCMP_ACT_TRAP\","
                        + " \"includes\": {\"minKernel\": \"new\"}}]}";
        assertThatThrownBy(() -> SeccompProfile.fromJson(json))
                .hasMessage(
                        "seccomp profile: syscalls[0].includes.minKernel is \"new\"; it must be a version like 4.8");
    }

    @Test
    void says_what_is_wrong_with_what_a_filter_is_made_for() {
        SeccompProfile profile = SeccompProfile.standard();
        assertThatThrownBy(() -> profile.filter(Set.of("SYS_ADMIN")))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("capability \"SYS_ADMIN\": it must be a name like CAP_SYS_PTRACE");
        assertThatThrownBy(() -> profile.filter(Abi.X86_64, "six", Set.of()))
                .hasMessage("kernel release \"six\": it must begin with two numbers, for instance 4.8");
    }

    @Test
    void withstands_hostile_input() {
        for (String json : Set.of(
                "{",
                "{\"defaultAction\": \"SCMP_ACT_LOG\"} x",
                "{\"defaultAction\": \"SCMP_ACT_LOG\", \"defaultAction\": \"SCMP_ACT_ALLOW\"}",
                "[".repeat(100_000),
                "{\"a\":".repeat(40_000),
                "{\"a\": " + "9".repeat(100_000) + "}")) {
            assertThatThrownBy(() -> SeccompProfile.fromJson(json))
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageStartingWith("seccomp profile");
        }
        assertThatThrownBy(() -> SeccompProfile.fromJson("{\"defaultAction\": \"SCMP_ACT_LOG\"} {}"))
                .hasMessage("seccomp profile: something follows at its end, in line 1");
        String test = "{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"},";
        String tests = test.repeat(65);
        assertThatThrownBy(
                        () -> SeccompProfile.fromJson("{\"defaultAction\": \"SCMP_ACT_LOG\", \"syscalls\": [{\"name\":"
                                + " \"read\", \"action\": \"SCMP_ACT_TRAP\", \"args\": ["
                                + tests.substring(0, tests.length() - 1) + "]}]}"))
                .hasMessage("seccomp profile: syscalls[0].args[64] is an object of 3 properties;"
                        + " it must be left out: a rule has at most 64 tests");
    }
}
