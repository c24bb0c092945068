package io.lxc4j.launch;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The descriptors that a child is handed, and their numbers in it: those that the kernel gives to what is received, the
 * lowest that are free. And those that it has opened itself, whose numbers are results of rows.
 */
final class Handles {
    private final Map<Handle, Integer> numbers = new HashMap<>();
    private final Map<Handle, Argument.Register> own = new HashMap<>();
    private final int given;

    Handles(Collection<Handle> given, Collection<Handle> opened) {
        this.given = given.size();
        given.forEach(this::number);
        opened.forEach(this::number);
    }

    private void number(Handle handle) {
        Integer before = numbers.put(handle, Compiler.CHANNEL + 1 + numbers.size());
        if (before != null) {
            throw new IllegalArgumentException("handed over twice: " + handle);
        }
    }

    /** Tells where a descriptor is that a row of the child opens. */
    void openedByChild(Handle handle, Argument.Register register) {
        if (numbers.containsKey(handle) || own.put(handle, register) != null) {
            throw new IllegalArgumentException("opened twice: " + handle);
        }
    }

    Argument argument(Handle handle) {
        Argument.Register register = own.get(handle);
        if (register != null) {
            return Argument.result(register);
        }
        Integer number = numbers.get(handle);
        if (number == null) {
            throw new IllegalArgumentException("nobody hands over " + handle);
        }
        return new Argument.Numeric(number, number + "<" + handle + ">");
    }

    /** How many come with the first word of the parent. */
    int given() {
        return given;
    }

    /** How many the parent opens while the child waits. */
    int opened() {
        return numbers.size() - given;
    }
}
