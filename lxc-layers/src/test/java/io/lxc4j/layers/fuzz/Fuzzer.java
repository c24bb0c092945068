package io.lxc4j.layers.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Feeds a parser with changed inputs. One that it treats in a way not seen before is changed further, so that the inputs go deeper
 * into the parser than chance would.
 */
final class Fuzzer {
    private static final int MOST_KEPT = 5000;
    private static final int LONGEST = 1 << 14;
    private static final int MOST_CHANGES = 6;
    private static final byte[] INTERESTING = {0, 1, -1, ' ', '0', '7', '9', '/', '.', ':', '"', '\\', '\n', -128, 127};

    private final Random random;
    private final List<byte[]> corpus = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final List<byte[]> tokens;

    Fuzzer(long seed, List<byte[]> examples, List<String> tokens) {
        random = new Random(seed);
        corpus.addAll(examples);
        this.tokens = tokens.stream()
                .map(token -> token.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** The parser under test. */
    @FunctionalInterface
    interface Parser {
        /**
         * Takes an input.
         *
         * @return how it was treated, in a few words
         * @throws AssertionError if that is wrong
         */
        String take(byte[] input);
    }

    /** Repairs what no change by chance would get right, as a checksum. */
    @FunctionalInterface
    interface Repair {
        void apply(byte[] input);
    }

    /** Gives how many ways of treating inputs were seen. */
    int run(long inputs, Repair repair, Parser parser) {
        for (long i = 0; i < inputs; i++) {
            byte[] input = i < corpus.size() ? corpus.get((int) i) : change(corpus.get(random.nextInt(corpus.size())));
            if (random.nextInt(4) != 0) {
                repair.apply(input);
            }
            String treated;
            try {
                treated = parser.take(input);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("input " + i + ": " + HexFormat.of().formatHex(input), e);
            }
            if (seen.add(treated) && corpus.size() < MOST_KEPT) {
                corpus.add(input);
            }
        }
        return seen.size();
    }

    private byte[] change(byte[] example) {
        byte[] changed = example.clone();
        for (int left = 1 + random.nextInt(MOST_CHANGES); left > 0; left--) {
            changed = changeOnce(changed);
        }
        return changed;
    }

    private byte[] changeOnce(byte[] bytes) {
        if (bytes.length == 0) {
            return token();
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(9)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = INTERESTING[random.nextInt(INTERESTING.length)];
            case 2 -> bytes[at] = (byte) random.nextInt(256);
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return splice(bytes, at, new byte[0], Math.min(bytes.length - at, 1 + random.nextInt(16)));
            }
            case 5 -> {
                return splice(bytes, at, token(), 0);
            }
            case 6 -> {
                byte[] token = token();
                return splice(bytes, at, token, Math.min(bytes.length - at, token.length));
            }
            case 7 -> {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(600));
                byte[] part = Arrays.copyOfRange(bytes, at, at + length);
                return splice(bytes, random.nextInt(bytes.length), part, 0);
            }
            default -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                if (other.length > 0) {
                    int from = random.nextInt(other.length);
                    return splice(bytes, at, Arrays.copyOfRange(other, from, other.length), bytes.length - at);
                }
            }
        }
        return bytes;
    }

    private byte[] token() {
        return tokens.get(random.nextInt(tokens.size())).clone();
    }

    private static byte[] splice(byte[] bytes, int at, byte[] inserted, int removed) {
        int length = bytes.length + inserted.length - removed;
        if (length > LONGEST) {
            return bytes;
        }
        byte[] spliced = Arrays.copyOf(bytes, length);
        System.arraycopy(inserted, 0, spliced, at, inserted.length);
        System.arraycopy(bytes, at + removed, spliced, at + inserted.length, bytes.length - at - removed);
        return spliced;
    }
}
