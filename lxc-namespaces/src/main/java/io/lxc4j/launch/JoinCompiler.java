package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.CLONE_FILES;
import static io.lxc4j.kernel.Constants.CLONE_PARENT;
import static io.lxc4j.kernel.Constants.CLONE_PARENT_SETTID;
import static io.lxc4j.kernel.Constants.CLONE_PIDFD;
import static io.lxc4j.kernel.Constants.CLONE_VM;
import static io.lxc4j.kernel.Constants.MSG_CMSG_CLOEXEC;
import static io.lxc4j.kernel.Constants.MSG_NOSIGNAL;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.PR_SET_DUMPABLE;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.room;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.CloneArgs;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.SocketMessage;
import io.lxc4j.kernel.Sys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a child meets its parent, and how it comes into namespaces, as rows. */
final class JoinCompiler {
    private final Rows rows;
    private final Handles handles;

    /** Whether the parent opens things only when the child is where it belongs. */
    private final boolean meetsTwice;

    private final boolean announcesItself;
    private final boolean parentWorks;
    private Argument.@Nullable Register clockOffsets;

    JoinCompiler(Rows rows, Handles handles, LaunchPlan plan) {
        this.rows = rows;
        this.handles = handles;
        meetsTwice = plan.meetsTwice();
        announcesItself = plan.announcesItself();
        parentWorks = plan.parentWorks();
    }

    void add(JoinOperation operation) {
        switch (operation) {
            case JoinOperation.Hide _ ->
                rows.add(Sys.PRCTL, flags(PR_SET_DUMPABLE), number(0), number(0), number(0), number(0));
            case JoinOperation.JoinProcess(Handle process, Set<Namespace> kinds) ->
                rows.add(Sys.SETNS, handles.argument(process), flags(cloneFlags(kinds)));
            case JoinOperation.JoinNamespace(Handle file, Namespace kind) ->
                rows.add(Sys.SETNS, handles.argument(file), flags(kind.cloneFlag()));
            case JoinOperation.NewNamespaces(Set<Namespace> kinds) -> rows.add(Sys.UNSHARE, flags(cloneFlags(kinds)));
            case JoinOperation.LeaveGroups _ ->
                rows.add(Sys.SETGROUPS, number(0), number(0)).tolerate(Errno.EPERM);
            case JoinOperation.OpenClockOffsets _ -> clockOffsets = openClockOffsets();
            case JoinOperation.NewTimeNamespace(Map<JoinOperation.Clock, Duration> offsets) ->
                newTimeNamespace(offsets);
            case JoinOperation.ContinueAsChild _ -> continueAsChild();
            case JoinOperation.MeetParent _ -> {
                if (parentWorks) {
                    rows.report(Report.Stage.MET);
                    await(handles.opened());
                }
            }
        }
    }

    private static Constant cloneFlags(Set<Namespace> kinds) {
        return Constant.or(kinds.stream().map(Namespace::cloneFlag).toArray(Constant[]::new));
    }

    /**
     * From Linux 6.2 on an exec enters it as well; before, it would be for children only. The files are closed: what the parent
     * hands over later gets the lowest numbers that are free, and they are known beforehand.
     */
    private void newTimeNamespace(Map<JoinOperation.Clock, Duration> offsets) {
        rows.add(Sys.UNSHARE, flags(Namespace.TIME.cloneFlag()));
        if (!offsets.isEmpty()) {
            Argument.Register file = clockOffsets == null ? openClockOffsets() : clockOffsets;
            String lines = offsets.entrySet().stream()
                    .map(entry -> entry.getKey().procName() + " "
                            + entry.getValue().toSeconds() + " "
                            + entry.getValue().toNanosPart() + "\n")
                    .collect(Collectors.joining());
            byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
            rows.add(Sys.WRITE, result(file), new Argument.Bytes(bytes, Argument.quote(lines)), number(bytes.length));
            rows.add(Sys.CLOSE, result(file));
        }
        Argument.Register made = rows.register("time");
        rows.add(Sys.OPENAT, flags(AT_FDCWD), text("/proc/self/ns/time_for_children"), flags(O_RDONLY, O_CLOEXEC))
                .into(made);
        rows.add(Sys.SETNS, result(made), flags(Namespace.TIME.cloneFlag()));
        rows.add(Sys.CLOSE, result(made));
    }

