package io.lxc4j.benchmarks.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Prints what is measured, and keeps it for the file. */
final class Results {
    private final Map<String, Object> all = new LinkedHashMap<>();
    /** What the acceptance is about. */
    private Map<String, Summary> latest = Map.of();

    Results(Options options) throws IOException {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " CPUs ("
                + processor() + "), Java " + Runtime.version();
        System.out.println(machine);
        System.out.println(options.rounds() + " rounds after " + options.warmup() + " to warm up");
        all.put("machine", machine);
        all.put("warmup", options.warmup());
        all.put("rounds", options.rounds());
        all.put("load", load("load at the beginning"));
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String load(String when) throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg")).strip();
        System.out.println(when + ": " + load);
        return load;
    }

    /** A table of times; the ratios are to what is there of the first contender and of the limit. */
    void table(String section, String title, List<Summary> summaries, Pressure pressure) throws IOException {
        Map<String, Summary> byName = new LinkedHashMap<>();
        summaries.forEach(summary -> byName.put(summary.name(), summary));
        double base = summaries.getFirst().median();
        Optional<Summary> limit = Optional.ofNullable(byName.get(Peers.LIMIT));
        System.out.printf("%n%s: %s%n", section, title);
        System.out.printf(
                "%-48s %9s %9s %9s %12s %9s%n", "", "median ms", "p95 ms", "min ms", "× 1st line", "× C limit");
        for (Summary summary : summaries) {
            System.out.printf(
                    "%-48s %9.3f %9.3f %9.3f %12.2f %9s%n",
                    summary.name(),
                    summary.median(),
                    summary.p95(),
                    summary.min(),
                    summary.median() / base,
                    limit.map(least -> String.format("%.2f", summary.median() / least.median()))
                            .orElse("-"));
        }
        all.put(section, summaries);
        conditions(section, pressure);
        latest = byName;
    }

    /** What each of many costs: pairs of summaries, without any and with all of them; the first pair beside the others. */
    void each(String section, int count, List<Summary> pairs) {
        List<String> lines = new ArrayList<>();
        double first = 0;
        for (int i = 0; i < pairs.size(); i += 2) {
            double micros = (pairs.get(i + 1).median() - pairs.get(i).median()) * 1000 / count;
            if (i == 0) {
                first = micros;
            }
            lines.add(String.format(
                    "each, by %s: %.2f µs; the first takes %.2f × that",
                    pairs.get(i + 1).name(), micros, first / micros));
        }
        lines.forEach(System.out::println);
        all.put(section, lines);
    }

    /** Whether the times are what they were meant to be. */
    void acceptance() {
        List<String> lines = new ArrayList<>();
        for (String name : List.of(Contenders.FULL, Contenders.FULL_WITH_USERS)) {
            String limit = name.equals(Contenders.FULL) ? Peers.LIMIT : Peers.LIMIT_WITH_USERS;
            atMost(lines, name, 1.2, limit);
            atMost(lines, name, 1.0, Contenders.PROCESS_BUILDER);
            atMost(lines, name, 1.0, Peers.BWRAP);
            atMost(lines, name, 1.0 / 4, Peers.CRUN);
            atMost(lines, name, 1.0 / 10, Peers.RUNC);
        }
        System.out.println();
        lines.forEach(System.out::println);
        all.put("acceptance", lines);
    }

    /** Whether one more process costs what it was meant to. */
    void execAcceptance() {
        List<String> lines = new ArrayList<>();
        atMost(lines, Contenders.EXEC, 1.2, Contenders.FULL);
        atMost(lines, Contenders.EXEC_WITH_USERS, 1.2, Contenders.FULL_WITH_USERS);
        for (String name : List.of(Contenders.EXEC, Contenders.EXEC_WITH_USERS)) {
            atMost(lines, name, 1.0 / 5, ExecContenders.CRUN);
            atMost(lines, name, 1.0 / 5, ExecContenders.NSENTER);
        }
        System.out.println();
        lines.forEach(System.out::println);
        all.put("exec-acceptance", lines);
    }

    /** Whether a filter costs a start what it was meant to. */
    void filterAcceptance() {
        List<String> lines = new ArrayList<>();
        for (String name : List.of(Contenders.FULL, Contenders.FULL_WITH_USERS)) {
            atMostMore(lines, name, 0.1, "ms", name + FilterContenders.UNFILTERED);
        }
        System.out.println();
        lines.forEach(System.out::println);
        all.put("filter-acceptance", lines);
    }

    /** Whether a filter costs a call what it was meant to, and no more than that of libseccomp. */
    void callsAcceptance() {
        List<String> lines = new ArrayList<>();
        for (String call : FilterContenders.CALLS) {
            String unfiltered = FilterContenders.LXC4J + call + FilterContenders.UNFILTERED;
            atMostMore(lines, FilterContenders.LXC4J + call, 60, "ns", unfiltered);
            atMost(lines, FilterContenders.LXC4J + call, 1.05, FilterContenders.CRUN + call);
        }
        System.out.println();
        lines.forEach(System.out::println);
        all.put("calls-acceptance", lines);
    }

    private void atMostMore(List<String> lines, String name, double wanted, String unit, String other) {
        Summary measured = latest.get(name);
        Summary reference = latest.get(other);
        if (measured == null || reference == null) {
            lines.add("unknown: " + name + " against " + other + ", which was not measured");
            return;
        }
        double more = measured.median() - reference.median();
        lines.add(String.format(
                "%s: %s takes %.3f %s more than %s (by the minima %.3f %s); wanted at most %.1f",
                more <= wanted ? "met" : "missed",
                name,
                more,
                unit,
                other,
                measured.min() - reference.min(),
                unit,
                wanted));
    }

    private void atMost(List<String> lines, String name, double wanted, String other) {
        Summary measured = latest.get(name);
        Summary reference = latest.get(other);
        if (measured == null || reference == null) {
            lines.add("unknown: " + name + " against " + other + ", which was not measured");
            return;
        }
        double ratio = measured.median() / reference.median();
        lines.add(String.format(
                "%s: %s takes %.2f × %s; wanted at most %.2f",
                ratio <= wanted ? "met" : "missed", name, ratio, other, wanted));
    }

    void throughput(List<Throughput> rates, Pressure pressure) throws IOException {
        System.out.printf("%nparallel: launches a second, by virtual threads%n");
        System.out.printf("%-48s %9s %9s %9s %9s%n", "", "at once", "median", "min", "max");
        for (Throughput rate : rates) {
            System.out.printf(
                    "%-48s %9d %9.0f %9.0f %9.0f%n",
                    rate.name(), rate.threads(), rate.median(), rate.min(), rate.max());
        }
        all.put("parallel", rates);
        conditions("parallel", pressure);
    }

    private void conditions(String section, Pressure pressure) throws IOException {
        double percent = pressure.percent();
        all.put(section + "-load", load("load at the end"));
        all.put(section + "-cpu-pressure-percent", percent);
        System.out.printf("in %.0f %% of the time somebody waited for a CPU%n", percent);
    }

    void write(Path file) throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.write(file, mapper.writeValueAsBytes(all));
        System.out.println("\nwritten: " + file.toAbsolutePath());
    }
}
