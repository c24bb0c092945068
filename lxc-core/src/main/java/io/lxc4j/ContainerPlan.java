package io.lxc4j;

import static java.util.Objects.requireNonNull;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.SignalAction;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.TerminalOperation;
import io.lxc4j.layers.ImageUser;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.PlannedMount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.NamespacePlan;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.PseudoFileSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How the parts of a container become one plan: the one place where they meet. */
final class ContainerPlan {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** Room for directories that mounts lie on, and no data. */
    private static final long SCRATCH_BYTES = 1 << 20;

    private ContainerPlan() {}

    /** What of the host the plan depends on: as long as this is equal, the plan is the same. */
    static List<Object> look(ContainerBuilder settings) {
        Architecture.requireSupported();
        List<Object> seen = new ArrayList<>();
        seen.add(settings.root().look());
        Namespaces namespaces = settings.namespaces();
        settings.mounts.forEach(mount -> seen.add(mount.plan(namespaces).look()));
        return seen;
    }

    static LaunchPlan of(ContainerBuilder settings) {
        Namespaces namespaces = settings.namespaces();
        LaunchPlan.Builder plan = LaunchPlan.builder();
        plan.add(new Operation.AwaitParent());
        if (settings.hasCgroup()) {
            Cgroup.contribute(plan);
        }
        NamespacePlan.contribute(plan, namespaces, settings.attributes());
        Execution execution = settings.execution();
        if (execution.changesUser()) {
            plan.add(new Operation.BecomeUser(
                    ids(settings, requireNonNull(execution.user())), settings.terminal != null));
        }
        settings.isolation().contribute(plan, NamespacePlan.rights(namespaces));
        settings.attributes().contribute(plan);
        part(plan);
        List<PlannedMount> mounts =
                settings.mounts.stream().map(mount -> mount.plan(namespaces)).toList();
        mounts.forEach(mount -> mount.open(plan));
        plan.add(new MountOperation.IsolateMounts());
        RootFileSystem root = settings.root();
        if (!root.hasScratch() && settings.mounts.stream().anyMatch(Mount::needsScratch)) {
            plan.add(new MountOperation.MountScratch(SCRATCH_BYTES));
        }
        root.contribute(plan, namespaces, settings.isolation().allowsNewPrivileges());
        PseudoFileSystems.contribute(plan, namespaces, settings.isolation().procOptions());
        if (settings.hasCgroup() && namespaces.hasOwnCgroups()) {
            Cgroup.contributeView(plan, settings.limits(), settings.wishedLimits());
        }
        for (int i = 0; i < mounts.size(); i++) {
            mounts.get(i).prepare(plan, i);
            mounts.get(i).attach(plan);
        }
        if (execution.makesDirectory()) {
            makeDirectories(plan, requireNonNull(execution.workingDirectory()));
        }
        PseudoFileSystems.protect(plan);
        settings.protectedPaths.forEach(path -> plan.add(new MountOperation.ProtectFromWrites(path, false)));
        settings.maskedPaths.forEach(path -> plan.add(new MountOperation.Mask(path, false)));
        plan.add(new Operation.PivotRoot());
        takeTerminal(plan, settings.terminal, true);
        if (settings.init) {
            NamespacePlan.contributeInit(plan, namespaces);
        }
        plan.add(new Operation.CloseDescriptors());
        String directory = execution.workingDirectory();
        if (directory != null) {
            plan.add(new Operation.ChangeDirectory(directory));
        }
        plan.add(exec(execution.command(), settings, execution.environment(), execution.user()));
        return plan.build();
    }

