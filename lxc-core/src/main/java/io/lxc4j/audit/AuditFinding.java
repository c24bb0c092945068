package io.lxc4j.audit;

/**
 * Something that makes a container less isolated than it could be.
 *
 * @param severity how bad it is
 * @param text what was found, and what to do about it
 */
public record AuditFinding(Severity severity, String text) {
    /** How bad a finding is. */
    public enum Severity {
        /** The container, or who breaks its program, may take over the host. */
        HIGH,
        /** A line of defence is missing. */
        MEDIUM,
        /** Less strict than it could be. */
        LOW
    }

    @Override
    public String toString() {
        return severity + ": " + text;
    }
}
