package io.lxc4j.layers.store;

import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.Finding.Kind;
import io.lxc4j.layers.store.Finding.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Looks for damage in a store, and puts right what can be. Nobody may add anything while it repairs. One for each inspection; not
 * thread-safe.
 */
final class Inspection {
    private final Store store;
    private final StoreDirectory directory;
    private final Blobs blobs;
    private final UnpackedLayers layers;
    private final References references;
    private final WritableLayers writable;
    private final Findings findings;

    /** Blobs that are not right, and that have been removed if this repairs. */
    private final Set<Digest> damaged = new LinkedHashSet<>();

    private List<Contents> images = List.of();

    Inspection(
            Store store,
            StoreDirectory directory,
            Blobs blobs,
            UnpackedLayers layers,
            References references,
            WritableLayers writable,
            boolean repairs) {
        this.store = store;
        this.directory = directory;
        this.blobs = blobs;
        this.layers = layers;
        this.references = references;
        this.writable = writable;
        findings = new Findings(directory.root(), repairs);
    }

    /** Each part is looked at with what is known to be right of those before. */
    List<Finding> run() throws IOException {
        inspectPlaces();
        inspectBlobs();
        inspectNames();
        List<Descriptor> targets = new ArrayList<>(writable.bases());
        references.readable().values().forEach(log -> log.forEach(version -> targets.add(version.target())));
        images = new ImageWalk(store, targets, this::isRight).images();
        for (Digest digest : List.copyOf(damaged)) {
            findings.add(
                    Kind.DAMAGED_BLOB,
                    blobs.path(digest),
                    "it has another content",
                    restore(digest) ? Outcome.RESTORED : Outcome.REMOVED);
        }
        inspectVersions();
        inspectWritable();
        Set<String> leased = findings.repairs() ? Lease.all(directory) : Set.of();
        new LayerInspection(blobs, layers, this::isRight, leased, findings).run(images);
        return findings.all();
    }

    private boolean isRight(Digest blob) {
        return blobs.has(blob) && !damaged.contains(blob);
    }

    private void inspectPlaces() {
        for (String place : List.of("blobs/sha256", "blobs/sha512", "keys", "refs")) {
            for (String name : directory.list(place)) {
                if (!Digest.isHash(name)) {
                    findings.add(
                            Kind.FOREIGN_FILE, place + "/" + name, "no store names a file like this", Outcome.LEFT);
                }
            }
        }
    }

    private void inspectBlobs() {
        List<Digest> all = blobs.list();
        long bytes = all.stream().mapToLong(this::size).sum();
        Meter meter = store.meter(Activity.CHECK, "blobs", OptionalLong.of(bytes));
        for (Digest digest : all) {
            long size = size(digest);
            if (!blobs.isRight(digest)) {
                damaged.add(digest);
                if (findings.repairs()) {
                    blobs.remove(digest);
                }
            }
            meter.add(size);
        }
    }

    private long size(Digest blob) {
        return blobs.size(blob).orElse(0);
    }

    private void inspectNames() throws IOException {
        for (Path file : references.damaged()) {
            boolean isSaved = findings.repairs() && references.salvage(file);
            findings.add(
                    Kind.DAMAGED_NAME, file, "not all of it can be read", isSaved ? Outcome.RESTORED : Outcome.REMOVED);
        }
    }

    /**
     * Says which versions of names are less than a whole image. One that lacks its manifest protects nothing else from being collected, so
     * it is forgotten, unless it is what the name stands for now.
     */
    private void inspectVersions() {
        references.readable().forEach((name, log) -> {
            Set<Descriptor> forgotten = new HashSet<>();
            for (References.Entry version : log) {
                List<Digest> missing = missing(version.target());
                if (!missing.isEmpty()) {
                    boolean isForgotten = missing.contains(version.target().digest())
                            && !version.target().equals(log.getLast().target());
                    if (isForgotten) {
                        forgotten.add(version.target());
                    }
                    findings.add(
                            Kind.INCOMPLETE_IMAGE,
                            name,
                            "as of " + version.time() + " it is "
                                    + version.target().digest() + ", which lacks " + missing,
                            isForgotten ? Outcome.REMOVED : Outcome.LEFT);
                }
            }
            if (findings.repairs() && !forgotten.isEmpty()) {
                references.forget(name, forgotten);
            }
        });
    }

    /** What was written above an image is of no use without it. */
    private void inspectWritable() {
        for (String name : writable.names()) {
            List<Digest> missing = writable.base(name).map(this::missing).orElse(List.of());
            if (!missing.isEmpty()) {
                findings.add(
                        Kind.INCOMPLETE_IMAGE,
                        "writable/" + name,
                        "the image that this writable layer lies on lacks " + missing,
                        Outcome.LEFT);
            }
        }
    }

    private List<Digest> missing(Descriptor target) {
        if (!isRight(target.digest())) {
            return List.of(target.digest());
        }
        List<Digest> parts = new ArrayList<>();
        if (store.document(target) instanceof Manifest manifest) {
            parts.add(manifest.config().digest());
            manifest.layers().forEach(layer -> parts.add(layer.digest()));
        }
        return parts.stream()
                .distinct()
                .filter(part -> !isRight(part) && !restore(part))
                .toList();
    }

    /** A layer that was packed here has the same archive when its files are packed again. */
    private boolean restore(Digest blob) {
        if (!findings.repairs()) {
            return false;
        }
        for (Contents image : images) {
            for (int i = 0; i < image.keys().size(); i++) {
                Descriptor layer = image.manifest().layers().get(i);
                if (layer.digest().equals(blob)) {
                    Optional<UnpackedLayer> files = layers.find(image.keys().get(i));
                    if (files.isPresent() && store.packAgain(layer, files.get().files())) {
                        damaged.remove(blob);
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
