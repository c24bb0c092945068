package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.files.TreeComparison;
import io.lxc4j.layers.files.Unkept;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.store.Finding.Kind;
import io.lxc4j.layers.store.Finding.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Compares unpacked layers with their archives, each of which is unpacked once more for that. One that is damaged is replaced by a new
 * one; it goes itself as soon as no JVM holds it, as a container may still be running on it. Not thread-safe.
 */
final class LayerInspection {
    private final Blobs blobs;
    private final UnpackedLayers layers;
    private final Predicate<Digest> isRight;
    private final Set<String> leased;
    private final Findings findings;

    /** Links that led nowhere, and layers that have been looked at. */
    private final Set<String> lost = new HashSet<>();

    private final Set<String> inspected = new HashSet<>();

    /**
     * An inspection.
     *
     * @param isRight which blobs are there and undamaged
     * @param leased short names of layers that JVMs hold, among others
     */
    LayerInspection(
            Blobs blobs, UnpackedLayers layers, Predicate<Digest> isRight, Set<String> leased, Findings findings) {
        this.blobs = blobs;
        this.layers = layers;
        this.isRight = isRight;
        this.leased = leased;
        this.findings = findings;
    }

    /** Looks at all links, and at the layers of some images. */
    void run(Iterable<Contents> images) throws IOException {
        for (String key : layers.keys()) {
            if (!layers.leadsSomewhere(key)) {
                lost.add(key);
                if (findings.repairs()) {
                    layers.forget(key);
                }
            }
        }
        for (Contents image : images) {
            inspect(image);
        }
        for (String key : lost) {
            findings.add(Kind.MISSING_LAYER, "keys/" + key, "it leads to no layer", Outcome.REMOVED);
        }
    }

    private void inspect(Contents image) throws IOException {
        int needed = neededBelow(image);
        List<Path> below = new ArrayList<>();
        for (int i = 0; i < image.keys().size(); i++) {
            LayerKey key = image.keys().get(i);
            Digest blob = image.manifest().layers().get(i).digest();
            Optional<UnpackedLayer> layer = layers.find(key);
            boolean canUnpack = isRight.test(blob);
            if (layer.isEmpty() && canUnpack && (i < needed || comesBack(key))) {
                layer = unpack(key, blob, below);
            } else if (layer.isPresent()
                    && canUnpack
                    && inspected.add(layer.get().id())) {
                layer = Optional.of(compare(key, blob, layer.get(), below));
            }
            if (layer.isEmpty() && i < needed) {
                return; // without it nobody can tell what is above
            }
            layer.ifPresent(found -> below.addFirst(found.files()));
        }
    }

    /** How many layers, from the lowest, must be there to tell how directories of one above should be. */
    private int neededBelow(Contents image) {
        for (int i = image.keys().size() - 1; i > 0; i--) {
            Optional<UnpackedLayer> layer = layers.find(image.keys().get(i));
            boolean isAbove = layer.isPresent()
                    ? layer.get().note().implied() > 0
                    : comesBack(image.keys().get(i));
            if (isAbove) {
                return i;
            }
        }
        return 0;
    }

    private boolean comesBack(LayerKey key) {
        return findings.repairs() && isLost(key);
    }

    private boolean isLost(LayerKey key) {
        return lost.contains(key.chainId().hex()) || lost.contains(key.diffId().hex());
    }

    private Optional<UnpackedLayer> unpack(LayerKey key, Digest blob, List<Path> below) {
        try {
            UnpackedLayer layer = layers.unpack(key, () -> blobs.open(blob), UnpackLimits.USUAL, below);
            inspected.add(layer.id());
            for (Digest name : List.of(key.chainId(), key.diffId())) {
                if (lost.remove(name.hex())) {
                    findings.add(Kind.MISSING_LAYER, "keys/" + name.hex(), "it led to no layer", Outcome.RESTORED);
                }
            }
            return Optional.of(layer);
        } catch (ContainerException _) {
            return Optional.empty(); // it is said to be lost
        }
    }

    private static boolean hasSameNotes(Path one, Path other) {
        try {
            return Unkept.beside(one).equals(Unkept.beside(other));
        } catch (IOException _) {
            return false;
        }
    }

    /** Gives the layer, or a new one that has replaced it. */
    private UnpackedLayer compare(LayerKey key, Digest blob, UnpackedLayer layer, List<Path> below) throws IOException {
        try (UnpackedLayers.Fresh fresh = layers.fresh(key, () -> blobs.open(blob), UnpackLimits.USUAL, below)) {
            Optional<String> difference = TreeComparison.difference(layer.files(), fresh.files())
                    .or(() -> hasSameNotes(layer.files(), fresh.files())
                            ? Optional.empty()
                            : Optional.of("what could not be made of it is noted otherwise"));
            if (difference.isEmpty()) {
                return layer;
            }
            UnpackedLayer now = layer;
            if (findings.repairs()) {
                now = fresh.place();
                inspected.add(now.id());
                if (!leased.contains(layer.id())) {
                    layers.remove(layer.id());
                }
            }
            findings.add(
                    Kind.DAMAGED_LAYER,
                    "layers/" + layer.id(),
                    "of " + key + ": " + difference.get(),
                    Outcome.RESTORED);
            return now;
        }
    }
}
