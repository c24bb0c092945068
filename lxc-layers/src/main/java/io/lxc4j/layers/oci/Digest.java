package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What names content by itself: an algorithm and the hash of the content.
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex the hash in lower-case hexadecimal digits, 64 or 128 of them
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests">OCI descriptors: digests</a>
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {
    private static final String SHA256 = "sha256";
    private static final String SHA512 = "sha512";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]+");
    private static final int LONGEST_SHOWN = 160;

    /** Checks the form, since digests become names of files. */
    public Digest {
        int digits = switch (algorithm) {
            case SHA256 -> 64;
            case SHA512 -> 128;
            default -> -1;
        };
        if (hex.length() != digits || !HEX.matcher(hex).matches()) {
            throw rejected(algorithm + ":" + hex);
        }
    }

    /**
     * Reads a digest.
     *
     * @param text for instance {@code sha256:e3b0c44298fc1c14…}
     * @return the digest
     * @throws InvalidSpecificationException if it has another form, or another algorithm
     */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw rejected(text);
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    private static InvalidSpecificationException rejected(String text) {
        String shown = text.substring(0, Math.min(text.length(), LONGEST_SHOWN)).replaceAll("[^ -~]", "?");
        return new InvalidSpecificationException("digest \"" + shown
                + "\": it must be sha256: with 64, or sha512: with 128 lower-case hexadecimal digits");
    }

    /**
     * Computes the digest of content.
     *
     * @param content the bytes
     * @return its SHA-256
     */
    public static Digest of(byte[] content) {
        return ofHash(newSha256().digest(content));
    }

    /**
     * Takes a hash that has been computed.
     *
     * @param sha256 32 bytes, as {@link #newSha256} gives them
     * @return the digest
     */
    public static Digest ofHash(byte[] sha256) {
        return new Digest(SHA256, hex(sha256));
    }

    /**
     * The digest of other content by the same algorithm.
     *
     * @param hash as {@link #newHash} gives it
     * @return its digest
     */
    public Digest withHash(byte[] hash) {
        return new Digest(algorithm, hex(hash));
    }

    /**
     * Whether a text is a hash as digests have them.
     *
     * @param text anything
     * @return whether it is 64 or 128 lower-case hexadecimal digits
     */
    public static boolean isHash(String text) {
        return (text.length() == 64 || text.length() == 128)
                && HEX.matcher(text).matches();
    }

    /**
     * Compares a hash with this digest.
     *
     * @param hash as {@link #newHash} gives it
     * @return whether it is this one
     */
    public boolean matches(byte[] hash) {
        return hex(hash).equals(hex);
    }

    private static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    /**
     * What computes a hash of content that comes in parts.
     *
     * @return a SHA-256
     */
    public static MessageDigest newSha256() {
        return newHash("SHA-256");
    }

    /**
     * What computes a hash of this digest's algorithm, to compare with.
     *
     * @return a new one
     */
    public MessageDigest newHash() {
        return newHash(algorithm.equals(SHA512) ? "SHA-512" : "SHA-256");
    }

    private static MessageDigest newHash(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has " + name, e);
        }
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    /** Renders the digest: {@code sha256:e3b0c44298fc1c14…}. */
    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
