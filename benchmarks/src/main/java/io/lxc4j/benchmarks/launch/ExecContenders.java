package io.lxc4j.benchmarks.launch;

import io.lxc4j.Container;
import io.lxc4j.ContainerSpec;
import io.lxc4j.benchmarks.race.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Running containers, and the ways to start one more process in them. Closing ends the containers. */
final class ExecContenders implements AutoCloseable {
    static final String CRUN = "crun exec";
    static final String NSENTER = "nsenter + sh";

    private static final String ID = "lxc4j-benchmark-exec";

    private final Workshop workshop;
    private final Container container;
    private final Container containerWithUsers;
    private final List<List<String>> atTheEnd = new ArrayList<>();

    ExecContenders(Workshop workshop) {
        this.workshop = workshop;
        container = paused(Contenders.full(workshop.root()));
        containerWithUsers = paused(Contenders.fullWithUsers(workshop.root()));
    }

    private static Container paused(ContainerSpec specification) {
        return specification.toBuilder().command(Contenders.PAUSE).start();
    }

    List<Contender> ofJava() {
        Path root = workshop.root();
        return new ArrayList<>(List.of(
                Contenders.container(Contenders.FULL, Contenders.full(root)),
                Contenders.container(Contenders.FULL_WITH_USERS, Contenders.fullWithUsers(root)),
                Contenders.exec(Contenders.EXEC, container),
                Contenders.exec(Contenders.EXEC_WITH_USERS, containerWithUsers)));
    }

    List<Contender> peers() throws IOException, InterruptedException {
        Optional<Path> helper = workshop.helper();
        if (helper.isEmpty()) {
            System.out.println("skipped: all that is started from C, as there is no gcc");
            return List.of();
        }
        List<Contender> contenders = new ArrayList<>();
        String pid = Long.toString(container.process().pid());
        add(
                contenders,
                helper.get(),
                NSENTER,
                List.of(),
                List.of("nsenter", "-t", pid, "-m", "-p", "-n", "-i", "-u", "-C", "-T", "/bin/sh", "-c", "/bin/true"));
        String state = Files.createDirectory(workshop.directory().resolve("exec-state"))
                .toString();
        Path bundle = Peers.bundle(workshop, "exec-bundle", Contenders.PAUSE);
        List<String> crun = List.of("crun", "--cgroup-manager=disabled", "--root", state);
        Optional<String> problem = Workshop.Trial.of(Peers.join(
                Peers.aroundCrun(),
                List.of("sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh"),
                crun,
                List.of("run", "--detach", "-b", bundle.toString(), ID)));
        if (problem.isPresent()) {
            System.out.println("skipped: " + CRUN + ": " + problem.get());
        } else {
            atTheEnd.add(Peers.join(Peers.aroundCrun(), crun, List.of("delete", "--force", ID)));
            add(
                    contenders,
                    helper.get(),
                    CRUN,
                    Peers.aroundCrun(),
                    Peers.join(crun, List.of("exec", ID, Contenders.TRUE)));
        }
        return contenders;
    }

    private static void add(
            List<Contender> contenders, Path helper, String name, List<String> around, List<String> command)
            throws IOException, InterruptedException {
        Optional<String> problem = Workshop.Trial.of(Peers.join(around, command));
        if (problem.isPresent()) {
            System.out.println("skipped: " + name + ": " + problem.get());
            return;
        }
        contenders.add(
                new Helper(Peers.join(around, List.of(helper.toString(), "spawn"), command)).contender(name, 'l'));
    }

    @Override
    public void close() {
        container.close();
        containerWithUsers.close();
        for (List<String> command : atTheEnd) {
            try {
                Workshop.Trial.of(command)
                        .ifPresent(problem -> System.out.println("left behind: " + command + ": " + problem));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
