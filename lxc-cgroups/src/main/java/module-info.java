import org.jspecify.annotations.NullMarked;

/** How much processes may use: limits, live statistics, pressure and OOM events, freeze and kill. */
@NullMarked
module io.lxc4j.cgroups {
    requires transitive io.lxc4j.namespaces;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.lxc4j.cgroups;
}