    private Argument.Register openClockOffsets() {
        Argument.Register file = rows.register("offsets");
        rows.add(Sys.OPENAT, flags(AT_FDCWD), text("/proc/self/timens_offsets"), flags(O_WRONLY, O_CLOEXEC))
                .into(file);
        return file;
    }

    /** The first meeting. */
    void awaitParent() {
        if (announcesItself) {
            rows.report(Report.Stage.MET);
        }
        await(meetsTwice ? handles.given() : handles.given() + handles.opened());
    }

    /** Waits for the parent's word; ends if the parent has. */
    private void await(int descriptors) {
        int left = descriptors;
        do {
            int count = Math.min(left, SocketMessage.MOST_DESCRIPTORS);
            Row.Label told = new Row.Label();
            receive(count).onValue(told);
            rows.add(Sys.EXIT_GROUP, number(0));
            rows.place(told);
            left -= count;
        } while (left > 0);
    }

    private Row receive(int descriptors) {
        if (descriptors == 0) {
            return rows.add(
                    Sys.RECVFROM, number(Compiler.CHANNEL), room(1), number(1), number(0), number(0), number(0));
        }
        return rows.add(
                Sys.RECVMSG,
                number(Compiler.CHANNEL),
                Messages.withDescriptors(room(1), 1, room(SocketMessage.controlSize(descriptors)), descriptors),
                flags(MSG_CMSG_CLOEXEC));
    }

    /**
     * The child of a clone with {@code CLONE_PARENT} is a sibling, so the parent waits for it as for any other. It starts
     * in the group of the one that clones, where the parent finds it whatever happens, and stays there until it has told of
     * itself.
     *
     * <p>Copying the memory, and taking two of it down, would take longer than all else here, so it is shared, as are the
     * descriptors: the sibling needs the one of itself. Rows use no stack, and the one that clones does nothing more than end. The
     * kernel lets no process that shares memory enter a time namespace: that comes before.
     */
    private void continueAsChild() {
        Argument.Buffer met = new Argument.Buffer("\"met\"", new Report(Report.Stage.MET, 0, 0).bytes());
        Argument.Buffer control = new Argument.Buffer("pidfd", SocketMessage.control(0));
        Constant how = Constant.or(CLONE_VM, CLONE_FILES, CLONE_PARENT, CLONE_PIDFD, CLONE_PARENT_SETTID);
        Row.Label replaced = new Row.Label();
        Row.Label goesOn = new Row.Label();
        rows.add(Sys.SETPGID, number(0), number(0));
        rows.add(
                        Sys.CLONE3,
                        new Argument.Struct(
                                Messages.littleEndian(CloneArgs.SIZE)
                                        .putLong(CloneArgs.FLAGS, how.value())
                                        .array(),
                                Map.of(
                                        CloneArgs.PIDFD,
                                        new Argument.Address(control, SocketMessage.RIGHTS),
                                        CloneArgs.PARENT_TID,
                                        new Argument.Address(met, Report.ROW_OFFSET)),
                                "{flags=" + how.name() + "}"),
                        number(CloneArgs.SIZE))
                .onValue(replaced);
        rows.add(
                Sys.SENDMSG,
                number(Compiler.CHANNEL),
                Messages.withDescriptors(
                        new Argument.Address(met, 0), Report.SIZE, new Argument.Address(control, 0), 1),
                flags(MSG_NOSIGNAL));
        rows.add(Sys.CLOSE, new Argument.Content(control, SocketMessage.RIGHTS));
        if (parentWorks) {
            await(handles.opened());
        }
        rows.add(Sys.GETPID).onValue(goesOn); // never 0: a jump
        rows.place(replaced);
        rows.add(Sys.EXIT_GROUP, number(0));
        rows.place(goesOn);
    }
}
