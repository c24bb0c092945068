package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Structs of the kernel's interface")
class StructsTest {
    private static ByteBuffer read(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void clone_args_has_88_bytes() {
        assertThat(CloneArgs.SIZE).isEqualTo(88);
        assertThat(CloneArgs.FLAGS).isEqualTo(0);
        assertThat(CloneArgs.PIDFD).isEqualTo(8);
        assertThat(CloneArgs.EXIT_SIGNAL).isEqualTo(32);
        assertThat(CloneArgs.CGROUP).isEqualTo(80);
        byte[] struct = CloneArgs.bytes(0x0807060504030201L, 17);
        assertThat(struct).hasSize(88).startsWith(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(struct[32]).isEqualTo((byte) 17);
    }

    @Test
    void mount_attr_has_32_bytes_that_set_attributes_and_propagation() {
        ByteBuffer bytes = read(MountAttr.bytes(0x1122334455667788L, 0x40000));
        assertThat(bytes.remaining()).isEqualTo(32);
        assertThat(bytes.getLong(0)).isEqualTo(0x1122334455667788L);
        assertThat(bytes.getLong(8)).isZero();
        assertThat(bytes.getLong(16)).isEqualTo(0x40000);
        assertThat(bytes.getLong(24)).isZero();
    }

    @Test
    void mount_attr_of_an_idmapped_mount_names_the_user_namespace() {
        ByteBuffer bytes = read(MountAttr.idMapped(new Fd(4711, "user namespace")));
        assertThat(bytes.getLong(0)).isEqualTo(0x100000);
        assertThat(bytes.getLong(8)).isZero();
        assertThat(bytes.getLong(16)).isZero();
        assertThat(bytes.getLong(24)).isEqualTo(4711);
    }

    @Test
    void control_data_of_a_message_carries_descriptors_in_whole_words() {
        assertThat(SocketMessage.controlSize(1)).isEqualTo(24);
        assertThat(SocketMessage.controlSize(2)).isEqualTo(24);
        assertThat(SocketMessage.controlSize(3)).isEqualTo(32);
        ByteBuffer bytes = read(SocketMessage.control(7, 8, 9));
        assertThat(bytes.remaining()).isEqualTo(32);
        assertThat(bytes.getLong(0)).isEqualTo(16 + 12);
        assertThat(bytes.getInt(8)).as("SOL_SOCKET").isEqualTo(1);
        assertThat(bytes.getInt(12)).as("SCM_RIGHTS").isEqualTo(1);
        assertThat(bytes.getInt(SocketMessage.RIGHTS)).isEqualTo(7);
        assertThat(bytes.getInt(24)).isEqualTo(9);
    }

    @Test
    void open_how_has_24_bytes_with_flags_and_resolution() {
        ByteBuffer bytes = read(OpenHow.bytes(0x200000, 8));
        assertThat(bytes.remaining()).isEqualTo(24);
        assertThat(bytes.getLong(0)).isEqualTo(0x200000);
        assertThat(bytes.getLong(8)).isZero();
        assertThat(bytes.getLong(16)).isEqualTo(8);
    }

    @Test
    void file_dedupe_range_has_24_bytes_and_32_for_its_only_target() {
        ByteBuffer bytes = read(FileDedupeRange.bytes(0x1122334455L, 4096, 7));
        assertThat(bytes.remaining()).isEqualTo(56);
        assertThat(bytes.getLong(0)).isEqualTo(0x1122334455L);
        assertThat(bytes.getLong(8)).isEqualTo(4096);
        assertThat(bytes.getShort(16)).isEqualTo((short) 1);
        assertThat(bytes.getLong(24)).isEqualTo(7);
        assertThat(bytes.getLong(32)).isEqualTo(0x1122334455L);
    }

    @Test
    void rlimit64_has_16_bytes_soft_before_hard_and_shows_itself() {
        ByteBuffer bytes = read(Rlimit.bytes(0x1122334455667788L, Rlimit.INFINITY));
        assertThat(bytes.remaining()).isEqualTo(16);
        assertThat(bytes.getLong(0)).isEqualTo(0x1122334455667788L);
        assertThat(bytes.getLong(8)).isEqualTo(-1);
        assertThat(Rlimit.text(17, Rlimit.INFINITY)).isEqualTo("{rlim_cur=17, rlim_max=RLIM64_INFINITY}");
    }

    @Test
    void sched_attr_has_48_bytes_that_begin_with_their_number() {
        ByteBuffer deadline = read(SchedAttr.deadline(1 << 20, 1L << 40, 1L << 41));
        assertThat(deadline.remaining()).isEqualTo(48);
        assertThat(deadline.getInt(0)).isEqualTo(48);
        assertThat(deadline.getInt(4)).as("SCHED_DEADLINE").isEqualTo(6);
        assertThat(deadline.getLong(8)).as("SCHED_FLAG_RESET_ON_FORK").isEqualTo(1);
        assertThat(deadline.getLong(16)).isZero();
        assertThat(deadline.getLong(24)).isEqualTo(1 << 20);
        assertThat(deadline.getLong(32)).isEqualTo(1L << 40);
        assertThat(deadline.getLong(40)).isEqualTo(1L << 41);
    }

    @Test
    void landlock_structs_have_24_12_and_16_bytes_and_room_for_a_descriptor_of_eight() {
        ByteBuffer ruleset = read(LandlockRulesetAttr.bytes(
                Constants.LANDLOCK_ACCESS_FS_IOCTL_DEV,
                Constants.LANDLOCK_ACCESS_NET_CONNECT_TCP,
                Constants.LANDLOCK_SCOPE_SIGNAL));
        assertThat(ruleset.remaining()).isEqualTo(24);
        assertThat(ruleset.getLong(0)).isEqualTo(0x8000);
        assertThat(ruleset.getLong(8)).isEqualTo(2);
        assertThat(ruleset.getLong(16)).isEqualTo(2);
        ByteBuffer path = read(LandlockPathBeneathAttr.bytes(Constants.LANDLOCK_ACCESS_FS_READ_DIR));
        assertThat(path.remaining()).isEqualTo(16);
        assertThat(path.getLong(0)).isEqualTo(8);
        assertThat(path.getLong(8)).isZero();
        assertThat(LandlockPathBeneathAttr.SIZE).isEqualTo(LandlockPathBeneathAttr.PARENT_FD + Integer.BYTES);
        ByteBuffer port = read(LandlockNetPortAttr.bytes(Constants.LANDLOCK_ACCESS_NET_BIND_TCP, 65_535));
        assertThat(port.remaining()).isEqualTo(16).isEqualTo(LandlockNetPortAttr.SIZE);
        assertThat(port.getLong(0)).isEqualTo(1);
        assertThat(port.getLong(8)).isEqualTo(65_535);
    }

    @Test
    void flock_has_32_bytes_with_type_start_and_length() {
        ByteBuffer bytes = read(FileLock.bytes(Constants.F_UNLCK, 0x1_0000_0000L, 65_536));
        assertThat(bytes.remaining()).isEqualTo(32);
        assertThat(bytes.getShort(0)).isEqualTo((short) 2);
        assertThat(bytes.getShort(2)).as("counted from the begin").isZero();
        assertThat(bytes.getLong(8)).isEqualTo(0x1_0000_0000L);
        assertThat(bytes.getLong(16)).isEqualTo(65_536);
        assertThat(bytes.getInt(24)).isZero();
    }

    @Test
    void epoll_event_is_packed_to_12_bytes_on_x86_64_and_has_16_elsewhere() {
        boolean packed = Architecture.current() == Architecture.X86_64;
        assertThat(EpollEvent.SIZE).isEqualTo(packed ? 12 : 16);
        assertThat(EpollEvent.DATA).isEqualTo(packed ? 4 : 8);
    }

    @Test
    void epoll_events_in_an_array_keep_their_data() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate(2L * EpollEvent.SIZE, 8);
            EpollEvent.set(events, 1, 0x1122334455667788L);
            EpollEvent.set(events.asSlice(EpollEvent.SIZE), 4, -2);
            assertThat(EpollEvent.data(events, 0)).isEqualTo(0x1122334455667788L);
            assertThat(EpollEvent.data(events, 1)).isEqualTo(-2);
            assertThat(events.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
            assertThat(events.get(ValueLayout.JAVA_INT, EpollEvent.SIZE)).isEqualTo(4);
        }
    }

    @Test
    void siginfo_tells_how_which_child_ended_with_what() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SignalInfo.SIZE, 8);
            info.set(ValueLayout.JAVA_INT, 8, 2);
            info.set(ValueLayout.JAVA_INT, 16, 4711);
            info.set(ValueLayout.JAVA_INT, 24, 9);
            assertThat(SignalInfo.SIZE).isEqualTo(128);
            assertThat(SignalInfo.code(info)).isEqualTo(2);
            assertThat(SignalInfo.pid(info)).isEqualTo(4711);
            assertThat(SignalInfo.status(info)).isEqualTo(9);
        }
    }

    @Test
    void ifreq_has_40_bytes_with_a_name_of_at_most_15_and_flags_behind() {
        byte[] request = InterfaceRequest.flags("lo", 0x8001);
        ByteBuffer bytes = read(request);
        assertThat(bytes.remaining()).isEqualTo(40);
        assertThat(new String(request, 0, 16, StandardCharsets.US_ASCII)).isEqualTo("lo" + "\0".repeat(14));
        assertThat(bytes.getShort(16)).isEqualTo((short) 0x8001);
        assertThat(bytes.getShort(18)).isZero();
        assertThat(InterfaceRequest.flags("fifteen-letters", 1)).hasSize(40);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InterfaceRequest.flags("sixteen-letters!", 1))
                .withMessage("interface name longer than 15 bytes: sixteen-letters!");
    }

    @Test
    void capability_sets_have_a_header_of_8_and_two_blocks_of_12_bytes_low_words_first() {
        assertThat(CapabilitySets.header()).containsExactly(0x22, 0x05, 0x08, 0x20, 0, 0, 0, 0);
        ByteBuffer data = read(new CapabilitySets(0x1_0000_0002L, 0x3_0000_0004L, 0x5_0000_0006L, 7, 8).data());
        assertThat(data.remaining()).isEqualTo(24);
        int[] words = new int[6];
        data.asIntBuffer().get(words);
        assertThat(words).containsExactly(2, 4, 6, 1, 3, 5);
    }

    @Test
    void the_last_capability_is_that_of_the_running_kernel() {
        assertThat(CapabilitySets.LAST).isBetween(37, 63);
        assertThat(CapabilitySets.ALL).isEqualTo((1L << CapabilitySets.LAST) - 1 + (1L << CapabilitySets.LAST));
        long beyond = Kernel.tryCall(Sys.PRCTL, 23, CapabilitySets.LAST + 1L); // PR_CAPBSET_READ
        assertThat(Kernel.tryCall(Sys.PRCTL, 23, CapabilitySets.LAST)).isBetween(0L, 1L);
        assertThat(beyond).isEqualTo(-22);
    }

    @Test
    void termios_has_36_bytes_of_which_raw_mode_changes_what_works_on_characters() {
        byte[] settings = new byte[Termios.SIZE];
        ByteBuffer bytes = read(settings);
        bytes.putInt(0, 0xffff_ffff)
                .putInt(4, 0xffff_ffff)
                .putInt(8, 0xffff_ffcf)
                .putInt(12, 0xffff_ffff)
                .put(21, (byte) 4)
                .put(22, (byte) 9);
        ByteBuffer raw = read(Termios.raw(settings));
        assertThat(raw.remaining()).isEqualTo(36);
        assertThat(raw.getInt(0)).isEqualTo(0xffff_fa14);
        assertThat(raw.getInt(4)).isEqualTo(0xffff_fffe);
        assertThat(raw.getInt(8)).isEqualTo(0xffff_feff);
        assertThat(raw.getInt(12)).isEqualTo(0xffff_7fb4);
        assertThat(raw.get(22)).as("VTIME").isZero();
        assertThat(raw.get(23)).as("VMIN").isEqualTo((byte) 1);
        assertThat(raw.get(21)).as("VEOF").isEqualTo((byte) 4);
        assertThat(bytes.getInt(0)).as("the original").isEqualTo(0xffff_ffff);
    }

    @Test
    void termios_tells_whether_input_is_read_by_the_line_and_what_ends_it() {
        byte[] settings = new byte[Termios.SIZE];
        read(settings).putInt(12, 2).put(21, (byte) 4);
        assertThat(Termios.readsLines(settings)).isTrue();
        assertThat(Termios.endOfFile(settings)).isEqualTo((byte) 4);
        assertThat(Termios.readsLines(Termios.raw(settings))).isFalse();
    }

    @Test
    void winsize_has_8_bytes_rows_before_columns() {
        byte[] size = Winsize.bytes(65_535, 24);
        ByteBuffer bytes = read(size);
        assertThat(bytes.remaining()).isEqualTo(8);
        assertThat(bytes.getShort(0)).isEqualTo((short) 24);
        assertThat(bytes.getShort(2)).isEqualTo((short) -1);
        assertThat(bytes.getInt(4)).isZero();
        assertThat(Winsize.columns(size)).isEqualTo(65_535);
        assertThat(Winsize.rows(size)).isEqualTo(24);
    }

    @Test
    void sock_fprog_has_16_bytes_with_the_length_first() {
        ByteBuffer bytes = read(SocketFilterProgram.bytes(0x1234));
        assertThat(bytes.remaining()).isEqualTo(SocketFilterProgram.SIZE).isEqualTo(16);
        assertThat(bytes.getLong(0)).isEqualTo(0x1234);
        assertThat(SocketFilterProgram.FILTER).isEqualTo(8);
    }

    @Test
    void flags_are_joined_with_their_names() {
        assertThat(Constant.or()).isEqualTo(new Constant("0", 0));
        assertThat(Constant.or(Constants.O_WRONLY, Constants.O_CREAT))
                .isEqualTo(new Constant("O_WRONLY|O_CREAT", 0x41));
        assertThat(Constants.AT_FDCWD.intValue()).isEqualTo(-100);
    }
}
