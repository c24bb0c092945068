package io.lxc4j.seccomp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A filter as a graph of decisions, and how it becomes instructions. A decision looks at one word of the data and leads to
 * two others; one that has been made before is not made again, so that equal ends are shared.
 *
 * <p>Those that a decision leads to exist before it does. Written down in the opposite order all jumps go forward, as they must.
 */
final class BpfGraph {
    /** How far a branch can jump. */
    private static final int REACH = 255;

    private static final int ALL_BITS = -1;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Node, Integer> numbers = new HashMap<>();

    /**
     * A decision, or an end.
     *
     * @param code the branch, or {@link BpfInstruction#RETURN}
     * @param offset which word is looked at
     * @param mask which bits of it
     * @param k what it is compared with, or what is returned
     * @param yes the number of the node that follows if so
     * @param no the number of the node that follows if not
     */
    private record Node(int code, int offset, int mask, int k, int yes, int no) {
        boolean isEnd() {
            return code == BpfInstruction.RETURN;
        }

        /** Whether the accumulator is as this needs it after another decision. */
        boolean looksAtTheSameAs(Node before) {
            return !isEnd() && offset == before.offset && mask == before.mask;
        }
    }

    private int add(Node node) {
        Integer known = numbers.putIfAbsent(node, nodes.size());
        if (known != null) {
            return known;
        }
        nodes.add(node);
        return nodes.size() - 1;
    }

    /** An end that returns a value. */
    int end(int value) {
        return add(new Node(BpfInstruction.RETURN, 0, ALL_BITS, value, -1, -1));
    }

    /** A decision by a whole word. */
    int branch(int code, int offset, int k, int yes, int no) {
        return branch(code, offset, ALL_BITS, k, yes, no);
    }

    /** A decision by some bits of a word. */
    int branch(int code, int offset, int mask, int k, int yes, int no) {
        return yes == no ? yes : add(new Node(code, offset, mask, k, yes, no));
    }

    /** The program that begins with a node. */
    BpfProgram program(int root) {
        return new Writer(root).write();
    }

    /** Writes the instructions down from the last to the first; places count from the end. */
    private final class Writer {
        private final int root;
        private final List<BpfInstruction> backwards = new ArrayList<>();
        /** Where each node begins: with its load, and behind that. */
        private final int[] loads;

        private final int[] branches;
        /** Whether something leads to a node, and whether that has another word in the accumulator. */
        private final boolean[] used;

        private final boolean[] loaded;
        /** The nearest instruction that does the same as one that is too far away. */
        private final Map<Integer, Integer> relays = new HashMap<>();

        Writer(int root) {
            this.root = root;
            loads = new int[root + 1];
            branches = new int[root + 1];
            used = new boolean[root + 1];
            loaded = new boolean[root + 1];
        }

        BpfProgram write() {
            used[root] = true;
            loaded[root] = true;
            for (int number = root; number >= 0; number--) {
                Node node = nodes.get(number);
                if (used[number] && !node.isEnd()) {
                    use(node.yes, node);
                    use(node.no, node);
                }
            }
            for (int number = 0; number <= root; number++) {
                if (used[number]) {
                    write(number, nodes.get(number));
                }
            }
            Collections.reverse(backwards);
            return new BpfProgram(backwards);
        }

        private void use(int number, Node before) {
            used[number] = true;
            loaded[number] |= !nodes.get(number).looksAtTheSameAs(before);
        }

        private void write(int number, Node node) {
            if (node.isEnd()) {
                loads[number] = append(BpfInstruction.of(BpfInstruction.RETURN, node.k));
                return;
            }
            int yes = near(place(node.yes, node));
            int no = near(place(node.no, node));
            int here = backwards.size();
            branches[number] = append(new BpfInstruction(node.code, here - yes - 1, here - no - 1, node.k));
            if (loaded[number]) {
                if (node.mask != ALL_BITS) {
                    append(BpfInstruction.of(BpfInstruction.AND, node.mask));
                }
                loads[number] = append(BpfInstruction.of(BpfInstruction.LOAD, node.offset));
            }
        }

        private int append(BpfInstruction instruction) {
            backwards.add(instruction);
            return backwards.size() - 1;
        }

        private int place(int number, Node before) {
            return nodes.get(number).looksAtTheSameAs(before) ? branches[number] : loads[number];
        }

        /** A place that the next instruction but one can jump to, which leads to a place that may be too far away. */
        private int near(int place) {
            int nearest = relays.getOrDefault(place, place);
            if (backwards.size() - nearest <= REACH) {
                return nearest;
            }
            BpfInstruction target = backwards.get(nearest);
            int relay = append(
                    target.code() == BpfInstruction.RETURN
                            ? target
                            : BpfInstruction.of(BpfInstruction.JUMP, backwards.size() - place - 1));
            relays.put(place, relay);
            return relay;
        }
    }
}
