package io.lxc4j.namespaces;

import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.ProcessStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Hosts whose files lie in a directory. */
record FakeHost(Path directory) {
    static final IdSet ALL = IdSet.of(0, IdSet.END);
    private static final long SET_IDS = 0xc0;

    static Caller root() {
        return rootOf(ALL);
    }

    /** Root of a user namespace that has some ids. */
    static Caller rootOf(IdSet own) {
        return new Caller(
                new ProcessStatus("java", 0, 0, CapabilitySets.of(SET_IDS), false, false), "root", own, own, false);
    }

    static Caller alice() {
        return new Caller(
                new ProcessStatus("java", 1000, 100, CapabilitySets.of(0), false, false), "alice", ALL, ALL, false);
    }

    FakeHost users(String... lines) {
        return write("subuid", lines);
    }

    FakeHost groups(String... lines) {
        return write("subgid", lines);
    }

    /** The same lines in both files. */
    FakeHost ids(String... lines) {
        return users(lines).groups(lines);
    }

    private FakeHost write(String name, String... lines) {
        try {
            Files.write(directory.resolve(name), List.of(lines));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A host as a JVM sees it: each has locks of its own on the one file. */
    IdHost of(Caller caller) {
        return new IdHost(caller, directory, locks());
    }

    IdLocks locks() {
        try {
            long uid = (int) Files.getAttribute(directory, "unix:uid");
            return new IdLocks(new LockDirectory(uid, directory, List.of("lxc4j", "ids")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
