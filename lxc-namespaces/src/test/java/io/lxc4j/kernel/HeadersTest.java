package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What this library knows by heart, compared with the headers of the machine's C compilers. */
@DisplayName("The system's headers agree")
class HeadersTest {
    private static final List<String> KERNEL_HEADERS = List.of(
            "linux/fcntl",
            "linux/sched",
            "linux/mount",
            "linux/openat2",
            "linux/close_range",
            "linux/memfd",
            "linux/prctl",
            "linux/eventpoll",
            "linux/eventfd",
            "linux/inotify",
            "linux/time",
            "linux/timerfd",
            "linux/fs",
            "linux/wait",
            "linux/stat",
            "linux/signal",
            "linux/sockios",
            "linux/capability",
            "linux/seccomp",
            "linux/audit",
            "linux/filter",
            "linux/bpf",
            "linux/keyctl",
            "linux/landlock",
            "linux/termios",
            "linux/securebits",
            "linux/socket",
            "linux/resource",
            "linux/sched/types",
            "linux/ioprio",
            "linux/personality",
            "linux/nsfs",
            "linux/magic");
    private static final List<String> LIBC_HEADERS = List.of(
            "fcntl",
            "sched",
            "sys/mount",
            "sys/mman",
            "sys/prctl",
            "sys/epoll",
            "sys/eventfd",
            "sys/inotify",
            "sys/timerfd",
            "time",
            "unistd",
            "sys/wait",
            "sys/stat",
            "sys/socket",
            "sys/statfs",
            "sys/ioctl",
            "sys/resource",
            "sys/personality",
            "signal",
            "net/if");

    @TempDir
    Path directory;

