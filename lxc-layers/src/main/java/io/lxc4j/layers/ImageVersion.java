package io.lxc4j.layers;

import io.lxc4j.layers.oci.Descriptor;
import java.time.Instant;

/**
 * What a name has stood for.
 *
 * @param since from when on
 * @param target the image, or an index of some
 * @param action why: {@code import}, {@code commit}, {@code tag}, {@code rollback}, …
 */
public record ImageVersion(Instant since, Descriptor target, String action) {}
