package io.lxc4j.benchmarks.launch;

import io.lxc4j.Plans;
import io.lxc4j.benchmarks.race.Contender;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.ProgramFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** What is started from C: the limit, and the programs that one would use instead of this library. */
final class Peers {
    static final String LIMIT = "C limit, full";
    static final String LIMIT_WITH_USERS = "C limit, full + user namespace";
    static final String BWRAP = "bwrap";
    static final String CRUN = "crun";
    static final String RUNC = "runc";

    private static final String ID = "lxc4j-benchmark";

    private final Workshop workshop;
    private final Path helper;
    private final List<Contender> contenders = new ArrayList<>();

    private Peers(Workshop workshop, Path helper) {
        this.workshop = workshop;
        this.helper = helper;
    }

    /** All that this machine has; prints why one is missing. */
    static List<Contender> of(Workshop workshop) throws IOException, InterruptedException {
        Optional<Path> helper = workshop.helper();
        if (helper.isEmpty()) {
            System.out.println("skipped: all that is started from C, as there is no gcc");
            return List.of();
        }
        Peers peers = new Peers(workshop, helper.get());
        peers.add();
        return peers.contenders;
    }

    private void add() throws IOException, InterruptedException {
        Path root = workshop.root();
        peer("posix_spawn from C", List.of(), List.of(root + Contenders.TRUE));
        List<String> cgroups = CgroupArguments.ofDefaults();
        limit("C limit, no namespaces", "plain", Contenders.plainPlan(root), List.of());
        limit(LIMIT, "full", Plans.of(Contenders.full(root)), cgroups);
        limit(LIMIT_WITH_USERS, "full-with-users", Plans.of(Contenders.fullWithUsers(root)), cgroups);
        limit("C limit, host root", "host", Plans.of(Contenders.hostRoot(root)), cgroups);
        peer(
                "unshare",
                List.of(),
                List.of(
                        "unshare",
                        "-m",
                        "-p",
                        "-f",
                        "-n",
                        "-i",
                        "-u",
                        "-C",
                        "--mount-proc",
                        "-R",
                        root.toString(),
                        "/bin/true"));
        List<String> mounts = List.of("--ro-bind", root.toString(), "/", "--proc", "/proc", "--dev", "/dev");
        List<String> sys = List.of("--ro-bind", "/sys", "/sys", Contenders.TRUE);
        peer(
                BWRAP,
                List.of(),
                join(
                        List.of("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
                        List.of("--unshare-cgroup"),
                        mounts,
                        sys));
        peer("bwrap + user namespace", List.of(), join(List.of("bwrap", "--unshare-all"), mounts, sys));
        Path bundle = bundle(workshop, "bundle", Contenders.TRUE);
        String state =
                Files.createDirectory(workshop.directory().resolve("state")).toString();
        crun(bundle, state);
        peer(RUNC, List.of(), List.of("runc", "--root", state, "run", "--bundle", bundle.toString(), ID));
    }

    /** Where both versions of cgroups are mounted, crun works only if it does not see version 2. */
    private void crun(Path bundle, String state) throws IOException, InterruptedException {
        List<String> command =
                List.of("crun", "--cgroup-manager=disabled", "--root", state, "run", "-b", bundle.toString(), ID);
        List<String> around = aroundCrun();
        if (peer(CRUN, around, command) && !around.isEmpty()) {
            System.out.println(
                    "crun refuses this machine's hybrid cgroups: it is started in a mount namespace of its own"
                            + " (made once, not measured) without /sys/fs/cgroup/unified");
        }
    }

    /** What crun needs to be started in. */
    static List<String> aroundCrun() {
        return Files.exists(Path.of("/sys/fs/cgroup/unified/cgroup.controllers"))
                ? List.of(
                        "unshare",
                        "-m",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "umount /sys/fs/cgroup/unified && exec \"$@\"",
                        "sh")
                : List.of();
    }

    private boolean peer(String name, List<String> around, List<String> command)
            throws IOException, InterruptedException {
        Optional<String> problem = Workshop.Trial.of(join(around, command));
        if (problem.isPresent()) {
            System.out.println("skipped: " + name + ": " + problem.get());
            return false;
        }
        contenders.add(new Helper(join(around, List.of(helper.toString(), "spawn"), command)).contender(name, 'l'));
        return true;
    }

    private void limit(String name, String file, LaunchPlan plan, List<String> cgroups) throws IOException {
        List<String> arguments = join(ProgramFiles.write(plan, workshop.directory(), file), cgroups);
        contenders.add(new Helper(join(List.of(helper.toString(), "limit"), arguments)).contender(name, 'l'));
    }

    /** An OCI bundle with the root, the namespaces and the mounts of the others; neither cgroups nor seccomp. */
    static Path bundle(Workshop workshop, String name, String program) throws IOException {
        return bundle(workshop, name, Map.of(), program);
    }

    /** As that, with more in the configuration's {@code linux} object. */
    static Path bundle(Workshop workshop, String name, Map<String, Object> more, String... command) throws IOException {
        Path bundle = Files.createDirectory(workshop.directory().resolve(name));
        List<String> capabilities = List.of("CAP_CHOWN", "CAP_KILL", "CAP_SETGID", "CAP_SETUID");
        Map<String, Object> process = Map.of(
                "user", Map.of("uid", 0, "gid", 0),
                "args", List.of(command),
                "env", List.of("PATH=/bin"),
                "cwd", "/",
                "noNewPrivileges", true,
                "capabilities", Map.of("bounding", capabilities, "effective", capabilities, "permitted", capabilities));
        List<Map<String, Object>> mounts = List.of(
                mount("proc", "/proc", "nosuid", "noexec", "nodev"),
                mount("sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                mount("tmpfs", "/dev", "nosuid", "noexec", "mode=755", "size=65536k"),
                mount("devpts", "/dev/pts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        List<Map<String, String>> namespaces = List.of("pid", "network", "ipc", "uts", "mount", "cgroup").stream()
                .map(type -> Map.of("type", type))
                .toList();
        Map<String, Object> linux = new HashMap<>(more);
        linux.put("namespaces", namespaces);
        Map<String, Object> configuration = Map.of(
                "ociVersion",
                "1.0.2",
                "process",
                process,
                "root",
                Map.of("path", workshop.root().toString(), "readonly", true),
                "hostname",
                "container",
                "mounts",
                mounts,
                "linux",
                linux);
        Files.write(bundle.resolve("config.json"), JsonMapper.shared().writeValueAsBytes(configuration));
        return bundle;
    }

    private static Map<String, Object> mount(String type, String destination, String... options) {
        return Map.of("type", type, "source", type, "destination", destination, "options", List.of(options));
    }

    @SafeVarargs
    static List<String> join(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }
}
