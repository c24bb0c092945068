package io.lxc4j;

import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.LaunchedProcess;
import io.lxc4j.launch.MadeTerminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard streams that are one terminal, which the process makes on its way and hands over. Until the process has ended, its
 * end is open here as well: a system that closes its console and opens it again is not at its end.
 */
final class TerminalStreams implements StandardStreams {
    private final Fd nothing = Kernel.open("/dev/null", Constants.O_RDWR, 0);
    private @Nullable PseudoTerminal terminal;
    private @Nullable Fd slave;

    @Override
    public Fd child(int index) {
        return nothing;
    }

    @Override
    public void launched(LaunchedProcess process) {
        MadeTerminal made = process.terminal();
        if (made == null) {
            throw new IllegalStateException("the plan makes no terminal");
        }
        slave = made.slave();
        terminal = new PseudoTerminal(made.master());
    }

    private PseudoTerminal made() {
        return terminal().orElseThrow(() -> new IllegalStateException("the process has not been launched"));
    }

    @Override
    public Optional<PseudoTerminal> terminal() {
        return Optional.ofNullable(terminal);
    }

    @Override
    public OutputStream input() {
        return made().keyboard();
    }

    @Override
    public InputStream output() {
        return made().screen();
    }

    /** A terminal shows errors with the rest. */
    @Override
    public InputStream error() {
        return InputStream.nullInputStream();
    }

    @Override
    public void close() {
        nothing.close();
    }

    @Override
    public void closeKept() {
        closeSlave();
        terminal().ifPresent(PseudoTerminal::close);
    }

    @Override
    public void drain() {
        closeSlave();
        terminal().ifPresent(PseudoTerminal::drain);
    }

    private void closeSlave() {
        if (slave != null) {
            slave.close();
        }
    }
}
