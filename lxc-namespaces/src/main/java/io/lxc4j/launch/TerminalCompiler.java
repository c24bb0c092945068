package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.MOVE_MOUNT_F_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOCTTY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDWR;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_XDEV;
import static io.lxc4j.kernel.Constants.S_IFREG;
import static io.lxc4j.kernel.Constants.TIOCGPTPEER;
import static io.lxc4j.kernel.Constants.TIOCSCTTY;
import static io.lxc4j.kernel.Constants.TIOCSPTLCK;
import static io.lxc4j.kernel.Constants.TIOCSWINSZ;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Sys;
import io.lxc4j.kernel.Winsize;

/** How a terminal becomes rows. */
final class TerminalCompiler {
    private static final Constant DIRECTORY = Constant.or(O_PATH, O_DIRECTORY, O_CLOEXEC);
    private static final Constant TERMINAL = Constant.or(O_RDWR, O_NOCTTY, O_CLOEXEC);

    private static final Constant STRICT = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS);

    /** Nor a mount: the file is one of the directory's file system. */
    private static final Constant STRICTEST = Constant.or(STRICT, RESOLVE_NO_XDEV);

    private static final int STANDARD_STREAMS = 3;

    private final Rows rows;
    private final HandedEnd master = new HandedEnd("master");
    private final HandedEnd slave = new HandedEnd("slave");

    TerminalCompiler(Rows rows) {
        this.rows = rows;
    }

    void add(TerminalOperation operation) {
        switch (operation) {
            case TerminalOperation.MakeTerminal(int columns, int lines) -> {
                make(columns, lines);
                master.handOver(rows, Report.Stage.TERMINAL, "terminal");
                slave.handOver(rows, Report.Stage.TERMINAL, "terminal");
            }
            case TerminalOperation.BindConsole _ -> bindConsole();
            case TerminalOperation.TakeTerminal _ -> {
                rows.add(Sys.IOCTL, result(slave.register), flags(TIOCSCTTY), number(0));
                for (int stream = 0; stream < STANDARD_STREAMS; stream++) {
                    rows.add(Sys.DUP3, result(slave.register), number(stream), number(0));
                }
            }
        }
    }

    /** The kernel opens the other end by the master itself, so no name that could lie is looked up. */
    private void make(int columns, int lines) {
        Argument.Register directory = rows.register("pts");
        rows.open(flags(AT_FDCWD), text("dev/pts"), DIRECTORY, STRICT).into(directory);
        rows.open(result(directory), text("ptmx"), TERMINAL, STRICTEST).into(master.register);
        rows.add(Sys.IOCTL, result(master.register), flags(TIOCSPTLCK), new Argument.Bytes(new byte[4], "[0]"));
        rows.add(Sys.IOCTL, result(master.register), flags(TIOCGPTPEER), flags(TERMINAL))
                .into(slave.register);
        rows.add(
                Sys.IOCTL,
                result(slave.register),
                flags(TIOCSWINSZ),
                new Argument.Bytes(Winsize.bytes(columns, lines), "{ws_row=" + lines + ", ws_col=" + columns + "}"));
    }

    private void bindConsole() {
        Argument.Register directory = rows.register("dev");
        Argument.Register mount = rows.register("console");
        rows.open(flags(AT_FDCWD), text("dev"), DIRECTORY, STRICT).into(directory);
        rows.add(Sys.MKNODAT, result(directory), text("console"), octal(S_IFREG.value()), number(0))
                .tolerate(Errno.EEXIST);
        rows.add(
                        Sys.OPEN_TREE,
                        result(slave.register),
                        text(""),
                        flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_EMPTY_PATH))
                .into(mount);
        rows.add(
                Sys.MOVE_MOUNT,
                result(mount),
                text(""),
                result(directory),
                text("console"),
                flags(MOVE_MOUNT_F_EMPTY_PATH));
    }
}
