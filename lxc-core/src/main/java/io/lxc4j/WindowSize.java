package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;

/**
 * How many characters a terminal shows.
 *
 * @param columns characters in a row, from 1 to 65535
 * @param rows rows, from 1 to 65535
 */
public record WindowSize(int columns, int rows) {
    private static final int LARGEST = 65_535;

    /**
     * Checks the numbers.
     *
     * @throws InvalidSpecificationException if one is out of range
     */
    public WindowSize {
        check("columns", columns);
        check("rows", rows);
    }

    private static void check(String what, int number) {
        if (number < 1 || number > LARGEST) {
            throw new InvalidSpecificationException(
                    what + " of a terminal must be from 1 to " + LARGEST + ", not " + number);
        }
    }
}
