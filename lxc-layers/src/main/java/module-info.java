import org.jspecify.annotations.NullMarked;

/** What the files of a container are: images, layers, content store, registry and overlay root file system. */
@NullMarked
module io.lxc4j.layers {
    requires transitive io.lxc4j.namespaces;
    requires java.net.http;
    requires org.slf4j;
    requires static com.github.luben.zstd_jni;
    requires static org.jspecify;

    exports io.lxc4j.layers;
    exports io.lxc4j.layers.oci;
    exports io.lxc4j.layers.progress;
    exports io.lxc4j.layers.registry;
}
