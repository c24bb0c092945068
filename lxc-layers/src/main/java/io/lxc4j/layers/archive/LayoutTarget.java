package io.lxc4j.layers.archive;

import io.lxc4j.layers.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;

/** Where files of a layout or archive are written to. To be used by one thread. */
interface LayoutTarget {
    /** Opens what is written. */
    interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Whether a blob is there already.
     *
     * @param blob which
     */
    boolean has(Descriptor blob) throws IOException;

    /**
     * Writes a file: all of it, or none.
     *
     * @param name its name below the top
     * @param size how many bytes it has
     * @param source its bytes
     */
    void write(String name, long size, Source source) throws IOException;
}
