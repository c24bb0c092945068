package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A list of CPUs or memory nodes, and what there is of them. Version 2 takes those that are not there as well, and runs
 * processes on all where none is left.
 */
final class CpusetList {
    /** The kernel takes other forms, too, from who sets the file by name. */
    private static final Pattern FORM = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*");

    private CpusetList() {}

    /** Refuses what the cgroup above does not have. */
    static void require(CgroupDirectory directory, Limit limit, Setting setting) {
        Optional<String> available = available(directory, setting.file());
        if (available.isEmpty() || !FORM.matcher(setting.value()).matches()) {
            return;
        }
        BitSet wanted = parse(setting.value());
        wanted.andNot(parse(available.get()));
        if (!wanted.isEmpty()) {
            throw new InvalidSpecificationException("limit " + limit.key() + ": " + setting + " in " + directory
                    + ": there is no " + wanted.nextSetBit(0) + "; it may have " + available.get());
        }
    }

    /** What the cgroup above has; empty if that can't be told. */
    static Optional<String> available(CgroupDirectory directory, String file) {
        Path above = directory.path().getParent();
        if (above == null) {
            return Optional.empty();
        }
        Path list = above.resolve(directory.version() == CgroupVersion.V1 ? file : file + ".effective");
        try {
            return Optional.of(Files.readString(list).strip()).filter(text -> !text.isEmpty());
        } catch (IOException _) {
            return Optional.empty(); // then the kernel has the only word
        }
    }

    static BitSet parse(String list) {
        BitSet set = new BitSet();
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            set.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return set;
    }
}