    private static void makeDirectories(LaunchPlan.Builder plan, String path) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            plan.add(new MountOperation.MakeDirectory(path.substring(0, slash), 0755));
        }
        if (path.length() > 1) {
            plan.add(new MountOperation.MakeDirectory(path, 0755));
        }
    }

    /** Groups that were asked for by number are had by each user. */
    private static Operation.SetIds ids(ContainerBuilder settings, ImageUser user) {
        Set<Integer> groups = new TreeSet<>(settings.attributes().additionalGroups());
        groups.addAll(user.groups());
        return NamespacePlan.takingOnUser(settings.namespaces(), user.uid(), user.gid(), List.copyOf(groups));
    }

    /** What a process that runs something of the container shall not have of this JVM. */
    private static void part(LaunchPlan.Builder plan) {
        plan.add(new Operation.NewSession());
        plan.add(new Operation.DieWithParent());
        long ignored = SignalAction.ignoredAtFirst();
        if (ignored != 0) {
            plan.add(new Operation.StopIgnoringSignals(ignored));
        }
    }

    private static void takeTerminal(LaunchPlan.Builder plan, @Nullable WindowSize size, boolean isConsole) {
        if (size == null) {
            return;
        }
        plan.add(new TerminalOperation.MakeTerminal(size.columns(), size.rows()));
        if (isConsole) {
            plan.add(new TerminalOperation.BindConsole());
        }
        plan.add(new TerminalOperation.TakeTerminal());
    }

    /** One more process in a container. */
    static LaunchPlan of(ContainerBuilder settings, ExecBuilder exec, Handle firstProcess) {
        Execution execution = settings.execution();
        Map<String, String> environment = new LinkedHashMap<>(execution.environment());
        environment.putAll(exec.environment);
        Namespaces namespaces = settings.namespaces();
        LaunchPlan.Builder plan = LaunchPlan.builder();
        plan.add(new Operation.AwaitParent());
        if (settings.hasCgroup()) {
            Cgroup.contributeToJoin(plan);
        }
        NamespacePlan.join(plan, namespaces, firstProcess);
        ImageUser user = exec.user == null ? execution.user() : Execution.user(exec.user, settings.image);
        if (user == null || (exec.user == null && !execution.changesUser())) {
            NamespacePlan.takingOnUser(namespaces, settings.attributes()).ifPresent(plan::add);
        } else if (exec.user == null) {
            plan.add(ids(settings, user));
        } else {
            plan.add(NamespacePlan.takingOnUser(namespaces, user.uid(), user.gid(), user.groups()));
        }
        part(plan);
        exec.isolation().contribute(plan, NamespacePlan.rights(namespaces));
        settings.attributes().contribute(plan);
        takeTerminal(plan, exec.terminal, false);
        plan.add(new Operation.CloseDescriptors());
        String directory = exec.workingDirectory == null ? execution.workingDirectory() : exec.workingDirectory;
        plan.add(new Operation.ChangeDirectory(directory == null ? "/" : directory));
        plan.add(exec(exec.command, exec, environment, user));
        return plan.build();
    }

    /** What works on a container's files for this JVM. */
    static LaunchPlan ofHand(ContainerBuilder settings, Handle firstProcess) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        plan.add(new Operation.AwaitParent());
        NamespacePlan.joinFiles(plan, settings.namespaces(), firstProcess);
        plan.add(new Operation.NewSession());
        plan.add(new Operation.DieWithParent());
        plan.add(new Operation.SetUmask(0));
        plan.add(new Operation.CloseDescriptors());
        plan.add(new Operation.ServeParent());
        return plan.build();
    }

    /** What mounts one more in a running container. */
    static LaunchPlan ofMount(ContainerBuilder settings, Mount mount, Handle firstProcess, Handle mounts) {
        PlannedMount planned = mount.plan(settings.namespaces());
        LaunchPlan.Builder plan = arriveToMount(settings, firstProcess, mounts);
        planned.open(plan);
        plan.add(new MountOperation.IsolateMounts());
        if (mount.needsScratch()) {
            plan.add(new MountOperation.MountScratch(SCRATCH_BYTES));
        }
        planned.prepare(plan, 0);
        plan.add(new MountOperation.EnterMounts(mounts));
        planned.attach(plan);
        plan.add(new Operation.End());
        return plan.build();
    }

    /** What takes a mount of a running container away. */
    static LaunchPlan ofUnmount(ContainerBuilder settings, String target, Handle firstProcess, Handle mounts) {
        LaunchPlan.Builder plan = arriveToMount(settings, firstProcess, mounts);
        plan.add(new MountOperation.EnterMounts(mounts));
        plan.add(new MountOperation.Unmount(target));
        plan.add(new Operation.End());
        return plan.build();
    }

    private static LaunchPlan.Builder arriveToMount(ContainerBuilder settings, Handle firstProcess, Handle mounts) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        plan.add(new Operation.AwaitParent());
        NamespacePlan.joinToMount(plan, settings.namespaces(), firstProcess);
        plan.given(mounts);
        plan.add(new Operation.NewSession());
        plan.add(new Operation.DieWithParent());
        return plan;
    }

    private static Operation.Exec exec(
            List<String> command, CommandBuilder<?> settings, Map<String, String> own, @Nullable ImageUser user) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("HOME", user == null ? "/root" : user.home());
        environment.put("container", "lxc4j");
        if (settings.terminal != null) {
            environment.put("TERM", "xterm");
        }
        environment.putAll(own);
        List<String> entries = new ArrayList<>();
        environment.forEach((name, value) -> entries.add(name + "=" + value));
        return new Operation.Exec(command.getFirst(), command, entries, searchPath(own));
    }

    /** The directories that a command without a slash is looked for in. */
    static List<String> searchPath(Map<String, String> environment) {
        String value = environment.getOrDefault("PATH", PATH);
        List<String> path = Arrays.stream(value.split(":", -1))
                .filter(directory -> directory.startsWith("/"))
                .toList();
        if (path.isEmpty()) {
            throw new InvalidSpecificationException(
                    "environment variable PATH has no absolute directory: \"" + value + "\"");
        }
        return path;
    }
}
