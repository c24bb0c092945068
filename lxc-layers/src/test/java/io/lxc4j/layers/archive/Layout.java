package io.lxc4j.layers.archive;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.RawArchive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/** The files of a layout or of Docker's archive, made by hand, so that anything can be wrong with them. */
final class Layout {
    static final byte[] LAYER =
            new RawArchive().directory("etc/").file("etc/a", "a").end();
    static final Digest DIFF_ID = Digest.of(LAYER);

    final Map<String, byte[]> files = new TreeMap<>();

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(target)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target.toByteArray();
    }

    static byte[] config(Digest... diffIds) {
        ImageConfig config = new ImageConfig(Platform.host());
        for (Digest diffId : diffIds) {
            config = config.withLayer(diffId, new HistoryEntry(Optional.empty(), "by hand", "", "", false, Map.of()));
        }
        return config.toBytes();
    }

    static Layout empty() {
        return new Layout().put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    /** A layout with one image, as it should be. */
    static Layout right() {
        Layout layout = empty();
        return layout.index(layout.image(layout.layer(MediaType.LAYER_GZIP)));
    }

    Descriptor layer(MediaType type) {
        return blob(type, gzip(LAYER));
    }

    Descriptor image(Descriptor... layers) {
        return image(MediaType.CONFIG, config(DIFF_ID), layers);
    }

    Descriptor image(MediaType configType, byte[] config, Descriptor... layers) {
        Manifest manifest = new Manifest(MediaType.MANIFEST, blob(configType, config), List.of(layers), Map.of());
        return blob(MediaType.MANIFEST, manifest.toBytes());
    }

    Descriptor blob(MediaType type, byte[] content) {
        Descriptor blob = Descriptor.of(type, content);
        files.put(path(blob), content);
        return blob;
    }

    Descriptor indexBlob(Descriptor... entries) {
        return blob(MediaType.INDEX, new Index(MediaType.INDEX, List.of(entries), Map.of()).toBytes());
    }

    static String path(Descriptor blob) {
        return "blobs/sha256/" + blob.digest().hex();
    }

    Layout index(Descriptor... entries) {
        List<Descriptor> named = List.of(entries).stream()
                .map(entry -> entry.withAnnotations(Map.of("org.opencontainers.image.ref.name", "example.org/a:1")))
                .toList();
        return put("index.json", new Index(MediaType.INDEX, named, Map.of()).toBytes());
    }

    Layout put(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    Layout put(String name, String content) {
        return put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Layout remove(String name) {
        files.remove(name);
        return this;
    }

    Layout edit(String name, UnaryOperator<String> change) {
        return put(name, change.apply(new String(files.get(name), StandardCharsets.UTF_8)));
    }

    Path writeTo(Path directory) throws IOException {
        for (var file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return directory;
    }

    RawArchive archive() {
        RawArchive archive = new RawArchive();
        files.forEach((name, content) -> archive.file(name, new String(content, ByteStrings.BYTES)));
        return archive;
    }
}
