package io.lxc4j.layers.files;

import java.util.List;

/** Which extended attributes are a layer's, and which are overlayfs's or the machine's own. */
final class OverlayAttributes {
    private static final List<String> OVERLAY = List.of("trusted.overlay.", "user.overlay.");

    /** The labels and signatures that a machine gives its files. */
    private static final List<String> MACHINE = List.of("security.selinux", "security.ima", "security.evm");

    private OverlayAttributes() {}

    /** By these an overlay could be told to show other files. */
    static boolean isOverlays(String attribute) {
        return OVERLAY.stream().anyMatch(attribute::startsWith);
    }

    /** By these it shows another file's content, or what another directory has. */
    static boolean isRedirection(String attribute) {
        return isOverlays(attribute) && (attribute.endsWith(".redirect") || attribute.endsWith(".metacopy"));
    }

    static boolean isLayers(String attribute) {
        return !isOverlays(attribute) && !MACHINE.contains(attribute);
    }
}
