package io.lxc4j.json;

import org.jspecify.annotations.Nullable;

/**
 * Where a value is in a document. It is spelt out for errors only: values by the thousand below a long name would be a lot of text.
 *
 * @param parent where the value around it is; null for the whole document
 * @param name the property's name, the kind of the document, or empty for an element of an array
 * @param index the element's index
 */
record JsonPlace(@Nullable JsonPlace parent, String name, int index) {
    private static final int LONGEST_NAME = 80;

    static JsonPlace document(String kind) {
        return new JsonPlace(null, kind, -1);
    }

    JsonPlace property(String property) {
        return new JsonPlace(this, property, -1);
    }

    JsonPlace element(int element) {
        return new JsonPlace(this, "", element);
    }

    /** What the whole document is. */
    String kind() {
        JsonPlace place = this;
        while (place.parent != null) {
            place = place.parent;
        }
        return place.name;
    }

    /** Renders the place: {@code syscalls[3].args[0].op}; empty for the whole. */
    @Override
    public String toString() {
        if (parent == null) {
            return "";
        }
        String around = parent.toString();
        if (index >= 0) {
            return around + "[" + index + "]";
        }
        return (around.isEmpty() ? "" : around + ".") + JsonValue.shown(name, LONGEST_NAME);
    }
}
