package io.lxc4j.benchmarks.launch;

import io.lxc4j.ContainerSpec;
import io.lxc4j.benchmarks.race.Contender;
import io.lxc4j.seccomp.SeccompProfile;
import io.lxc4j.security.Isolation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Containers with and without a filter of system calls: how long they take to start, and their calls. */
final class FilterContenders {
    static final String UNFILTERED = ", no filter";

    /** What {@code calls.c} can measure: a call decided by its number, and one decided by its argument. */
    static final List<String> CALLS = List.of("number", "argument");

    static final String LXC4J = "lxc4j, by ";
    static final String CRUN = "crun, same profile, by ";

    private static final String ID = "lxc4j-benchmark-filter";

    private FilterContenders() {}

    /** Each start with its like without filter. */
    static List<Contender> ofStarts(Path root) {
        ContainerSpec full = Contenders.full(root);
        ContainerSpec fullWithUsers = Contenders.fullWithUsers(root);
        return List.of(
                Contenders.container(Contenders.FULL, full),
                Contenders.container(Contenders.FULL + UNFILTERED, unfiltered(full)),
                Contenders.container(Contenders.FULL_WITH_USERS, fullWithUsers),
                Contenders.container(Contenders.FULL_WITH_USERS + UNFILTERED, unfiltered(fullWithUsers)));
    }

    private static ContainerSpec unfiltered(ContainerSpec specification) {
        return specification.toBuilder()
                .isolation(Isolation.standard().withoutSeccomp())
                .build();
    }

    /** A million calls each, so that their milliseconds are the nanoseconds of one. */
    static List<Contender> ofCalls(Workshop workshop) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        String state = Files.createDirectory(workshop.directory().resolve("filter-state"))
                .toString();
        for (String call : CALLS) {
            ContainerSpec filtered = Contenders.full(workshop.root()).toBuilder()
                    .command(Contenders.CALLS, call)
                    .redirectOutput(Redirect.PIPE)
                    .build();
            contenders.add(ofLxc4j(LXC4J + call + UNFILTERED, unfiltered(filtered)));
            contenders.add(ofLxc4j(LXC4J + call, filtered));
            Path bundle =
                    Peers.bundle(workshop, "filter-" + call, Map.of("seccomp", flattened()), Contenders.CALLS, call);
            List<String> crun = Peers.join(
                    Peers.aroundCrun(),
                    List.of("crun", "--cgroup-manager=disabled", "--root", state),
                    List.of("run", "-b", bundle.toString(), ID));
            Optional<String> problem = Workshop.Trial.of(crun);
            if (problem.isPresent()) {
                System.out.println("skipped: " + CRUN + call + ": " + problem.get());
            } else {
                contenders.add(ofCommand(CRUN + call, crun));
            }
        }
        return contenders;
    }

    /**
     * The standard profile for a container without capabilities, in the form that OCI has: without conditions. What it refuses is
     * left to the default action, as libseccomp has no order of rules; the calls that are allowed cost the same.
     */
    private static ObjectNode flattened() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(SeccompProfile.class.getResourceAsStream("standard-profile.json"))) {
            ObjectNode profile = (ObjectNode) JsonMapper.shared().readTree(in);
            ArrayNode rules = profile.arrayNode();
            for (JsonNode rule : profile.get("syscalls")) {
                if (rule.get("action").stringValue().equals("SCMP_ACT_ALLOW") && !rule.has("includes")) {
                    rules.add(((ObjectNode) rule).without(List.of("comment", "excludes")));
                }
            }
            profile.set("syscalls", rules);
            return profile;
        }
    }

    private static Contender ofLxc4j(String name, ContainerSpec specification) {
        return Contender.of(
                name, () -> Long.parseLong(specification.run().output().strip()));
    }

    private static Contender ofCommand(String name, List<String> command) {
        return Contender.of(name, () -> {
            Process process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Long.parseLong(printed.strip());
        });
    }
}
