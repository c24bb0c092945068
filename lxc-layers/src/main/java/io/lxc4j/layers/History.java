package io.lxc4j.layers;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.store.Ancestors;
import io.lxc4j.layers.store.Store;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/** What images were made from, as far as that is in the store. */
final class History {
    private static final Comparator<Commit> LATEST_FIRST = Comparator.comparing(
                    (Commit commit) -> commit.time().orElse(Instant.MIN))
            .reversed();

    private final Store store;

    History(Store store) {
        this.store = store;
    }

    /** An image that can be used, as all of it is here. */
    Optional<Descriptor> find(Digest digest) {
        return store.manifest(digest)
                .filter(image -> store.document(image) instanceof Manifest manifest
                        && store.has(manifest.config().digest())
                        && manifest.layers().stream().allMatch(layer -> store.has(layer.digest())));
    }

    /** All that an image was made from, and itself, the latest first, none after what it was made from. */
    List<Commit> log(Descriptor image) {
        Map<Digest, Commit> all = ancestry(image);
        Map<Digest, Integer> children = new HashMap<>();
        all.values().forEach(commit -> present(commit).forEach(parent -> children.merge(parent, 1, Integer::sum)));
        PriorityQueue<Commit> next = new PriorityQueue<>(LATEST_FIRST);
        next.add(all.get(image.digest()));
        List<Commit> log = new ArrayList<>();
        for (Commit commit; (commit = next.poll()) != null; log.add(commit)) {
            for (Digest parent : present(commit)) {
                if (children.merge(parent, -1, Integer::sum) == 0) {
                    next.add(all.get(parent));
                }
            }
        }
        return log;
    }

    /** The latest that two were made from; of one that the other was made from, that one. */
    Optional<Digest> mergeBase(Descriptor one, Descriptor other) {
        Map<Digest, Commit> ours = ancestry(one);
        Map<Digest, Commit> common = ancestry(other);
        common.keySet().retainAll(ours.keySet());
        Set<Digest> reached = new HashSet<>();
        common.values().forEach(commit -> reached.addAll(commit.parents()));
        return common.values().stream()
                .filter(commit -> !reached.contains(commit.digest()))
                .min(LATEST_FIRST)
                .map(Commit::digest);
    }

    private Map<Digest, Commit> ancestry(Descriptor image) {
        Map<Digest, Commit> all = new LinkedHashMap<>();
        Deque<Descriptor> todo = new ArrayDeque<>(List.of(image));
        for (Descriptor next; (next = todo.poll()) != null; ) {
            if (all.containsKey(next.digest())) {
                continue;
            }
            Manifest manifest = (Manifest) store.document(next);
            Map<Digest, Descriptor> here = new LinkedHashMap<>();
            List<Digest> parents = Ancestors.parents(manifest);
            parents.forEach(parent -> find(parent).ifPresent(found -> here.put(parent, found)));
            todo.addAll(here.values());
            all.put(next.digest(), commit(next.digest(), store.config(manifest), parents, here.keySet()));
        }
        return all;
    }

    private static Commit commit(Digest digest, ImageConfig config, List<Digest> parents, Set<Digest> here) {
        Optional<HistoryEntry> step = config.history().isEmpty()
                ? Optional.empty()
                : Optional.of(config.history().getLast());
        return new Commit(
                digest,
                step.map(HistoryEntry::author)
                        .filter(author -> !author.isEmpty())
                        .orElse(config.author()),
                step.map(HistoryEntry::comment).orElse(""),
                step.flatMap(HistoryEntry::created).or(config::created),
                parents,
                parents.stream().filter(parent -> !here.contains(parent)).collect(Collectors.toSet()));
    }

    private static List<Digest> present(Commit commit) {
        return commit.parents().stream()
                .filter(parent -> !commit.gone().contains(parent))
                .toList();
    }
}
