package io.lxc4j.cgroups;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Reserved huge pages (hugetlbfs) that a cgroup and those below it use. Transparent huge pages are ordinary memory.
 *
 * @param sizes each size of page that the kernel knows
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#hugetlb-interface-files">cgroup-v2, HugeTLB</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/hugetlb.html">cgroup-v1, HugeTLB Controller</a>
 */
public record HugetlbStats(List<PageSize> sizes) {
    /** Makes the list immutable. */
    public HugetlbStats {
        sizes = List.copyOf(sizes);
    }

    /**
     * The pages of one size.
     *
     * @param pageBytes how large such a page is, in bytes
     * @param currentBytes what is used now, in bytes
     * @param maxBytes the cgroup's own limit in bytes; empty if it has none. A cgroup above it may allow less
     * @param peakBytes the most that was used, in bytes; version 1 only
     * @param failures how often pages were refused because of the limit
     */
    public record PageSize(
            long pageBytes, long currentBytes, OptionalLong maxBytes, OptionalLong peakBytes, OptionalLong failures) {
        /** Renders the size and what is used: {@code 2.0 MiB pages: 8.0 MiB of 64.0 MiB}. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(StatsValues.bytes(pageBytes));
            text.append(" pages: ").append(StatsValues.bytes(currentBytes));
            maxBytes.ifPresent(max -> text.append(" of ").append(StatsValues.bytes(max)));
            if (failures.orElse(0) != 0) {
                text.append(", refused ").append(failures.getAsLong());
            }
            return text.toString();
        }
    }

    /** Renders the sizes, separated by semicolons. */
    @Override
    public String toString() {
        return sizes.stream().map(PageSize::toString).collect(Collectors.joining("; "));
    }
}
