package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.StoreUsage;
import io.lxc4j.layers.StoreUsage.ImageUsage;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Equal files of several layers")
@Timeout(120)
class DeduplicationIT {
    private static final long KIB = 1024;

    @TempDir
    Path directory;

    private LayerStore store;
    private Path place;
    private Path mounted = Path.of("/nowhere");

    private void open(Path where) {
        place = where;
        store = LayerStore.open(where);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
        if (Files.exists(mounted)) {
            Command.run("umount", mounted.toString()).orFail();
        }
    }

    private Image image(String name, String script) throws IOException {
        Path tree = Files.createDirectory(directory.resolve(name));
        Command.run(
                        "bash",
                        "-euc",
                        "cd $0; umask 022; head -c 100000 /dev/zero | tr '\\0' x > same; cp same twice; seq 20000 >"
                                + " numbers; echo small > small; ln small linked; mkdir d; cp numbers d; chmod 4711"
                                + " d/numbers; "
                                + script
                                + "; find . -exec touch -hd '2001-02-03 04:05:06.789 UTC' {} +",
                        tree.toString())
                .orFail();
        Image image = store.importTree(tree, name + ":1");
        image.root();
        return image;
    }

    private Path files(Image image) throws IOException {
        return place.resolve("keys/" + image.config().diffIds().getFirst().hex())
                .toRealPath()
                .resolve("f");
    }

