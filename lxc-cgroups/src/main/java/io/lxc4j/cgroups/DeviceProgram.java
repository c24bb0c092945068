package io.lxc4j.cgroups;

import io.lxc4j.cgroups.BpfAssembler.Label;
import io.lxc4j.cgroups.DevicePlaces.Place;
import io.lxc4j.kernel.BpfCgroupDevCtx;
import io.lxc4j.kernel.BpfInsn;
import io.lxc4j.kernel.Constants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Rules about devices as a program, which gives 1 for what is allowed. It looks for the narrowest place that has the device, and the
 * meaning of all rules there decides. Rules one by one would be shorter, but with each that allows a part the kernel's verifier has
 * one more state to follow, and gives up at some hundreds.
 */
final class DeviceProgram {
    private static final int CONTEXT = 1;
    private static final int WANTED = 2;
    private static final int KIND = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    private static final int LOWER_HALF = 0xffff;

    private DeviceProgram() {}

    static List<BpfInsn> of(DeviceAccess access) {
        BpfAssembler program = new BpfAssembler()
                .load(WANTED, CONTEXT, BpfCgroupDevCtx.ACCESS_TYPE)
                .move(KIND, WANTED)
                .with(BpfInsn.AND_CONSTANT, KIND, LOWER_HALF)
                .with(BpfInsn.SHIFT_RIGHT_CONSTANT, WANTED, BpfCgroupDevCtx.ACCESS_SHIFT)
                .load(MAJOR, CONTEXT, BpfCgroupDevCtx.MAJOR)
                .load(MINOR, CONTEXT, BpfCgroupDevCtx.MINOR);
        Map<Place, Integer> permitted = new LinkedHashMap<>();
        for (Place place : DevicePlaces.of(access)) {
            int bits = access.permitted(place.kind(), place.major(), place.minor());
            Integer otherwise = place.wider().stream()
                    .map(permitted::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            if (otherwise == null || otherwise != bits) {
                permitted.put(place, bits);
            }
        }
        List<Place> narrowestFirst = List.copyOf(permitted.keySet()).reversed();
        for (Place place : narrowestFirst) {
            decide(program, place, permitted.getOrDefault(place, 0));
        }
        return program.end(0).program();
    }

    private static void decide(BpfAssembler program, Place place, int permitted) {
        Label next = new Label();
        Label allowed = new Label();
        program.jump(BpfInsn.JUMP_NOT_EQUAL, KIND, kind(place.kind()), next);
        if (place.major() != DevicePlaces.ANY) {
            program.jump(BpfInsn.JUMP_NOT_EQUAL, MAJOR, place.major(), next);
        }
        if (place.minor() != DevicePlaces.ANY) {
            program.jump(BpfInsn.JUMP_NOT_EQUAL, MINOR, place.minor(), next);
        }
        program.with(BpfInsn.AND_CONSTANT, WANTED, ~permitted)
                .jump(BpfInsn.JUMP_EQUAL, WANTED, 0, allowed)
                .end(0)
                .place(allowed)
                .end(1)
                .place(next);
    }

    private static int kind(DeviceKind kind) {
        return (kind == DeviceKind.BLOCK ? Constants.BPF_DEVCG_DEV_BLOCK : Constants.BPF_DEVCG_DEV_CHAR).intValue();
    }
}
