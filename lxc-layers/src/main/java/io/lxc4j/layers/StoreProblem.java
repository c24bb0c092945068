package io.lxc4j.layers;

import io.lxc4j.layers.store.Finding;
import java.util.Locale;

/**
 * Something that is wrong in a store.
 *
 * @param kind what is wrong
 * @param where a path in the store's directory, or the name of an image
 * @param what what is wrong with it, in words
 * @param outcome what was done about it
 * @see LayerStore#repair()
 */
public record StoreProblem(Kind kind, String where, String what, Outcome outcome) {
    /** What is wrong. */
    public enum Kind {
        /** A blob has another content than its digest says, or can't be read. */
        DAMAGED_BLOB,
        /** A name leads to less than a whole image; a pull brings what is missing. */
        INCOMPLETE_IMAGE,
        /** The file that says what a name stands for can't be read, or not all of it. */
        DAMAGED_NAME,
        /** The files of an unpacked layer are not as its archive says. */
        DAMAGED_LAYER,
        /** An unpacked layer is not where it should be. */
        MISSING_LAYER,
        /** A file was put into the store by somebody else. */
        FOREIGN_FILE
    }

    /** What was done about it. */
    public enum Outcome {
        /** Nothing, as it was only looked for. */
        NOTHING,
        /** It is as it should be. */
        RESTORED,
        /** It is gone. */
        REMOVED,
        /** It is left, as it can't be put right here. */
        LEFT
    }

    static StoreProblem of(Finding finding) {
        return new StoreProblem(
                Kind.valueOf(finding.kind().name()),
                finding.where(),
                finding.what(),
                Outcome.valueOf(finding.outcome().name()));
    }

    /** Renders it as a line: {@code damaged layer layers/01ab: of sha256:…: etc/a has another content (restored)}. */
    @Override
    public String toString() {
        String done = outcome == Outcome.NOTHING ? "" : " (" + outcome.name().toLowerCase(Locale.ROOT) + ")";
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + where + ": " + what + done;
    }
}