    private static Object inode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:ino");
    }

    private void reopen() {
        store.close();
        store = LayerStore.open(place);
    }

    @Test
    @DisplayName("become one where they are equal in everything, and layers stay what their archives say")
    void linked() throws Exception {
        open(directory.resolve("store"));
        Image one = image("one", ":");
        Image two = image("two", "echo other > other; setfattr -n user.x -v y numbers");
        Image three = image("three", "chmod 0600 same; echo Small > small; rm twice");
        long before = store.usage().layerBytes();
        reopen();

        StoreUsage.Saved saved = store.deduplicate();
        assertThat(inode(files(two).resolve("same"))).isEqualTo(inode(files(one).resolve("same")));
        assertThat(inode(files(two).resolve("twice")))
                .isEqualTo(inode(files(one).resolve("twice")));
        assertThat(inode(files(one).resolve("twice")))
                .isNotEqualTo(inode(files(one).resolve("same")));
        assertThat(inode(files(two).resolve("small")))
                .isEqualTo(inode(files(one).resolve("linked")));
        assertThat(inode(files(two).resolve("numbers")))
                .isNotEqualTo(inode(files(one).resolve("numbers")));
        assertThat(inode(files(three).resolve("numbers")))
                .isEqualTo(inode(files(one).resolve("numbers")));
        assertThat(inode(files(three).resolve("same")))
                .isNotEqualTo(inode(files(one).resolve("same")));
        assertThat(inode(files(three).resolve("small")))
                .isNotEqualTo(inode(files(one).resolve("small")));
        assertThat(inode(files(three).resolve("d/numbers")))
                .isEqualTo(inode(files(one).resolve("d/numbers")));

        assertThat(saved.files()).isEqualTo(4 + 2);
        assertThat(saved.bytes()).isGreaterThan(300 * KIB);
        assertThat(store.usage().layerBytes()).isEqualTo(before - saved.bytes());
        assertThat(place.resolve("layers").toFile().list()).hasSize(3);
        assertThat(store.check()).isEmpty();
        assertThat(store.deduplicate()).isEqualTo(new StoreUsage.Saved(0, 0));
        store.untag("one:1");
        store.collect();
        assertThat(files(two).resolve("same")).hasSize(100_000);
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("stay two for those who use their layer, and become one when it is collected")
    void in_use() throws Exception {
        open(directory.resolve("store"));
        Image one = image("one", ":");
        Image two = image("two", "echo other > other");
        List<Path> before = List.of(files(one), files(two));
        try (LayerStore another = LayerStore.open(place)) {
            assertThat(another.deduplicate().files()).isPositive();
        }
        assertThat(inode(files(one).resolve("same"))).isEqualTo(inode(files(two).resolve("same")));
        assertThat(inode(before.getFirst().resolve("same")))
                .isNotEqualTo(inode(before.getLast().resolve("same")));
        assertThat(place.resolve("layers").toFile().list()).hasSize(3);
        reopen();
        assertThat(store.collect()).isEqualTo(1);
        assertThat(before.stream().filter(Files::exists)).hasSize(1);
        assertThat(store.check()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkfs.xfs -q -m reflink=1", "mkfs.btrfs -q"})
    @DisplayName("share their room, and stay files of their own, on a file system that can")
    void shared(String format) throws Exception {
        Requirement.LOOP_DEVICES.assume();
        Requirement.SHARING_FILE_SYSTEMS.assume();
        Path disk = directory.resolve("disk");
        Path mountPoint = Files.createDirectory(directory.resolve("mounted"));
        Command.run(
                        "bash",
                        "-euc",
                        "truncate -s 400M $0; " + format + " $0; mount -o loop $0 $1",
                        disk.toString(),
                        mountPoint.toString())
                .orFail();
        mounted = mountPoint;
        open(Files.createDirectory(mounted.resolve("x")).resolve("store"));
        String large = "yes 'large file' | head -c 30000000 > large; cp large larger; ";
        Image one = image("one", large + "echo 1 > larger");
        Image two = image("two", large + "chmod 0600 large; echo 2 > d/other");
        long before = used();
        StoreUsage.Saved saved = store.deduplicate();
        assertThat(before - used()).isGreaterThan(50_000 * KIB);
        assertThat(saved.bytes()).isGreaterThan(50_000 * KIB);
        assertThat(inode(files(two).resolve("large")))
                .isNotEqualTo(inode(files(one).resolve("large")));
        Files.writeString(files(two).resolve("large"), "changed");
        assertThat(files(one).resolve("large")).hasSize(30_000_000);
        assertThat(store.check())
                .extracting("where")
                .containsExactly("layers/" + files(two).getParent().getFileName());
    }

    private long used() {
        return Long.parseLong(
                Command.run("sh", "-c", "sync -f $0; df --output=used -B1 $0 | tail -1", mounted.toString())
                        .orFail()
                        .strip());
    }

    @Test
    @DisplayName("are accounted for: what images have alone, together, and what nobody needs")
    void accounted() throws Exception {
        open(directory.resolve("store"));
        Image base = image("base", ":");
        Path upper = Files.createDirectory(directory.resolve("upper"));
        Command.run("sh", "-c", "head -c 200000 /dev/urandom > $0/noise", upper.toString())
                .orFail();
        Image above = store.commit(base, upper, "", "above:1");
        StoreUsage packed = store.usage();
        long layerUnpacked = of(packed, base).unpackedBytes();
        assertThat(layerUnpacked).isBetween(400 * KIB, 600 * KIB);
        above.root();
        StoreUsage usage = store.usage();
        ImageUsage ofBase = of(usage, base);
        ImageUsage ofAbove = of(usage, above);
        assertThat(ofBase.names()).containsExactly("docker.io/library/base:1");
        assertThat(ofAbove.compressedBytes() - ofBase.compressedBytes()).isBetween(200_000L, 202_000L);
        assertThat(ofAbove.unpackedBytes() - layerUnpacked).isBetween(200_000L, 220_000L);
        long baseLayer = base.manifest().layers().getFirst().size();
        assertThat(ofBase.sharedBytes()).isEqualTo(ofAbove.sharedBytes()).isEqualTo(layerUnpacked + baseLayer);
        assertThat(ofBase.uniqueBytes())
                .isEqualTo(base.descriptor().size() + base.manifest().config().size());
        assertThat(usage.blobBytes()).isEqualTo(blobBytes());
        assertThat(usage.layerBytes()).isGreaterThanOrEqualTo(ofAbove.unpackedBytes());
        assertThat(usage.collectableBytes()).isZero();

        store.untag("above:1");
        assertThat(store.usage().collectableBytes()).as("held by this JVM").isZero();
        reopen();
        long collectable = store.usage().collectableBytes();
        assertThat(collectable).isEqualTo(ofAbove.uniqueBytes());
        long all = store.usage().blobBytes() + store.usage().layerBytes();
        store.collect();
        assertThat(store.usage().blobBytes() + store.usage().layerBytes()).isEqualTo(all - collectable);
        assertThat(store.usage().images()).extracting("image").isEqualTo(List.of(base.digest()));
    }

    private static ImageUsage of(StoreUsage usage, Image image) {
        return usage.images().stream()
                .filter(each -> each.image().equals(image.digest()))
                .findFirst()
                .orElseThrow();
    }

    private long blobBytes() throws IOException {
        try (var blobs = Files.list(place.resolve("blobs/sha256"))) {
            return blobs.mapToLong(blob -> blob.toFile().length()).sum();
        }
    }
}
