package io.lxc4j.launch;

import io.lxc4j.error.InvalidSpecificationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Paths in a container as callers write them. */
public final class InsidePath {
    private InsidePath() {}

    /**
     * Checks a path.
     *
     * @param setting what it is for, as an error is to call it
     * @param path a path that must be absolute and have no {@code ..}
     * @return the path without empty names, {@code .} and a slash at its end
     * @throws InvalidSpecificationException if it is none, or the kernel can't take it
     */
    public static String check(String setting, String path) {
        String shown = "\"" + printable(path) + "\"";
        if (path.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException(
                    setting + " has a NUL character, which the kernel can't take: " + shown);
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(path)) {
            throw new InvalidSpecificationException(
                    setting + " has half of a surrogate pair, which UTF-8 can't take: " + shown);
        }
        if (!path.startsWith("/")) {
            throw new InvalidSpecificationException(setting + " must be an absolute path, not " + shown);
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                throw new InvalidSpecificationException(setting + " must not contain \"..\": " + shown);
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return "/" + String.join("/", names);
    }

    private static String printable(String value) {
        return value.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    }
}
