package io.lxc4j.layers;

import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.UserNames;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.namespaces.SubordinateIds;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Whose files are in a container that an ordinary user starts: that user is root there, and its subordinate ids follow. Of root nothing is
 * changed, whose writable layers have the owners of the container.
 *
 * @param uids where the users come from
 * @param gids where the groups come from
 */
record OwnersInside(Ids uids, Ids gids) {
    /**
     * Some ids outside.
     *
     * @param all whether all are the same inside and outside
     * @param own what is 0 inside
     * @param others what comes after that, in order
     */
    record Ids(boolean all, long own, List<SubordinateIds.Range> others) {
        long inside(long outside) {
            if (all) {
                return outside;
            }
            if (outside == own) {
                return 0;
            }
            long first = 1;
            for (SubordinateIds.Range range : others) {
                if (outside >= range.first() && outside < range.first() + range.count()) {
                    return first + outside - range.first();
                }
                first += range.count();
            }
            return outside;
        }
    }

    static OwnersInside ofThisUser() {
        ProcessStatus caller = ProcessStatus.ofThisProcess();
        return new OwnersInside(
                ids(caller.uid(), caller.uid(), "/etc/subuid"), ids(caller.uid(), caller.gid(), "/etc/subgid"));
    }

    private static Ids ids(long uid, long own, String file) {
        if (uid == 0) {
            return new Ids(true, 0, List.of());
        }
        List<SubordinateIds.Range> ranges =
                SubordinateIds.read(Path.of(file)).rangesOf(UserNames.ofThisProcess(uid), uid).stream()
                        .sorted(Comparator.comparingLong(SubordinateIds.Range::first))
                        .toList();
        return new Ids(false, own, ranges);
    }

    TarEntry of(TarEntry entry) {
        return entry.of(uids.inside(entry.uid()), gids.inside(entry.gid()));
    }
}
