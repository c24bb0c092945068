package io.lxc4j.benchmarks.launch;

import io.lxc4j.benchmarks.race.Pressure;
import io.lxc4j.benchmarks.race.Results;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What launches were meant to cost, beside what they do. */
final class Acceptance {
    private final Results results;

    Acceptance(Results results) {
        this.results = results;
    }

    /** Whether the times are what they were meant to be. */
    void acceptance() {
        List<String> lines = new ArrayList<>();
        for (String name : List.of(Contenders.FULL, Contenders.FULL_WITH_USERS)) {
            String limit = name.equals(Contenders.FULL) ? Peers.LIMIT : Peers.LIMIT_WITH_USERS;
            results.atMost(lines, name, 1.2, limit);
            results.atMost(lines, name, 1.0, Contenders.PROCESS_BUILDER);
            results.atMost(lines, name, 1.0, Peers.BWRAP);
            results.atMost(lines, name, 1.0 / 4, Peers.CRUN);
            results.atMost(lines, name, 1.0 / 10, Peers.RUNC);
        }
        results.conclude("acceptance", lines);
    }

    /** Whether one more process costs what it was meant to. */
    void execAcceptance() {
        List<String> lines = new ArrayList<>();
        results.atMost(lines, Contenders.EXEC, 1.2, Contenders.FULL);
        results.atMost(lines, Contenders.EXEC_WITH_USERS, 1.2, Contenders.FULL_WITH_USERS);
        for (String name : List.of(Contenders.EXEC, Contenders.EXEC_WITH_USERS)) {
            results.atMost(lines, name, 1.0 / 5, ExecContenders.CRUN);
            results.atMost(lines, name, 1.0 / 5, ExecContenders.NSENTER);
        }
        results.conclude("exec-acceptance", lines);
    }

    /** Whether a filter costs a start what it was meant to. */
    void filterAcceptance() {
        List<String> lines = new ArrayList<>();
        for (String name : List.of(Contenders.FULL, Contenders.FULL_WITH_USERS)) {
            results.atMostMore(lines, name, 0.1, "ms", name + FilterContenders.UNFILTERED);
        }
        results.conclude("filter-acceptance", lines);
    }

    /** Whether a filter costs a call what it was meant to, and no more than that of libseccomp. */
    void callsAcceptance() {
        List<String> lines = new ArrayList<>();
        for (String call : FilterContenders.CALLS) {
            String unfiltered = FilterContenders.LXC4J + call + FilterContenders.UNFILTERED;
            results.atMostMore(lines, FilterContenders.LXC4J + call, 60, "ns", unfiltered);
            results.atMost(lines, FilterContenders.LXC4J + call, 1.05, FilterContenders.CRUN + call);
        }
        results.conclude("calls-acceptance", lines);
    }

    void throughput(List<Throughput> rates, Pressure pressure) throws IOException {
        System.out.printf("%nparallel: launches a second, by virtual threads%n");
        System.out.printf("%-48s %9s %9s %9s %9s%n", "", "at once", "median", "min", "max");
        for (Throughput rate : rates) {
            System.out.printf(
                    "%-48s %9d %9.0f %9.0f %9.0f%n",
                    rate.name(), rate.threads(), rate.median(), rate.min(), rate.max());
        }
        results.keep("parallel", rates);
        results.conditions("parallel", pressure);
    }
}
