package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.cgroups.CgroupHierarchy;
import io.lxc4j.cgroups.CgroupLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What all programs of the machine share, and what no container may change; {@link HostState} is what this JVM has. */
record MachineState(
        Map<String, String> settings,
        Map<String, String> devices,
        TreeSet<String> interfaces,
        TreeSet<String> cgroups,
        long clockMillis) {
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

    /** Settings that the kernel changes by itself, or that are none. */
    private static final List<String> NOT_SETTINGS =
            List.of("/ns_last_pid", "/perf_event_max_sample_rate", "/stat_refresh", "/max_newidle_lb_cost");

    static MachineState now() throws IOException {
        return new MachineState(readSettings(), readDevices(), readInterfaces(), readCgroups(), readClockMillis());
    }

    void assertUnchanged() throws IOException {
        MachineState now = now();
        assertThat(now.settings).isEqualTo(settings);
        assertThat(now.devices).isEqualTo(devices);
        assertThat(now.interfaces).isEqualTo(interfaces);
        assertThat(cgroups).containsAll(now.cgroups);
        assertThat(Math.abs(now.clockMillis - clockMillis)).isLessThan(CLOCK_TOLERANCE.toMillis());
    }

    /** All that somebody can write and this user can read; a kernel that has been hurt shows in {@code kernel/tainted}. */
    private static Map<String, String> readSettings() throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (String directory : List.of("kernel", "vm", "fs", "net", "dev", "debug")) {
            Path top = Path.of("/proc/sys", directory);
            if (Files.isDirectory(top)) {
                try (Stream<Path> files = Files.find(
                        top, 8, (path, attributes) -> attributes.isRegularFile() && isSetting(path.toString()))) {
                    files.forEach(file -> settings.put(file.toString(), content(file)));
                } catch (UncheckedIOException e) {
                    // a directory for root only
                    assertThat(e).hasRootCauseInstanceOf(AccessDeniedException.class);
                }
            }
        }
        assertThat(settings).containsKey("/proc/sys/kernel/core_pattern");
        return settings;
    }

    private static boolean isSetting(String file) {
        try {
            return NOT_SETTINGS.stream().noneMatch(file::endsWith)
                    && Files.isReadable(Path.of(file))
                    && Files.getPosixFilePermissions(Path.of(file)).stream()
                            .anyMatch(permission -> permission.name().endsWith("_WRITE"));
        } catch (IOException _) {
            return false; // of an interface that is gone
        }
    }

    private static String content(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.getClass().getSimpleName(); // the file of a device that is not there, for instance
        }
    }

    private static Map<String, String> readDevices() throws IOException {
        Map<String, String> devices = new TreeMap<>();
        for (String name : List.of(".", "null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")) {
            Path path = Path.of("/dev", name);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                PosixFileAttributes attributes =
                        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                devices.put(
                        name,
                        attributes.owner() + " " + attributes.group() + " "
                                + PosixFilePermissions.toString(attributes.permissions()));
            }
        }
        return devices;
    }

    private static TreeSet<String> readInterfaces() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        NetworkInterface.networkInterfaces().forEach(each -> names.add(each.getName()));
        return names;
    }

    /** The cgroups of version 2 below that of this JVM; others come and go with other programs of the machine. */
    private static TreeSet<String> readCgroups() throws IOException {
        TreeSet<String> cgroups = new TreeSet<>();
        Optional<Path> own = CgroupLayout.detect().unified().flatMap(CgroupHierarchy::directory);
        if (own.isPresent()) {
            try (Stream<Path> below = Files.find(own.get(), 8, (_, attributes) -> attributes.isDirectory())) {
                below.forEach(path -> cgroups.add(path.toString()));
            } catch (UncheckedIOException e) {
                assertThat(e).hasRootCauseInstanceOf(NoSuchFileException.class); // of another program
            }
        }
        return cgroups;
    }

    /** By how much the clock on the wall is ahead of the one that nobody can set. */
    private static long readClockMillis() {
        return System.currentTimeMillis() - System.nanoTime() / 1_000_000;
    }
}
