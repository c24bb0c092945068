package io.lxc4j;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Looks for a sequence of keys in what is typed. A key that may be the beginning of it is kept back until the next one
 * shows whether it is.
 */
final class KeySequence {
    private final byte[] sequence;
    private byte[] kept = new byte[0];
    private boolean found;

    /**
     * Nothing typed yet.
     *
     * @param sequence the keys; none at all is never found
     */
    KeySequence(byte... sequence) {
        this.sequence = sequence.clone();
    }

    /** Ctrl-p and ctrl-q, with which one leaves an attached terminal. */
    static KeySequence detach() {
        return new KeySequence((byte) 0x10, (byte) 0x11);
    }

    /**
     * Takes what was typed, and gives what is certainly not part of the sequence. What comes after the sequence is lost.
     *
     * @param typed holds the keys
     * @param count how many there are
     */
    byte[] pass(byte[] typed, int count) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        for (int i = 0; i < count && !found; i++) {
            kept = Arrays.copyOf(kept, kept.length + 1);
            kept[kept.length - 1] = typed[i];
            while (!isBeginning(kept)) {
                passed.write(kept[0]);
                kept = Arrays.copyOfRange(kept, 1, kept.length);
            }
            found = kept.length > 0 && kept.length == sequence.length;
        }
        return passed.toByteArray();
    }

    private boolean isBeginning(byte[] keys) {
        return keys.length <= sequence.length && Arrays.mismatch(keys, 0, keys.length, sequence, 0, keys.length) < 0;
    }

    boolean isFound() {
        return found;
    }
}
