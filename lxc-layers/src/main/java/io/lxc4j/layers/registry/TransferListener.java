package io.lxc4j.layers.registry;

/**
 * Is told of transfers: at their start, about ten times a second, and at their end; from the threads that transfer, of several blobs at once.
 * What it throws ends the transfer.
 */
@FunctionalInterface
public interface TransferListener {
    /** Does nothing. */
    TransferListener NONE = transfer -> {};

    /**
     * Something has been transferred.
     *
     * @param transfer how far one blob has come
     */
    void onProgress(Transfer transfer);
}
