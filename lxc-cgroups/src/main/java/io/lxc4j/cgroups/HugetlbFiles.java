package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;

import io.lxc4j.cgroups.HugetlbStats.PageSize;
import io.lxc4j.cgroups.StatsWords.Keys;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Lazy;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The files of {@code hugetlb} for one size of page. */
final class HugetlbFiles {
    private static final Path SIZES = Path.of("/sys/kernel/mm/hugepages");
    private static final String SIZE_PREFIX = "hugepages-";
    private static final String SIZE_SUFFIX = "kB";
    private static final Keys EVENT_KEYS = new Keys("max");

    private static final Lazy<List<HugetlbFiles>> OF_THIS_KERNEL =
            new Lazy<>(() -> kilobytes().stream().map(HugetlbFiles::new).toList());

    private final long pageBytes;
    private final StatsFile v2Current;
    private final StatsFile v2Max;
    private final StatsFile v2Events;
    private final StatsFile v1Current;
    private final StatsFile v1Max;
    private final StatsFile v1Peak;
    private final StatsFile v1Failures;

    /**
     * The files of a size of page.
     *
     * @param kilobytes the size in KiB
     */
    HugetlbFiles(long kilobytes) {
        pageBytes = kilobytes * 1024;
        String prefix = "hugetlb." + label(kilobytes);
        v2Current = new StatsFile(prefix + ".current");
        v2Max = new StatsFile(prefix + ".max");
        v2Events = new StatsFile(prefix + ".events");
        v1Current = new StatsFile(prefix + ".usage_in_bytes");
        v1Max = new StatsFile(prefix + ".limit_in_bytes");
        v1Peak = new StatsFile(prefix + ".max_usage_in_bytes");
        v1Failures = new StatsFile(prefix + ".failcnt");
    }

    /** The sizes that this kernel knows; none if it has no huge pages. */
    static List<HugetlbFiles> ofThisKernel() {
        return OF_THIS_KERNEL.get();
    }

    /** As in {@code mem_fmt} of the kernel. */
    private static String label(long kilobytes) {
        if (kilobytes >= 1 << 20) {
            return (kilobytes >> 20) + "GB";
        }
        return kilobytes >= 1 << 10 ? (kilobytes >> 10) + "MB" : kilobytes + "KB";
    }

    private static List<Long> kilobytes() {
        List<Long> sizes = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(SIZES, SIZE_PREFIX + "*" + SIZE_SUFFIX)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                sizes.add(Long.valueOf(name.substring(SIZE_PREFIX.length(), name.length() - SIZE_SUFFIX.length())));
            }
        } catch (IOException e) {
            return List.of(); // no huge pages, or no sysfs
        }
        return sizes.stream().sorted().toList();
    }

    /** Reads the statistics. */
    static Optional<HugetlbStats> read(StatsBuffer buffer, @Nullable StatsSource source, List<HugetlbFiles> pageSizes) {
        if (source == null) {
            return Optional.empty();
        }
        List<PageSize> sizes = new ArrayList<>(pageSizes.size());
        for (HugetlbFiles files : pageSizes) {
            PageSize size = files.read(buffer, source);
            if (size == null) {
                break; // the controller has all of them or none
            }
            sizes.add(size);
        }
        return sizes.isEmpty() ? Optional.empty() : Optional.of(new HugetlbStats(sizes));
    }

    private @Nullable PageSize read(StatsBuffer buffer, StatsSource source) {
        Fd directory = source.directory();
        boolean first = source.version() == CgroupVersion.V1;
        long current = buffer.readNumber(directory, first ? v1Current : v2Current);
        if (current == ABSENT) {
            return null;
        }
        return first
                ? new PageSize(
                        pageBytes,
                        current,
                        StatsValues.limit(buffer.readNumber(directory, v1Max)),
                        StatsValues.optional(buffer.readNumber(directory, v1Peak)),
                        StatsValues.optional(buffer.readNumber(directory, v1Failures)))
                : new PageSize(
                        pageBytes,
                        current,
                        StatsValues.limit(buffer.readNumber(directory, v2Max)),
                        OptionalLong.empty(),
                        StatsValues.optional(buffer.readKeys(directory, v2Events, EVENT_KEYS)[0]));
    }
}
