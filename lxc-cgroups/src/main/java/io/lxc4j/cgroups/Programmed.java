package io.lxc4j.cgroups;

/** What is limited or counted by a program in version 2, where there is no file for it. */
sealed interface Programmed {
    /** The controller {@code devices}, which is one of version 1 only. */
    String DEVICES = "devices";

    /** What no version has a controller for. */
    String NETWORK = "network";

    /** Which devices may be opened. */
    record Devices(DeviceAccess access) implements Programmed {
        @Override
        public String toString() {
            return "devices = " + access;
        }
    }

    /** That packets are counted. */
    record Network() implements Programmed {
        @Override
        public String toString() {
            return "network is counted";
        }
    }

    /** What is sent above a rate and dropped; 0 is any. */
    record SendingRate(long bytesPerSecond) implements Programmed {
        static final String KEY = "network.send.max";

        @Override
        public String toString() {
            return KEY + " = " + (bytesPerSecond == 0 ? "max" : bytesPerSecond + " bytes per second");
        }
    }
}