    private static Map<String, Long> constants(Architecture architecture) throws IllegalAccessException {
        Map<String, Long> constants = new TreeMap<>();
        for (Field field : Constants.class.getDeclaredFields()) {
            if (field.getType() == Constant.class && Modifier.isPublic(field.getModifiers())) {
                Constant constant = (Constant) field.get(null);
                assertThat(constant.name()).isEqualTo(field.getName());
                constants.put(constant.name(), constant.value());
            }
        }
        constants.put("O_DIRECTORY", (long) architecture.openDirectory());
        constants.put("O_NOFOLLOW", (long) architecture.openNoFollow());
        return constants;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with all constants")
    void with_all_constants(Architecture architecture) throws IllegalAccessException {
        CHeaders headers = new CHeaders(architecture, directory);
        Map<String, Long> constants = constants(architecture);
        Map<String, Long> ofKernel = headers.values(existing(KERNEL_HEADERS, headers), constants.keySet());
        Map<String, Long> ofLibc = headers.values(LIBC_HEADERS, constants.keySet());

        assertThat(constants).containsAllEntriesOf(ofKernel).containsAllEntriesOf(ofLibc);
        TreeSet<String> unknown = new TreeSet<>(constants.keySet());
        unknown.removeAll(ofKernel.keySet());
        unknown.removeAll(ofLibc.keySet());
        System.out.println(
                "constants that the " + architecture.machine() + " headers of this machine do not know: " + unknown);
        assertThat(unknown).hasSizeLessThan(constants.size() / 10);
    }

    private static List<String> existing(List<String> names, CHeaders headers) {
        return names.stream().filter(headers::has).toList();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with all system call numbers")
    void with_all_system_call_numbers(Architecture architecture) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (Sys sys : Sys.values()) {
            numbers.put("__NR_" + sys.callName(), (long) sys.number(architecture));
            assertThat(sys.name().toLowerCase(java.util.Locale.ROOT)).isEqualTo(sys.callName());
        }
        Map<String, Long> known = new CHeaders(architecture, directory).values(List.of("asm/unistd"), numbers.keySet());
        assertThat(numbers).containsAllEntriesOf(known);
        TreeSet<String> unknown = new TreeSet<>(numbers.keySet());
        unknown.removeAll(known.keySet());
        System.out.println("calls that the " + architecture.machine() + " headers do not know: " + unknown);
        assertThat(unknown).hasSizeLessThan(numbers.size() / 10);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with all struct layouts")
    void with_all_struct_layouts(Architecture architecture) {
        boolean packed = architecture == Architecture.X86_64;
        Map<String, Long> kernel = new LinkedHashMap<>();
        put(kernel, "sizeof(struct clone_args)", CloneArgs.SIZE);
        put(kernel, "offsetof(struct clone_args, flags)", CloneArgs.FLAGS);
        put(kernel, "offsetof(struct clone_args, pidfd)", CloneArgs.PIDFD);
        put(kernel, "offsetof(struct clone_args, exit_signal)", CloneArgs.EXIT_SIGNAL);
        put(kernel, "offsetof(struct clone_args, cgroup)", CloneArgs.CGROUP);
        put(kernel, "sizeof(struct mount_attr)", MountAttr.SIZE);
        put(kernel, "offsetof(struct mount_attr, attr_set)", MountAttr.ATTR_SET);
        put(kernel, "offsetof(struct mount_attr, attr_clr)", MountAttr.ATTR_CLR);
        put(kernel, "offsetof(struct mount_attr, propagation)", MountAttr.PROPAGATION);
        put(kernel, "offsetof(struct mount_attr, userns_fd)", MountAttr.USERNS_FD);
        put(kernel, "sizeof(struct file_dedupe_range)", FileDedupeRange.SIZE);
        put(kernel, "offsetof(struct file_dedupe_range, src_length)", FileDedupeRange.LENGTH);
        put(kernel, "offsetof(struct file_dedupe_range, dest_count)", FileDedupeRange.COUNT);
        put(kernel, "sizeof(struct file_dedupe_range_info)", FileDedupeRange.INFO_SIZE);
        put(kernel, "offsetof(struct file_dedupe_range_info, dest_fd)", FileDedupeRange.TARGET_FILE);
        put(kernel, "offsetof(struct file_dedupe_range_info, dest_offset)", FileDedupeRange.TARGET_OFFSET);
        put(kernel, "offsetof(struct file_dedupe_range_info, bytes_deduped)", FileDedupeRange.DEDUPED);
        put(kernel, "offsetof(struct file_dedupe_range_info, status)", FileDedupeRange.STATUS);
        put(kernel, "sizeof(struct open_how)", OpenHow.SIZE);
        put(kernel, "offsetof(struct open_how, flags)", OpenHow.FLAGS);
        put(kernel, "offsetof(struct open_how, mode)", OpenHow.MODE);
        put(kernel, "offsetof(struct open_how, resolve)", OpenHow.RESOLVE);
        put(kernel, "sizeof(struct rlimit64)", Rlimit.SIZE);
        put(kernel, "offsetof(struct rlimit64, rlim_cur)", Rlimit.SOFT);
        put(kernel, "offsetof(struct rlimit64, rlim_max)", Rlimit.HARD);
        put(kernel, "RLIM64_INFINITY == ~0ULL", 1);
        put(kernel, "sizeof(struct sched_attr) >= " + SchedAttr.SIZE, 1);
        put(kernel, "offsetof(struct sched_attr, size)", SchedAttr.STRUCT_SIZE);
        put(kernel, "offsetof(struct sched_attr, sched_policy)", SchedAttr.POLICY);
        put(kernel, "offsetof(struct sched_attr, sched_flags)", SchedAttr.FLAGS);
        put(kernel, "offsetof(struct sched_attr, sched_runtime)", SchedAttr.RUNTIME);
        put(kernel, "offsetof(struct sched_attr, sched_deadline)", SchedAttr.DEADLINE);
        put(kernel, "offsetof(struct sched_attr, sched_period)", SchedAttr.PERIOD);
        put(kernel, "IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 5)", 2 << 13 | 5);
        put(kernel, "sizeof(struct sigaction)", SignalAction.SIZE);
        put(kernel, "offsetof(struct sigaction, sa_handler)", 0);
        put(kernel, "sizeof(sigset_t)", SignalAction.SET_SIZE);
        put(kernel, "SIG_DFL == (void *) 0 && SIG_IGN == (void *) 1", 1);
        put(kernel, "sizeof(struct sock_fprog)", SocketFilterProgram.SIZE);
        put(kernel, "offsetof(struct sock_fprog, filter)", SocketFilterProgram.FILTER);
        put(kernel, "sizeof(struct __user_cap_header_struct)", CapabilitySets.HEADER_SIZE);
        put(kernel, "sizeof(struct __user_cap_data_struct[2])", CapabilitySets.DATA_SIZE);
        put(kernel, "_LINUX_CAPABILITY_VERSION_3", 0x20080522);
        put(kernel, "_LINUX_CAPABILITY_U32S_3", 2);
        put(kernel, "sizeof(struct termios)", Termios.SIZE);
        put(kernel, "offsetof(struct termios, c_iflag)", Termios.INPUT_MODES);
        put(kernel, "offsetof(struct termios, c_oflag)", Termios.OUTPUT_MODES);
        put(kernel, "offsetof(struct termios, c_cflag)", Termios.CONTROL_MODES);
        put(kernel, "offsetof(struct termios, c_lflag)", Termios.LOCAL_MODES);
        put(kernel, "offsetof(struct termios, c_cc[VMIN])", Termios.LEAST_BYTES);
        put(kernel, "offsetof(struct termios, c_cc[VTIME])", Termios.LEAST_TIME);
        put(kernel, "offsetof(struct termios, c_cc[VEOF])", Termios.END_OF_FILE);
        put(kernel, "IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON", Termios.INPUT_WORK);
        put(kernel, "OPOST", Termios.OUTPUT_WORK);
        put(kernel, "ECHO | ECHONL | ICANON | ISIG | IEXTEN", Termios.LOCAL_WORK);
        put(kernel, "ICANON", Termios.LINES);
        put(kernel, "CSIZE | PARENB", Termios.CHARACTER_SIZE);
        put(kernel, "CS8", Termios.EIGHT_BITS);
        put(kernel, "offsetof(struct landlock_ruleset_attr, handled_access_fs)", LandlockRulesetAttr.HANDLED_ACCESS_FS);
        put(kernel, "sizeof(struct landlock_path_beneath_attr)", LandlockPathBeneathAttr.SIZE);
        put(
                kernel,
                "offsetof(struct landlock_path_beneath_attr, allowed_access)",
                LandlockPathBeneathAttr.ALLOWED_ACCESS);
        put(kernel, "offsetof(struct landlock_path_beneath_attr, parent_fd)", LandlockPathBeneathAttr.PARENT_FD);
        put(kernel, "sizeof(struct winsize)", Winsize.SIZE);
        put(kernel, "offsetof(struct winsize, ws_row)", Winsize.ROWS);
        put(kernel, "offsetof(struct winsize, ws_col)", Winsize.COLUMNS);

        Map<String, Long> libc = new LinkedHashMap<>();
        put(libc, "sizeof(struct epoll_event)", packed ? 12 : 16);
        put(libc, "offsetof(struct epoll_event, events)", 0);
        put(libc, "offsetof(struct epoll_event, data)", packed ? 4 : 8);
        put(libc, "sizeof(struct inotify_event)", InotifyEvent.SIZE);
        put(libc, "offsetof(struct inotify_event, wd)", InotifyEvent.WATCH);
        put(libc, "offsetof(struct inotify_event, mask)", InotifyEvent.MASK);
        put(libc, "offsetof(struct inotify_event, len)", InotifyEvent.NAME_LENGTH);
        put(libc, "sizeof(struct itimerspec)", TimerSetting.SIZE);
        put(libc, "offsetof(struct itimerspec, it_value.tv_sec)", TimerSetting.SECONDS);
        put(libc, "offsetof(struct itimerspec, it_value.tv_nsec)", TimerSetting.NANOS);
        put(libc, "sizeof(siginfo_t)", SignalInfo.SIZE);
        put(libc, "offsetof(siginfo_t, si_code)", SignalInfo.CODE);
        put(libc, "offsetof(siginfo_t, si_pid)", SignalInfo.PID);
        put(libc, "offsetof(siginfo_t, si_status)", SignalInfo.STATUS);
        put(libc, "sizeof(struct ifreq)", InterfaceRequest.SIZE);
        put(libc, "offsetof(struct ifreq, ifr_flags)", InterfaceRequest.FLAGS);
        put(libc, "sizeof(struct statfs)", FileSystemStatus.SIZE);
        put(libc, "offsetof(struct statfs, f_type)", FileSystemStatus.TYPE);
        put(libc, "sizeof(struct flock)", FileLock.SIZE);
        put(libc, "offsetof(struct flock, l_type)", FileLock.TYPE);
        put(libc, "offsetof(struct flock, l_whence)", FileLock.WHENCE);
        put(libc, "offsetof(struct flock, l_start)", FileLock.START);
        put(libc, "offsetof(struct flock, l_len)", FileLock.LENGTH);
        put(libc, "offsetof(struct flock, l_pid)", FileLock.PID);
        put(libc, "IFNAMSIZ", InterfaceRequest.NAME_SIZE);

        CHeaders headers = new CHeaders(architecture, directory);
        assertThat(headers.evaluate(existing(KERNEL_HEADERS, headers), kernel.keySet()))
                .isEqualTo(kernel);
        assertThat(headers.evaluate(LIBC_HEADERS, libc.keySet())).isEqualTo(libc);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with all instructions and structs of bpf(2)")
    void with_bpf(Architecture architecture) {
        Map<String, Long> bpf = new LinkedHashMap<>();
        put(bpf, "sizeof(struct bpf_insn)", BpfInsn.SIZE);
        put(bpf, "offsetof(struct bpf_insn, off)", 2);
        put(bpf, "offsetof(struct bpf_insn, imm)", 4);
        put(bpf, "sizeof(union bpf_attr) >= " + BpfAttr.SIZE, 1);
        put(bpf, "offsetof(union bpf_attr, map_type)", BpfAttr.MAP_TYPE);
        put(bpf, "offsetof(union bpf_attr, key_size)", BpfAttr.KEY_SIZE);
        put(bpf, "offsetof(union bpf_attr, value_size)", BpfAttr.VALUE_SIZE);
        put(bpf, "offsetof(union bpf_attr, max_entries)", BpfAttr.MAX_ENTRIES);
        put(bpf, "offsetof(union bpf_attr, map_name)", BpfAttr.MAP_NAME);
        put(bpf, "offsetof(union bpf_attr, map_fd)", BpfAttr.MAP_FD);
        put(bpf, "offsetof(union bpf_attr, key)", BpfAttr.KEY);
        put(bpf, "offsetof(union bpf_attr, value)", BpfAttr.VALUE);
        put(bpf, "offsetof(union bpf_attr, prog_type)", BpfAttr.PROG_TYPE);
        put(bpf, "offsetof(union bpf_attr, insn_cnt)", BpfAttr.INSN_CNT);
        put(bpf, "offsetof(union bpf_attr, insns)", BpfAttr.INSNS);
        put(bpf, "offsetof(union bpf_attr, license)", BpfAttr.LICENSE);
        put(bpf, "offsetof(union bpf_attr, log_level)", BpfAttr.LOG_LEVEL);
        put(bpf, "offsetof(union bpf_attr, log_size)", BpfAttr.LOG_SIZE);
        put(bpf, "offsetof(union bpf_attr, log_buf)", BpfAttr.LOG_BUF);
        put(bpf, "offsetof(union bpf_attr, prog_name)", BpfAttr.PROG_NAME);
        put(bpf, "offsetof(union bpf_attr, expected_attach_type)", BpfAttr.EXPECTED_ATTACH_TYPE);
        put(bpf, "offsetof(union bpf_attr, target_fd)", BpfAttr.TARGET_FD);
        put(bpf, "offsetof(union bpf_attr, attach_bpf_fd)", BpfAttr.ATTACH_BPF_FD);
        put(bpf, "offsetof(union bpf_attr, attach_type)", BpfAttr.ATTACH_TYPE);
        put(bpf, "offsetof(union bpf_attr, attach_flags)", BpfAttr.ATTACH_FLAGS);
        put(bpf, "offsetof(union bpf_attr, replace_bpf_fd)", BpfAttr.REPLACE_BPF_FD);
        put(bpf, "BPF_OBJ_NAME_LEN", BpfAttr.NAME_SIZE);
        put(bpf, "sizeof(struct bpf_cgroup_dev_ctx)", BpfCgroupDevCtx.SIZE);
        put(bpf, "offsetof(struct bpf_cgroup_dev_ctx, access_type)", BpfCgroupDevCtx.ACCESS_TYPE);
        put(bpf, "offsetof(struct bpf_cgroup_dev_ctx, major)", BpfCgroupDevCtx.MAJOR);
        put(bpf, "offsetof(struct bpf_cgroup_dev_ctx, minor)", BpfCgroupDevCtx.MINOR);
        put(bpf, "offsetof(struct __sk_buff, len)", BpfSkBuff.LENGTH);
        put(bpf, "BPF_LDX | BPF_MEM | BPF_W", BpfInsn.LOAD_WORD);
        put(bpf, "BPF_LDX | BPF_MEM | BPF_DW", BpfInsn.LOAD_LONG);
        put(bpf, "BPF_STX | BPF_MEM | BPF_DW", BpfInsn.STORE_LONG);
        put(bpf, "BPF_STX | BPF_ATOMIC | BPF_DW", BpfInsn.ATOMIC_LONG);
        put(bpf, "BPF_LD | BPF_IMM | BPF_DW", BpfInsn.LOAD_CONSTANT);
        put(bpf, "BPF_ALU64 | BPF_MOV | BPF_X", BpfInsn.MOVE);
        put(bpf, "BPF_ALU64 | BPF_MOV | BPF_K", BpfInsn.MOVE_CONSTANT);
        put(bpf, "BPF_ALU64 | BPF_AND | BPF_K", BpfInsn.AND_CONSTANT);
        put(bpf, "BPF_ALU64 | BPF_RSH | BPF_K", BpfInsn.SHIFT_RIGHT_CONSTANT);
        put(bpf, "BPF_ALU64 | BPF_ADD | BPF_X", BpfInsn.ADD);
        put(bpf, "BPF_ALU64 | BPF_SUB | BPF_X", BpfInsn.SUBTRACT);
        put(bpf, "BPF_ALU64 | BPF_MUL | BPF_X", BpfInsn.MULTIPLY);
        put(bpf, "BPF_ALU64 | BPF_DIV | BPF_X", BpfInsn.DIVIDE);
        put(bpf, "BPF_JMP | BPF_JA", BpfInsn.JUMP);
        put(bpf, "BPF_JMP | BPF_JEQ | BPF_K", BpfInsn.JUMP_EQUAL);
        put(bpf, "BPF_JMP | BPF_JNE | BPF_K", BpfInsn.JUMP_NOT_EQUAL);
        put(bpf, "BPF_JMP | BPF_JSET | BPF_K", BpfInsn.JUMP_ANY_BIT);
        put(bpf, "BPF_JMP | BPF_JSLE | BPF_X", BpfInsn.JUMP_SIGNED_LESS_OR_EQUAL);
        put(bpf, "BPF_JMP | BPF_CALL", BpfInsn.CALL);
        put(bpf, "BPF_JMP | BPF_EXIT", BpfInsn.EXIT);
        put(bpf, "BPF_ADD", BpfInsn.ATOMIC_ADD);
        put(bpf, "BPF_PSEUDO_MAP_VALUE", BpfInsn.MAP_VALUE);
        put(bpf, "BPF_FUNC_ktime_get_ns", BpfInsn.TIME);
        CHeaders headers = new CHeaders(architecture, directory);
        assertThat(headers.evaluate(List.of("linux/bpf"), bpf.keySet())).isEqualTo(bpf);
    }

    private static void put(Map<String, Long> expected, String expression, int value) {
        expected.put(expression, (long) value);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("with the error numbers")
    void with_the_error_numbers(Architecture architecture) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        Arrays.stream(Errno.values()).forEach(errno -> put(numbers, errno.name(), errno.number()));
        CHeaders headers = new CHeaders(architecture, directory);
        assertThat(headers.evaluate(List.of("errno"), numbers.keySet())).isEqualTo(numbers);
    }

    @Test
    @DisplayName("with the meaning of every error, and there is no error more")
    void with_the_meaning_of_every_error() throws java.io.IOException {
        CHeaders headers = new CHeaders(Architecture.current(), directory);
        Path source = Files.writeString(directory.resolve("strerror.c"), """
            #include <stdio.h>
            #include <string.h>
            int main(void) {
                for (int i = 1; i < 600; i++) {
                    if (strncmp(strerror(i), "Unknown error", 13) != 0) printf("%d %s\\n", i, strerror(i));
                }
                return 0;
            }
            """);
        List<String> own = new ArrayList<>();
        for (Errno errno : Errno.values()) {
            own.add(errno.number() + " " + errno.meaning());
        }
        assertThat(own).containsExactlyElementsOf(headers.run(source).lines().toList());
    }
}
