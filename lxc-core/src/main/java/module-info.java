import org.jspecify.annotations.NullMarked;

/** Linux containers: builder, lifecycle, exec, console, persistence and OCI bundles. */
@NullMarked
module io.lxc4j {
    requires transitive io.lxc4j.cgroups;
    requires transitive io.lxc4j.layers;
    requires transitive io.lxc4j.namespaces;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.lxc4j;
    exports io.lxc4j.audit;
    exports io.lxc4j.build;
    exports io.lxc4j.host;
}
