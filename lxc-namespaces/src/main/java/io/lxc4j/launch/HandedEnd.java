package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.MSG_NOSIGNAL;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;

import io.lxc4j.kernel.SocketMessage;
import io.lxc4j.kernel.Sys;

/** A descriptor that lies, as soon as it is open, in the control data of the message that hands it over to the parent. */
final class HandedEnd {
    private final Argument.Buffer control;

    /** Where the row that opens it keeps it. */
    final Argument.Register register;

    HandedEnd(String name) {
        control = new Argument.Buffer(name, SocketMessage.control(0));
        register = new Argument.Register(name, control, SocketMessage.RIGHTS);
    }

    void handOver(Rows rows, Report.Stage stage, String what) {
        Argument.Buffer report = new Argument.Buffer("\"" + what + "\"", new Report(stage, 0, 0).bytes());
        rows.add(
                Sys.SENDMSG,
                number(Compiler.CHANNEL),
                Messages.withDescriptors(
                        new Argument.Address(report, 0), Report.SIZE, new Argument.Address(control, 0), 1),
                flags(MSG_NOSIGNAL));
    }
}
