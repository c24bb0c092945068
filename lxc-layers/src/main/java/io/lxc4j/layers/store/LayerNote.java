package io.lxc4j.layers.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is noted of an unpacked layer beside its files.
 *
 * @param entries how many files, directories and so on the archive had
 * @param bytes how much the files have together
 * @param implied how many directories the archive left out: they are as the layers below had them
 * @param boot the kernel's name for the time since the machine was started, in which it was unpacked
 */
record LayerNote(long entries, long bytes, long implied, String boot) {
    private static final String NAME = "layer";
    private static final int LINES = 4;

    /** Reads the note in a layer's directory; empty if it has none, or one that says nothing. */
    static Optional<LayerNote> read(Path layer) throws IOException {
        try {
            List<String> lines = Files.readAllLines(layer.resolve(NAME), StandardCharsets.ISO_8859_1);
            return lines.size() != LINES
                    ? Optional.empty()
                    : Optional.of(new LayerNote(
                            Long.parseLong(lines.get(0)),
                            Long.parseLong(lines.get(1)),
                            Long.parseLong(lines.get(2)),
                            lines.get(3)));
        } catch (NoSuchFileException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** The same of one that was made at another time. */
    LayerNote asOf(String anotherBoot) {
        return new LayerNote(entries, bytes, implied, anotherBoot);
    }

    void write(Path layer) throws IOException {
        Files.write(
                layer.resolve(NAME),
                List.of(Long.toString(entries), Long.toString(bytes), Long.toString(implied), boot),
                StandardCharsets.ISO_8859_1);
    }
}
