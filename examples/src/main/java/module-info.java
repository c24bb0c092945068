import org.jspecify.annotations.NullMarked;

/** Small complete programs, each showing one thing. */
@NullMarked
module io.lxc4j.examples {
    requires io.lxc4j;
    requires static org.jspecify;
}
