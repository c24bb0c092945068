package io.lxc4j.launch;

/**
 * Where a program takes calls.
 *
 * @param home what the arguments of a call point to is put there
 * @param result each call's result goes there, and from there to the parent
 */
record Service(Argument.Buffer home, Argument.Register result) {
    /** Room for two paths and some structs. */
    static final int HOME_SIZE = 3 * 4096;

    static final int ANSWER_SIZE = 8;
}
