package io.lxc4j.cgroups;

import io.lxc4j.cgroups.BpfAssembler.Label;
import io.lxc4j.cgroups.BpfAssembler.Register;
import io.lxc4j.kernel.BpfInsn;
import io.lxc4j.kernel.BpfSkBuff;
import io.lxc4j.kernel.Fd;
import java.util.List;

/**
 * A program that counts the packets of one direction, and drops those that are sent above a rate. It keeps the time up to which the rate is
 * used up: each packet that goes on moves it by what its bytes take at that rate, it never falls behind the present by more than the
 * burst, and a packet that would move it into the future is dropped. Two CPUs at once can let one packet too much go on, which later
 * ones make up for.
 */
final class NetworkProgram {
    /** Where a direction's counts are in its part of the array. */
    static final int PACKETS = 0;

    static final int BYTES = 1;
    static final int DROPS = 2;
    static final int COUNTS = 4;
    private static final int USED_UP = 3;

    /** Where the rate is. */
    static final int RATES = 2;

    private static final int RATE = 0;
    private static final int BURST = 1;

    private static final int NANOS = 1_000_000_000;
    private static final int PASS = 1;

    /** Tells of congestion, where 0 would be an error to the sender. */
    private static final int DROP = 2;

    private static final int CONTEXT = 1;
    private static final int COST = 1;
    private static final int START = 2;
    private static final int UNTIL = 3;
    private static final int ONE = 4;
    private static final int COUNT = 6;
    private static final int LENGTH = 7;
    private static final int LIMIT = 8;
    private static final int PER_SECOND = 9;
    private static final int NOW = 0;

    private NetworkProgram() {}

    static List<BpfInsn> counting(NetworkDirection direction, Fd counts) {
        BpfAssembler program = begin(direction, counts);
        pass(program);
        return program.program();
    }

    static List<BpfInsn> limiting(NetworkDirection direction, Fd counts, Fd rates) {
        Label pass = new Label();
        Label drop = new Label();
        Label recent = new Label();
        BpfAssembler program = begin(direction, counts)
                .address(LIMIT, rates.number(), 0)
                .loadLong(PER_SECOND, LIMIT, RATE * Long.BYTES)
                .jump(BpfInsn.JUMP_EQUAL, PER_SECOND, 0, pass)
                .time()
                .move(COST, LENGTH)
                .set(START, NANOS)
                .with(BpfInsn.MULTIPLY, COST, new Register(START))
                .with(BpfInsn.DIVIDE, COST, new Register(PER_SECOND))
                .loadLong(START, LIMIT, BURST * Long.BYTES)
                .move(UNTIL, NOW)
                .with(BpfInsn.SUBTRACT, UNTIL, new Register(START))
                .loadLong(START, COUNT, USED_UP * Long.BYTES)
                .jump(BpfInsn.JUMP_SIGNED_LESS_OR_EQUAL, UNTIL, new Register(START), recent)
                .storeLong(COUNT, USED_UP * Long.BYTES, UNTIL)
                .move(START, UNTIL)
                .place(recent)
                .move(UNTIL, START)
                .with(BpfInsn.ADD, UNTIL, new Register(COST))
                .jump(BpfInsn.JUMP_SIGNED_LESS_OR_EQUAL, NOW, new Register(UNTIL), drop)
                .addAtomically(COUNT, USED_UP * Long.BYTES, COST)
                .place(pass);
        pass(program);
        return program.place(drop)
                .set(ONE, 1)
                .addAtomically(COUNT, DROPS * Long.BYTES, ONE)
                .end(DROP)
                .program();
    }

    private static BpfAssembler begin(NetworkDirection direction, Fd counts) {
        return new BpfAssembler()
                .load(LENGTH, CONTEXT, BpfSkBuff.LENGTH)
                .address(COUNT, counts.number(), direction.index() * COUNTS * Long.BYTES);
    }

    private static void pass(BpfAssembler program) {
        program.set(ONE, 1)
                .addAtomically(COUNT, PACKETS * Long.BYTES, ONE)
                .addAtomically(COUNT, BYTES * Long.BYTES, LENGTH)
                .end(PASS);
    }
}
