package io.lxc4j.seccomp;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Lazy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Rules for system calls that may depend on what a process is allowed, on the architecture and on the kernel: what a {@linkplain
 * SeccompFilter filter} is made from when these are known.
 *
 * <p>Its JSON form is the {@code seccomp} object of the OCI runtime specification, and Docker's, which has conditions besides:
 * {@code includes} and {@code excludes}. It means what it means to runc, but for this:
 *
 * <ul>
 *   <li>Of several rules for a call the first one that matches decides.
 *   <li>The x32 ABI and 32-bit Arm are not handled, though a profile may list them: x32 calls are unknown ones, and those of
 *       32-bit Arm kill the process, as do those of i386 where a profile does not list it.
 * </ul>
 *
 * <p>As with runc, calls with a higher number than any in the profile fail with {@code ENOSYS}, unless the default action lets
 * calls happen; a rule with several tests of the same argument applies when one of its tests holds, any other when all do; and
 * without {@code errnoRet} a call fails with {@code EPERM}.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp">Seccomp in OCI's config.json</a>
 */
public final class SeccompProfile {
    private static final Pattern CAPABILITY = Pattern.compile("CAP_[A-Z_]+");

    private static final SeccompProfile STANDARD = new SeccompProfile(new Lazy<>(ProfileRules::standard));

    private final Lazy<ProfileRules> rules;

    private SeccompProfile(Lazy<ProfileRules> rules) {
        this.rules = rules;
    }

    /**
     * Reads a profile.
     *
     * @param json the profile, at most 256 Ki characters
     * @return the profile
     * @throws InvalidSpecificationException if it is no profile; the message names the place, what is there, and what is accepted
     */
    public static SeccompProfile fromJson(String json) {
        ProfileRules read = ProfileRules.read(json);
        return new SeccompProfile(new Lazy<>(() -> read));
    }

    /**
     * Reads a profile from a file.
     *
     * @param file the file, in UTF-8
     * @return the profile
     * @throws InvalidSpecificationException if it can't be read or is no profile
     */
    public static SeccompProfile fromFile(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            // One byte more than the longest, for it to be too long.
            return fromJson(
                    new String(stream.readNBytes(ProfileReader.LIMITS.characters() + 1), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidSpecificationException("seccomp profile " + file + " can't be read: " + e, e);
        }
    }

    /**
     * The profile for a program that nothing is known of: what programs and language runtimes use is allowed, and what reaches past
     * the container, is administration, or is there for few programs and has been a way into the kernel, is refused with {@code
     * EPERM}. Capabilities of the container bring back what they stand for. It is as strict as Docker's, and stricter where it
     * says so: {@code standard-profile.json} in this package has the reasons.
     *
     * <p>Calls by other ABIs than the kernel's own kill the process.
     *
     * @return the profile
     */
    public static SeccompProfile standard() {
        return STANDARD;
    }

    /**
     * What of the JSON form has no effect: calls, architectures, properties and flags that are not known here.
     *
     * @return a sentence each, with the place
     */
    public List<String> ignored() {
        return rules.get().ignored();
    }

    /**
     * The same rules, but for calls that are allowed whatever their arguments.
     *
     * @param calls the calls
     * @return the looser profile
     * @throws InvalidSpecificationException if one is none of a system call up to Linux 6.18
     */
    public SeccompProfile allowing(String... calls) {
        return first(SeccompAction.allow(), calls);
    }

    /**
     * The same rules, but for calls that fail with {@code EPERM} whatever their arguments.
     *
     * @param calls the calls
     * @return the stricter profile
     * @throws InvalidSpecificationException if one is none of a system call up to Linux 6.18
     */
    public SeccompProfile refusing(String... calls) {
        return first(SeccompAction.errno(Errno.EPERM), calls);
    }

    private SeccompProfile first(SeccompAction action, String... calls) {
        Set<String> names = Set.copyOf(Arrays.asList(calls));
        names.forEach(SystemCalls::check);
        return new SeccompProfile(new Lazy<>(() -> rules.get().with(action, names)));
    }

    /**
     * The filter for a process on this machine.
     *
     * @param capabilities the names of the capabilities that it may have, {@code CAP_SYS_PTRACE} for instance
     * @return the filter, for {@link Abi#current()}
     * @throws InvalidSpecificationException if a name is none of a capability
     * @throws io.lxc4j.error.HostUnsupportedException on another operating system or architecture
     */
    public SeccompFilter filter(Set<String> capabilities) {
        return filter(Abi.current(), System.getProperty("os.version"), capabilities);
    }

    /**
     * The filter for a process.
     *
     * @param abi the kernel's own ABI, {@link Abi#X86_64} or {@link Abi#AARCH64}; the filter is for no other
     * @param kernelRelease the kernel as {@code uname -r} prints it, for instance {@code 6.18.1}
     * @param capabilities the names of the capabilities that it may have, {@code CAP_SYS_PTRACE} for instance
     * @return the filter
     * @throws InvalidSpecificationException if a name is none of a capability, or the release none of Linux
     */
    public SeccompFilter filter(Abi abi, String kernelRelease, Set<String> capabilities) {
        Set<String> kept = Set.copyOf(capabilities);
        for (String capability : kept) {
            if (!CAPABILITY.matcher(capability).matches()) {
                throw new InvalidSpecificationException(
                        "capability \"" + capability + "\": it must be a name like CAP_SYS_PTRACE");
            }
        }
        KernelVersion kernel = KernelVersion.parse(kernelRelease);
        Supplier<SeccompFilter> made = () -> rules.get().filter(abi, kernel, kept);
        Optional<BpfProgram> compiled = this == STANDARD ? StandardPrograms.find(abi, kept) : Optional.empty();
        return compiled.map(program -> SeccompFilter.compiled(abi, program, made))
                .orElseGet(made);
    }

    @Override
    public String toString() {
        return "seccomp profile: " + rules.get().entries().size() + " groups of rules, all other calls "
                + rules.get().defaultAction();
    }
}
