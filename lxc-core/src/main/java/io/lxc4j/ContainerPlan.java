package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.PlannedMount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.PseudoFileSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the parts of a container become one plan: the one place where they meet. */
final class ContainerPlan {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int UMASK = 022;

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
        namespaces.contribute(plan);
        plan.add(new Operation.NewSession());
        plan.add(new Operation.DieWithParent());
        List<PlannedMount> mounts =
                settings.mounts.stream().map(mount -> mount.plan(namespaces)).toList();
        mounts.forEach(mount -> mount.open(plan));
        plan.add(new MountOperation.IsolateMounts());
        RootFileSystem root = settings.root();
        if (!root.hasScratch() && settings.mounts.stream().anyMatch(Mount::needsScratch)) {
            plan.add(new MountOperation.MountScratch(SCRATCH_BYTES));
        }
        root.contribute(plan, namespaces);
        PseudoFileSystems.contribute(plan, namespaces);
        for (int i = 0; i < mounts.size(); i++) {
            mounts.get(i).attach(plan, i);
        }
        PseudoFileSystems.protect(plan);
        settings.protectedPaths.forEach(path -> plan.add(new MountOperation.ProtectFromWrites(path, false)));
        settings.maskedPaths.forEach(path -> plan.add(new MountOperation.Mask(path, false)));
        plan.add(new Operation.PivotRoot());
        plan.add(new Operation.SetUmask(UMASK));
        plan.add(new Operation.CloseDescriptors());
        if (settings.workingDirectory != null) {
            plan.add(new Operation.ChangeDirectory(settings.workingDirectory));
        }
        plan.add(new Operation.ForbidNewPrivileges());
        plan.add(exec(settings));
        return plan.build();
    }

    private static Operation.Exec exec(ContainerBuilder settings) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", PATH);
        environment.put("HOME", "/root");
        environment.put("container", "lxc4j");
        environment.putAll(settings.environment);
        List<String> entries = new ArrayList<>();
        environment.forEach((name, value) -> entries.add(name + "=" + value));
        return new Operation.Exec(
                settings.command.getFirst(), settings.command, entries, searchPath(settings.environment));
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
