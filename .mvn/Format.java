import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Checks or rewrites the format of the Java sources, with palantir-java-format as it is.
 *
 * <p>The formatter parses with the javac of its own JVM, so it cannot run inside Maven, whose JVM may be older than
 * the sources' language level. The build starts this file with the JDK that also compiles: see pom.xml.
 */
final class Format {
    private static final Path ROOT = Path.of("").toAbsolutePath();

    private final boolean rewrite;
    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());
    private final ConcurrentSkipListSet<Path> changed = new ConcurrentSkipListSet<>();
    private final ConcurrentSkipListSet<String> errors = new ConcurrentSkipListSet<>();

    private Format(boolean rewrite) {
        this.rewrite = rewrite;
    }

    /** {@code check} fails where a file is not formatted, {@code rewrite} formats it. */
    static void main(String[] args) throws IOException {
        var format = new Format(args[0].equals("rewrite"));
        sources().parallelStream().forEach(format::handle);
        System.exit(format.report());
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.find(
                ROOT,
                32,
                (path, attributes) ->
                        attributes.isRegularFile() && path.toString().endsWith(".java"))) {
            return files.map(ROOT::relativize).filter(Format::isSource).toList();
        }
    }

    private static boolean isSource(Path file) {
        return file.startsWith(".mvn")
                || file.getNameCount() > 2 && file.getName(1).toString().equals("src");
    }

    private void handle(Path file) {
        try {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            if (!formatted.equals(source)) {
                changed.add(file);
                if (rewrite) {
                    Files.writeString(file, formatted);
                }
            }
        } catch (FormatterException e) {
            e.diagnostics().forEach(diagnostic -> errors.add(file + ":" + diagnostic));
        } catch (IOException e) {
            errors.add(file + ": " + e);
        }
    }

    private int report() {
        changed.forEach(file -> System.out.println((rewrite ? "formatted: " : "[ERROR] not formatted: ") + file));
        errors.forEach(error -> System.out.println("[ERROR] " + error));
        boolean failed = !errors.isEmpty() || !rewrite && !changed.isEmpty();
        if (!rewrite && !changed.isEmpty()) {
            System.out.println("[ERROR] To format the sources, run: mvn -N -Pformat validate");
        }
        return failed ? 1 : 0;
    }
}
