package io.lxc4j.layers.oci;

import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an image runs on. Names are Go's; common others ({@code x86_64}, {@code aarch64}, {@code armhf}) are turned into them.
 *
 * @param os for instance {@code linux}
 * @param architecture for instance {@code amd64} or {@code arm64}
 * @param variant of the architecture, for instance {@code v7} of {@code arm}; empty for the usual one
 * @param osVersion the version it needs, as Windows does; empty for any
 * @param osFeatures what the system must have, as {@code win32k}
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-index.md#platform-variants">OCI platform variants</a>
 */
public record Platform(String os, String architecture, String variant, String osVersion, List<String> osFeatures) {
    static final Set<String> PROPERTIES = Set.of("os", "architecture", "variant", "os.version", "os.features");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

    /** Checks the names and puts them into their usual form. */
    public Platform {
        check("operating system", os);
        check("architecture", architecture);
        if (!variant.isEmpty()) {
            check("variant of the architecture", variant);
        }
        Texts.checkNoNul("version of the operating system", List.of(osVersion));
        Texts.checkNoNul("feature of the operating system", osFeatures);
        os = os.toLowerCase(Locale.ROOT);
        variant = variant.toLowerCase(Locale.ROOT);
        architecture = architecture.toLowerCase(Locale.ROOT);
        switch (architecture) {
            case "x86_64", "x86-64" -> architecture = "amd64";
            case "i386", "i686" -> architecture = "386";
            case "aarch64" -> architecture = "arm64";
            case "armhf" -> {
                architecture = "arm";
                variant = "v7";
            }
            case "armel" -> {
                architecture = "arm";
                variant = "v6";
            }
            default -> {}
        }
        variant = usualVariant(architecture, variant);
        osFeatures = List.copyOf(osFeatures);
    }

    /**
     * A platform without demands on its operating system.
     *
     * @param os for instance {@code linux}
     * @param architecture for instance {@code amd64}
     * @param variant for instance {@code v7}, or empty
     */
    public Platform(String os, String architecture, String variant) {
        this(os, architecture, variant, "", List.of());
    }

    /** Variants have been written with and without "v", and the one that is meant by none is written as none. */
    private static String usualVariant(String architecture, String variant) {
        String named = variant.matches("[0-9]{1,3}") ? "v" + variant : variant;
        return switch (architecture + "/" + named) {
            case "amd64/v1", "arm64/v8" -> "";
            case "arm/" -> "v7";
            default -> named;
        };
    }

    private static void check(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw Texts.rejected(what, name, "at most 64 letters, digits, _, . and -");
        }
    }

    /**
     * What this JVM runs on.
     *
     * @return Linux on this machine's architecture
     */
    public static Platform host() {
        return new Platform("linux", System.getProperty("os.arch"), "");
    }

    /**
     * Reads a platform.
     *
     * @param text {@code linux/arm64}, {@code linux/arm/v6}
     * @return the platform
     * @throws io.lxc4j.error.InvalidSpecificationException if it has another form
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3 || (parts.length == 3 && parts[2].isEmpty())) {
            throw Texts.rejected("platform", text, "OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, as linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    static Platform read(JsonValue json) {
        Properties properties = new Properties(json, PROPERTIES);
        properties.require("os");
        properties.require("architecture");
        return read(properties);
    }

    static Platform read(Properties properties) {
        return new Platform(
                properties.text("os"),
                properties.text("architecture"),
                properties.text("variant"),
                properties.text("os.version"),
                properties.texts("os.features"));
    }

    JsonObject write(JsonObject object) {
        return object.put("architecture", architecture)
                .put("os", os)
                .putUnlessEmpty("os.version", osVersion)
                .putUnlessEmpty("os.features", osFeatures)
                .putUnlessEmpty("variant", variant);
    }

    /**
     * How well an image of another platform runs here. Machines run what was made for older variants, and mostly for the narrower
     * architecture of the family: those of amd64 what is for 386, those of arm64 what is for arm. Versions and features of the operating
     * system are not looked at.
     *
     * @param image what the image is for
     * @return 0 for this very platform, more the worse it fits, -1 if it does not run
     */
    int distanceTo(Platform image) {
        return os.equals(image.os) ? fits().indexOf(image.architecture + "/" + image.variant) : -1;
    }

    /** Architectures and variants that run here, best first, in the order in which containerd takes them. */
    private List<String> fits() {
        List<String> fits = new ArrayList<>();
        fits.add(architecture + "/" + variant);
        switch (architecture) {
            case "amd64" -> {
                addOlder(fits, architecture, number(), 1);
                fits.add("386/");
            }
            case "arm" -> addOlder(fits, architecture, number(), 5);
            case "arm64" -> {
                int version = variant.isEmpty() ? 8 : number();
                addOlder(fits, architecture, version, 8);
                addOlder(fits, "arm", Math.min(version, 8) + 1, 5);
            }
            default -> {}
        }
        return fits;
    }

    private int number() {
        return variant.matches("v[0-9]{1,3}") ? Integer.parseInt(variant.substring(1)) : 0;
    }

    private static void addOlder(List<String> fits, String architecture, int version, int oldest) {
        for (int older = version - 1; older >= oldest; older--) {
            fits.add(architecture + "/" + usualVariant(architecture, "v" + older));
        }
    }

    /** Renders the platform: {@code linux/arm/v7}. */
    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
