package io.lxc4j.layers.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What a step of a build has made.
 *
 * @param layer the layer
 * @param created when; empty if that is not told
 */
public record BuiltLayer(NewLayer layer, Optional<Instant> created) {}
