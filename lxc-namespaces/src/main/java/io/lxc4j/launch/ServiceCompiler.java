package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.MSG_NOSIGNAL;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;

import io.lxc4j.kernel.Sys;

/** A loop that takes a row from the channel, does what it says, and sends back its result. */
final class ServiceCompiler {
    private final Rows rows;

    ServiceCompiler(Rows rows) {
        this.rows = rows;
    }

    Service service() {
        Argument.Buffer home = new Argument.Buffer("home", Service.HOME_SIZE);
        Argument.Buffer answer = new Argument.Buffer("answer", Service.ANSWER_SIZE);
        Service service = new Service(home, new Argument.Register("result", answer, 0));
        Row.Label again = new Row.Label();
        Row.Label taken = new Row.Label();
        Row.Label place = new Row.Label();
        rows.report(Report.Stage.READY);
        rows.place(again);
        rows.add(
                        Sys.RECVMSG,
                        number(Compiler.CHANNEL),
                        Messages.ofTwoParts(
                                new Argument.RowAddress(place, 0),
                                Row.SIZE,
                                new Argument.Address(home, 0),
                                home.size()),
                        number(0))
                .onValue(taken);
        rows.add(Sys.EXIT_GROUP, number(0));
        rows.place(taken);
        rows.place(place);
        rows.add(Sys.GETPID).into(service.result());
        rows.add(
                Sys.SENDTO,
                number(Compiler.CHANNEL),
                new Argument.Address(answer, 0),
                number(Service.ANSWER_SIZE),
                flags(MSG_NOSIGNAL),
                number(0),
                number(0));
        rows.add(Sys.GETPID).onValue(again); // never 0: a jump
        return service;
    }
}
