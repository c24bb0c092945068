package io.lxc4j.cgroups;

import io.lxc4j.cgroups.DeviceRule.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/** Random rules about few devices, so that they often meet, and what they mean, found out in the simplest way. */
final class DeviceRandom {
    private static final List<DeviceKind> KINDS = List.of(DeviceKind.values());
    private static final int[] MAJORS = {1, 5, 136};
    private static final int[] MINORS = {3, 5, 2, 0};

    private final Random random;

    DeviceRandom(long seed) {
        random = new Random(seed);
    }

    DeviceAccess access(int mostRules) {
        List<DeviceRule> rules = new ArrayList<>();
        for (int count = random.nextInt(mostRules + 1); count > 0; count--) {
            rules.add(new DeviceRule(
                    random.nextInt(3) == 0 ? Verdict.DENY : Verdict.ALLOW,
                    KINDS.get(random.nextInt(KINDS.size())),
                    number(MAJORS),
                    number(MINORS),
                    permissions()));
        }
        return new DeviceAccess(rules);
    }

    private OptionalInt number(int[] numbers) {
        return random.nextInt(3) == 0 ? OptionalInt.empty() : OptionalInt.of(numbers[random.nextInt(numbers.length)]);
    }

    private Set<DevicePermission> permissions() {
        EnumSet<DevicePermission> permissions = EnumSet.allOf(DevicePermission.class);
        if (random.nextBoolean()) {
            permissions.removeIf(_ -> random.nextBoolean());
        }
        return permissions.isEmpty() ? Set.of(DevicePermission.READ) : permissions;
    }

    /** Whether all that is wanted is allowed, each by the last rule that is about it. */
    static boolean isAllowed(DeviceAccess access, DeviceKind kind, int major, int minor, Set<DevicePermission> wanted) {
        for (DevicePermission permission : wanted) {
            boolean allowed = false;
            for (DeviceRule rule : access.rules()) {
                if ((rule.kind() == DeviceKind.ALL || rule.kind() == kind)
                        && (rule.major().isEmpty() || rule.major().getAsInt() == major)
                        && (rule.minor().isEmpty() || rule.minor().getAsInt() == minor)
                        && rule.permissions().contains(permission)) {
                    allowed = rule.verdict() == Verdict.ALLOW;
                }
            }
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}
