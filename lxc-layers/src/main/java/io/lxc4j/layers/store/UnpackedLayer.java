package io.lxc4j.layers.store;

import java.nio.file.Path;

/**
 * A layer as overlayfs takes it.
 *
 * @param id its short name among the store's layers
 * @param files the directory of its files
 * @param note what is known of it
 */
record UnpackedLayer(String id, Path files, LayerNote note) {}
