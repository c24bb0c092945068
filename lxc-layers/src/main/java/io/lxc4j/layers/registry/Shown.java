package io.lxc4j.layers.registry;

import java.net.URI;

/** What errors may show of what strangers sent. */
final class Shown {
    private Shown() {}

    /** Cut, printable ASCII and nothing else. */
    static String text(String text, int longest) {
        String start = text.substring(0, Math.min(text.length(), longest)).replaceAll("[^ -~]", "?");
        return text.length() > longest ? start + "…" : start;
    }

    /** Without the query, as that of a storage is a key to it. */
    static String uri(URI uri) {
        return text(uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath(), 300);
    }
}
