package io.lxc4j.benchmarks.race;

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
public final class Results {
    private final Map<String, Object> all = new LinkedHashMap<>();
    /** What the acceptance is about. */
    private Map<String, Summary> latest = Map.of();

    /**
     * Says where and how it is measured.
     *
     * @param warmup rounds that do not count
     * @param rounds rounds that do
     * @throws IOException if the machine does not tell
     */
    public Results(int warmup, int rounds) throws IOException {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " CPUs ("
                + processor() + "), Java " + Runtime.version();
        System.out.println(machine);
        System.out.println(rounds + " rounds after " + warmup + " to warm up");
        all.put("machine", machine);
        all.put("warmup", warmup);
        all.put("rounds", rounds);
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

    /**
     * A table of times; the ratios are to what is there of the first contender and of the limit.
     *
     * @param section its name in the file
     * @param title what was measured
     * @param summaries what each contender has taken
     * @param limitName the contender that is as fast as possible
     * @param pressure since the begin
     * @throws IOException if the machine does not tell
     */
    public void table(String section, String title, List<Summary> summaries, String limitName, Pressure pressure)
            throws IOException {
        Map<String, Summary> byName = new LinkedHashMap<>();
        summaries.forEach(summary -> byName.put(summary.name(), summary));
        double base = summaries.getFirst().median();
        Optional<Summary> limit = Optional.ofNullable(byName.get(limitName));
        System.out.printf("%n%s: %s%n", section, title);
        System.out.printf("%-48s %9s %9s %9s %12s %9s%n", "", "median ms", "p95 ms", "min ms", "× 1st line", "× limit");
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

    /**
     * What each of many costs.
     *
     * @param section its name in the file
     * @param count how many
     * @param pairs pairs of summaries, without any and with all of them; the first pair is compared with the others
     */
    public void each(String section, int count, List<Summary> pairs) {
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

    /**
     * Whether one takes only so much longer than another one.
     *
     * @param lines where that is added
     * @param name the one
     * @param wanted how much longer at most
     * @param unit of that
     * @param other the other
     */
    public void atMostMore(List<String> lines, String name, double wanted, String unit, String other) {
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

    /**
     * Whether one takes at most so many times as long as another one.
     *
     * @param lines where that is added
     * @param name the one
     * @param wanted how many times at most
     * @param other the other
     */
    public void atMost(List<String> lines, String name, double wanted, String other) {
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

    /**
     * Prints lines, and keeps them.
     *
     * @param section their name in the file
     * @param lines what was found
     */
    public void conclude(String section, List<String> lines) {
        System.out.println();
        lines.forEach(System.out::println);
        keep(section, lines);
    }

    /**
     * Keeps something.
     *
     * @param section its name in the file
     * @param content what is written as JSON
     */
    public void keep(String section, Object content) {
        all.put(section, content);
    }

    /**
     * Prints how busy the machine was.
     *
     * @param section what was measured
     * @param pressure since the begin
     * @throws IOException if the machine does not tell
     */
    public void conditions(String section, Pressure pressure) throws IOException {
        double percent = pressure.percent();
        all.put(section + "-load", load("load at the end"));
        all.put(section + "-cpu-pressure-percent", percent);
        System.out.printf("in %.0f %% of the time somebody waited for a CPU%n", percent);
    }

    /**
     * Writes all that was kept.
     *
     * @param file where to
     * @throws IOException if it can't be written
     */
    public void write(Path file) throws IOException {
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.write(file, mapper.writeValueAsBytes(all));
        System.out.println("\nwritten: " + file.toAbsolutePath());
    }
}
