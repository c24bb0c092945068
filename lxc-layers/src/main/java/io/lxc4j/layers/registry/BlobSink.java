package io.lxc4j.layers.registry;

import java.io.IOException;
import java.io.OutputStream;

/** Takes a blob that is fetched. What it was given may be used only after the fetch has returned: until then nothing is verified. */
@FunctionalInterface
public interface BlobSink {
    /**
     * Begins to take the blob.
     *
     * @return where it goes; closed when it is complete, or has failed. It is asked for again if what came was wrong and another mirror is
     *     tried: then what was written before is to be forgotten
     * @throws IOException if it can't be taken
     */
    OutputStream open() throws IOException;
}
