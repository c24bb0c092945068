package io.lxc4j.kernel;

import io.lxc4j.testing.Command;
import io.lxc4j.testing.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a C compiler what an architecture's headers say. */
public final class CHeaders {
    private static final Pattern UNDECLARED = Pattern.compile("error: '(\\w+)' undeclared");

    private final Toolchain tools;
    private final Path directory;

    public CHeaders(Architecture architecture, Path directory) {
        tools = new Toolchain(architecture.machine());
        tools.compiler().assume();
        tools.programs().assume();
        this.directory = directory;
    }

    /** The values of names, macros or enumerators; what the headers do not know is left out. */
    public Map<String, Long> values(List<String> headers, Collection<String> names) {
        Set<String> known = new LinkedHashSet<>(names);
        Path source = write(headers, known);
        String errors = Command.run(tools.tool("gcc"), "-fsyntax-only", "-fmax-errors=0", source.toString())
                .errors();
        Matcher matcher = UNDECLARED.matcher(errors);
        while (matcher.find()) {
            known.remove(matcher.group(1));
        }
        return evaluate(headers, known);
    }

    /** The values of expressions, all of which the headers must know. */
    public Map<String, Long> evaluate(List<String> headers, Collection<String> expressions) {
        Map<String, Long> values = new LinkedHashMap<>();
        Path source = write(headers, expressions);
        for (String line : run(source).lines().toList()) {
            int tab = line.lastIndexOf('\t');
            values.put(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)));
        }
        return values;
    }

    /** Whether the machine has a header, which may be too new for it. */
    boolean has(String header) {
        try {
            Path source = Files.writeString(directory.resolve("has.c"), "#include <" + header + ".h>\n");
            return Command.run(tools.tool("gcc"), "-fsyntax-only", source.toString())
                            .status()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String run(Path source) {
        Path program = directory.resolve("program");
        tools.compile(source, program);
        return Command.run(tools.running(program.toString())).orFail();
    }

    private Path write(List<String> headers, Collection<String> expressions) {
        StringBuilder text = new StringBuilder("#define _GNU_SOURCE\n#include <stdio.h>\n#include <stddef.h>\n");
        headers.forEach(header -> text.append("#include <").append(header).append(".h>\n"));
        text.append("int main(void) {\n");
        for (String expression : expressions) {
            text.append("printf(\"%s\\t%lld\\n\", \"" + expression + "\", (long long) (" + expression + "));\n");
        }
        text.append("return 0; }\n");
        try {
            return Files.writeString(directory.resolve("program.c"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
