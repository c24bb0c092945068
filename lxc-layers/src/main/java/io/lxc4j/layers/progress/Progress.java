package io.lxc4j.layers.progress;

import java.util.OptionalLong;

/**
 * How far something has come.
 *
 * @param activity what is being done
 * @param place with what: a repository, for instance {@code docker.io/library/debian}, a file, or the store's directory
 * @param item which part of it: a digest, or a word
 * @param done how much of it, in the activity's {@linkplain Activity#unit unit}, from 0; less than before if it begins again
 * @param total how much there is to do, if that is known
 * @param perSecond the mean rate so far, with what had to be repeated
 * @param isComplete whether nothing is left; what came from somewhere is verified after that
 */
public record Progress(
        Activity activity,
        String place,
        String item,
        long done,
        OptionalLong total,
        double perSecond,
        boolean isComplete) {}
