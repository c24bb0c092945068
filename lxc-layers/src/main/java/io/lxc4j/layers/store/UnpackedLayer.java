package io.lxc4j.layers.store;

import java.nio.file.Path;

/**
 * A layer as overlayfs takes it.
 *
 * @param id its short name among the store's layers
 * @param files the directory of its files
 * @param entries how many files, directories and so on the archive had
 * @param bytes how much the files have together
 */
record UnpackedLayer(String id, Path files, long entries, long bytes) {}
