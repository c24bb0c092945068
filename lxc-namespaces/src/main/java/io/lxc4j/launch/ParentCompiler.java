package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.AT_RECURSIVE;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_IDMAP;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.MountAttr;
import io.lxc4j.kernel.Sys;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the operations of the parent become rows, which {@link ParentWork} makes as calls. */
final class ParentCompiler {
    private final Rows rows = new Rows();
    private final Map<Handle, Argument.Register> handed = new LinkedHashMap<>();
    private Argument.@Nullable Register userNamespace;

    void add(ParentOperation operation) {
        rows.begin(operation);
        switch (operation) {
            case ParentOperation.OpenTree tree -> openTree(tree);
            case ParentOperation.OpenProc(Handle handle) -> {
                Argument.Register proc = rows.register("proc");
                rows.add(Sys.OPENAT, new Argument.Proc(), text("."), flags(O_PATH, O_DIRECTORY, O_CLOEXEC))
                        .into(proc);
                handed.put(handle, proc);
            }
            case ParentOperation.MoveToCgroup _ -> {} // what there is to write to is known at each launch
            case ParentOperation.Attribute attribute -> AttributeCompiler.add(rows, attribute);
        }
    }

    private void openTree(ParentOperation.OpenTree tree) {
        Argument.Register register = rows.register("tree");
        Constant how = Constant.or(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC);
        rows.add(
                        Sys.OPEN_TREE,
                        flags(AT_FDCWD),
                        text(tree.path()),
                        flags(tree.recursive() ? Constant.or(how, AT_RECURSIVE) : how))
                .into(register);
        if (tree.idMapped()) {
            Argument.Register users = userNamespace();
            rows.add(
                    Sys.MOUNT_SETATTR,
                    result(register),
                    text(""),
                    flags(tree.recursive() ? Constant.or(AT_EMPTY_PATH, AT_RECURSIVE) : AT_EMPTY_PATH),
                    new Argument.Filled(
                            MountAttr.bytes(MOUNT_ATTR_IDMAP.value(), 0),
                            MountAttr.USERNS_FD,
                            users,
                            "{attr_set=" + MOUNT_ATTR_IDMAP.name() + ", userns_fd=" + users.name() + "}"),
                    number(MountAttr.SIZE));
        }
        handed.put(tree.handle(), register);
    }

    /** The child's, opened once for all trees. */
    private Argument.Register userNamespace() {
        Argument.Register known = userNamespace;
        if (known == null) {
            known = rows.register("users");
            rows.add(Sys.OPENAT, new Argument.Proc(), new Argument.ProcEntry("ns/user"), flags(O_RDONLY, O_CLOEXEC))
                    .into(known);
            userNamespace = known;
        }
        return known;
    }

    List<Row> rows() {
        return rows.list();
    }

    /** What is handed over and where it is kept, in the order of the operations. */
    Map<Handle, Argument.Register> handed() {
        return handed;
    }
}
