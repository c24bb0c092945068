import org.jspecify.annotations.NullMarked;

/**
 * What a process can see and do: kernel calls, the launch engine, namespaces, id maps, mounts, network, capabilities and
 * seccomp. Useful alone, as unshare, nsenter and bubblewrap are.
 *
 * <p>The one module that needs {@code --enable-native-access=io.lxc4j.namespaces}.
 */
@NullMarked
@SuppressWarnings("module") // the modules of the qualified exports are compiled after this one
module io.lxc4j.namespaces {
    requires org.slf4j;
    requires tools.jackson.core;
    requires static org.jspecify;

    exports io.lxc4j.error;
    exports io.lxc4j.namespaces;
    exports io.lxc4j.seccomp;
    exports io.lxc4j.security;
    exports io.lxc4j.json to
            io.lxc4j.layers;
    exports io.lxc4j.kernel to
            io.lxc4j,
            io.lxc4j.cgroups,
            io.lxc4j.layers;
    exports io.lxc4j.launch to
            io.lxc4j,
            io.lxc4j.cgroups,
            io.lxc4j.layers;
}
