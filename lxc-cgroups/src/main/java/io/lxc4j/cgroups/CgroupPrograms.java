package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Bpf;
import io.lxc4j.kernel.BpfInsn;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Lazy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a cgroup's limits is no file but a program, and stands for a controller that version 2 does not have. Not thread-safe; {@link
 * Cgroup} sees to that.
 */
final class CgroupPrograms implements AutoCloseable {
    private static final Set<String> CONTROLLERS = Set.of(Programmed.DEVICES, Programmed.NETWORK);
    private static final Lazy<Optional<String>> OBSTACLE = new Lazy<>(CgroupPrograms::probe);

    private @Nullable DeviceAccess access;
    private @Nullable Fd devices;
    private @Nullable NetworkCounter network;

    /** Whether programs can stand for a controller in a cgroup of version 2. */
    static boolean have(String controller) {
        return CONTROLLERS.contains(controller) && obstacle().isEmpty();
    }

    /** Why this JVM can load no program; empty if it can. */
    static Optional<String> obstacle() {
        return OBSTACLE.get();
    }

    private static Optional<String> probe() {
        try {
            load(DeviceProgram.of(DeviceAccess.none())).close();
            return Optional.empty();
        } catch (ContainerException e) {
            return Optional.of(e.getMessage()
                    + "; cgroup version 2 needs programs for it, and so a kernel with CONFIG_CGROUP_BPF, and CAP_BPF"
                    + " and CAP_NET_ADMIN of the host, or CAP_SYS_ADMIN before Linux 5.8");
        }
    }

    private static Fd load(List<BpfInsn> program) {
        return Bpf.load(Constants.BPF_PROG_TYPE_CGROUP_DEVICE, Constants.BPF_CGROUP_DEVICE, "lxc4j_devices", program);
    }

    void apply(CgroupDirectory directory, Limit limit, Programmed programmed) {
        try {
            switch (programmed) {
                case Programmed.Devices(DeviceAccess wanted) -> allow(directory, limit, wanted);
                case Programmed.Network _ -> network(directory);
                case Programmed.SendingRate(long rate) -> network(directory).limitSending(rate);
            }
        } catch (SystemCallException e) {
            throw refused(directory, limit, programmed, e);
        }
    }

    private void allow(CgroupDirectory directory, Limit limit, DeviceAccess wanted) {
        if (wanted.equals(access)) {
            return;
        }
        if (directory.version() == CgroupVersion.V1) {
            DeviceFiles.write(directory, limit, wanted);
        } else {
            Fd loaded = load(DeviceProgram.of(wanted));
            try {
                if (devices == null) {
                    Bpf.attach(directory.fd(), loaded, Constants.BPF_CGROUP_DEVICE);
                } else {
                    Bpf.replace(directory.fd(), loaded, Constants.BPF_CGROUP_DEVICE, devices);
                    devices.close();
                }
            } catch (RuntimeException | Error e) {
                loaded.close();
                throw e;
            }
            devices = loaded;
        }
        access = wanted;
    }

    private NetworkCounter network(CgroupDirectory directory) {
        NetworkCounter known = network == null ? NetworkCounter.attach(directory) : network;
        network = known;
        return known;
    }

    private static ContainerException refused(
            CgroupDirectory directory, Limit limit, Programmed programmed, SystemCallException e) {
        String what = "limit " + limit.key() + ": " + programmed + " in " + directory + ": ";
        return switch (e.errno()) {
            case EPERM, EACCES ->
                new HostUnsupportedException(
                        what + "this user may not, or a program of a cgroup above lets none run beside it", e);
            case EINVAL, ENOSYS, EOPNOTSUPP ->
                new HostUnsupportedException(what + "this kernel does not take such a program", e);
            case E2BIG, ENOSPC -> new InvalidSpecificationException(what + "it is more than the kernel takes", e);
            default -> new ContainerException(what + "the kernel refuses it", e);
        };
    }

    /** The devices that were allowed last. */
    Optional<DeviceAccess> devices() {
        return Optional.ofNullable(access);
    }

    Optional<NetworkStats> network() {
        return Optional.ofNullable(network).map(NetworkCounter::read);
    }

    @Override
    public void close() {
        if (devices != null) {
            devices.close();
        }
        if (network != null) {
            network.close();
        }
    }
}
