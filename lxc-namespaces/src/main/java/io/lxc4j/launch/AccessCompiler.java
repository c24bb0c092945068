package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.LANDLOCK_RULE_NET_PORT;
import static io.lxc4j.kernel.Constants.LANDLOCK_RULE_PATH_BENEATH;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.LandlockNetPortAttr;
import io.lxc4j.kernel.LandlockPathBeneathAttr;
import io.lxc4j.kernel.LandlockRulesetAttr;
import io.lxc4j.kernel.Sys;

/** How a restriction by Landlock becomes rows. */
final class AccessCompiler {
    private static final Errno[] NO_DIRECTORY = {Errno.ENOTDIR};
    private static final Errno[] MISSING = {Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES};

    private final Rows rows;
    private final Argument.Register ruleset;

    AccessCompiler(Rows rows) {
        this.rows = rows;
        ruleset = rows.register("ruleset");
    }

    void restrict(RestrictAccess access) {
        String shown = "{handled_access_fs=" + access.files().name() + ", handled_access_net="
                + access.network().name() + ", scoped=" + access.scopes().name() + "}";
        rows.add(
                        Sys.LANDLOCK_CREATE_RULESET,
                        new Argument.Bytes(
                                LandlockRulesetAttr.bytes(access.files(), access.network(), access.scopes()), shown),
                        number(LandlockRulesetAttr.SIZE),
                        number(0))
                .into(ruleset);
        access.paths().forEach(this::allow);
        access.ports().forEach(this::allow);
        rows.add(Sys.LANDLOCK_RESTRICT_SELF, result(ruleset), number(0));
        rows.add(Sys.CLOSE_RANGE, number(Compiler.CHANNEL + 1L), number(Compiler.LAST_DESCRIPTOR), number(0));
    }

    /** The kernel takes no rule that gives a file what only a directory can have, so it is found out which is there. */
    private void allow(RestrictAccess.PathRule rule) {
        Row.Label done = new Row.Label();
        Constant access = rule.access();
        if (rule.fileAccess().value() != 0 && rule.fileAccess().value() != access.value()) {
            Row.Label noDirectory = new Row.Label();
            allow(rule.path(), Constant.or(O_PATH, O_DIRECTORY, O_CLOEXEC), access)
                    .onError(noDirectory, rule.optional() ? MISSING : NO_DIRECTORY);
            rows.add(Sys.GETPID).onValue(done); // never 0: a jump
            rows.place(noDirectory);
            access = rule.fileAccess();
        }
        Row open = allow(rule.path(), Constant.or(O_PATH, O_CLOEXEC), access);
        if (rule.optional()) {
            open.onError(done, MISSING);
        }
        rows.place(done);
    }

    /** The descriptor goes right into the rule. Gives the row that opens it. */
    private Row allow(String path, Constant how, Constant access) {
        String name = rows.register("path").name();
        Argument.Buffer attr = new Argument.Buffer(
                "{allowed_access=" + access.name() + ", parent_fd=" + name + "}",
                LandlockPathBeneathAttr.bytes(access));
        Argument.Register parent = new Argument.Register(name, attr, LandlockPathBeneathAttr.PARENT_FD);
        Row open = rows.add(Sys.OPENAT, flags(AT_FDCWD), text(path), flags(how)).into(parent);
        addRule(LANDLOCK_RULE_PATH_BENEATH, new Argument.Address(attr, 0));
        return open;
    }

    private void allow(RestrictAccess.PortRule rule) {
        addRule(
                LANDLOCK_RULE_NET_PORT,
                new Argument.Bytes(
                        LandlockNetPortAttr.bytes(rule.access(), rule.port()),
                        "{allowed_access=" + rule.access().name() + ", port=" + rule.port() + "}"));
    }

    private void addRule(Constant type, Argument attr) {
        rows.add(Sys.LANDLOCK_ADD_RULE, result(ruleset), flags(type), attr, number(0));
    }
}
