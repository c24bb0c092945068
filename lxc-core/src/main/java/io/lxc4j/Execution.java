package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageUser;
import io.lxc4j.layers.oci.ExecutionParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a container runs: what its builder says, and else its image.
 *
 * @param command the program and its arguments
 * @param environment what is set, without what every process has
 * @param workingDirectory where it starts; null for the root
 * @param makesDirectory whether that directory is made if it is missing
 * @param user whom it runs as; null for the container's root
 * @param stopSignal the number of the signal that asks it to end
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/conversion.md">OCI: conversion of an image to a runtime bundle</a>
 */
record Execution(
        List<String> command,
        Map<String, String> environment,
        @Nullable String workingDirectory,
        boolean makesDirectory,
        @Nullable ImageUser user,
        int stopSignal) {
    private static final Pattern IDS = Pattern.compile("([0-9]{1,10})(?::([0-9]{1,10}))?");

    static Execution of(ContainerBuilder settings) {
        Image image = settings.image;
        if (image == null) {
            return new Execution(
                    settings.command,
                    settings.environment,
                    settings.workingDirectory,
                    false,
                    settings.user == null ? null : user(settings.user, null),
                    Signal.TERM.number());
        }
        ExecutionParameters parameters = image.config().parameters();
        String directory = parameters.workingDirectory().isEmpty()
                ? null
                : InsidePath.check("the image's working directory", parameters.workingDirectory());
        return new Execution(
                command(settings, parameters),
                environment(settings, parameters),
                settings.workingDirectory == null ? directory : settings.workingDirectory,
                settings.workingDirectory == null && directory != null,
                user(settings.user == null ? parameters.user() : settings.user, image),
                parameters.stopSignal().isEmpty() ? Signal.TERM.number() : Signal.number(parameters.stopSignal()));
    }

    /** Arguments take the place of the image's, and a command that of all. */
    private static List<String> command(ContainerBuilder settings, ExecutionParameters parameters) {
        if (!settings.command.isEmpty()) {
            return settings.command;
        }
        List<String> command = new ArrayList<>(parameters.entrypoint());
        command.addAll(settings.arguments == null ? parameters.cmd() : settings.arguments);
        return command;
    }

    private static Map<String, String> environment(ContainerBuilder settings, ExecutionParameters parameters) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : parameters.env()) {
            int equals = variable.indexOf('=');
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        environment.putAll(settings.environment);
        return environment;
    }

    /**
     * Whom a text means.
     *
     * @param text names or ids
     * @param image where names are known; null if there is none
     */
    static ImageUser user(String text, @Nullable Image image) {
        if (image != null) {
            return image.user(text);
        }
        Matcher ids = IDS.matcher(text);
        if (!ids.matches()) {
            throw new InvalidSpecificationException("user \"" + CommandBuilder.printable(text)
                    + "\": without an image, whose /etc/passwd could be asked, it must be UID or UID:GID");
        }
        int uid = id(text, ids.group(1));
        return new ImageUser(
                uid, ids.group(2) == null ? 0 : id(text, ids.group(2)), List.of(), uid == 0 ? "/root" : "/");
    }

    private static int id(String text, String digits) {
        long id = Long.parseLong(digits);
        if (id > Integer.MAX_VALUE) {
            throw new InvalidSpecificationException("user \"" + text + "\": ids are from 0 to " + Integer.MAX_VALUE);
        }
        return (int) id;
    }

    /** Whether it runs as another than the container's root without groups. */
    boolean changesUser() {
        return user != null
                && (user.uid() != 0 || user.gid() != 0 || !user.groups().isEmpty());
    }
}
