package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the specification alone shows to be wrong is said when it is built, with the value and what is accepted. */
class BadInputTest {
    static Stream<Arguments> rejected() {
        return Stream.of(
                rejected(() -> builder().build(), "command is not set; it must name a program"),
                rejected(() -> builder().command(), "command is empty; it must name a program"),
                rejected(() -> builder().command(""), "command is empty; it must name a program"),
                rejected(
                        () -> builder().command("echo", "a\0b"),
                        "command has a NUL character, which the kernel can't take: \"a?b\""),
                rejected(
                        () -> builder().command("echo", "\ud800"),
                        "command has half of a surrogate pair, which UTF-8 can't take: \"?\""),
                rejected(
                        () -> builder().command("echo").command("cat", "x"),
                        "command was set before: [echo], now [cat, x]"),
                rejected(
                        () -> RootFileSystem.readOnly(Path.of("root/fs")),
                        "the root directory must be an absolute path, not \"root/fs\""),
                rejected(
                        () -> RootFileSystem.copyOnWrite(Path.of("fs")),
                        "the root directory must be an absolute path, not \"fs\""),
                rejected(
                        () -> builder().command("x").terminal().mergeError().build(),
                        "terminal and mergeError are both set; a terminal shows standard error with the rest"),
                rejected(
                        () -> builder()
                                .command("x")
                                .terminal()
                                .redirectInput(Redirect.INHERIT)
                                .build(),
                        "terminal and redirectInput(INHERIT) are both set; the terminal is all three standard streams"),
                rejected(
                        () -> builder()
                                .command("x")
                                .terminal()
                                .redirectOutput(Redirect.PIPE)
                                .build(),
                        "terminal and redirectOutput(PIPE) are both set; the terminal is all three standard streams"),
                rejected(
                        () -> builder()
                                .command("x")
                                .terminal()
                                .redirectError(Redirect.DISCARD)
                                .build(),
                        "terminal and redirectError(" + Redirect.DISCARD
                                + ") are both set; the terminal is all three standard streams"),
                rejected(
                        () -> builder().terminal().terminal(new WindowSize(1, 2)),
                        "terminal was set before: WindowSize[columns=80, rows=24], now WindowSize[columns=1, rows=2]"),
                rejected(() -> RootFileSystem.host(17), "sizeBytes must be at least 4096, not 17"),
                rejected(
                        () -> builder().environment("A=B", "c"),
                        "environment name \"A=B\" must not be empty and have no = and no NUL character"),
                rejected(
                        () -> builder().environment("", "c"),
                        "environment name \"\" must not be empty and have no = and no NUL character"),
                rejected(
                        () -> builder().environment("A", "b\0c"),
                        "environment variable A has a NUL character, which the kernel can't take: \"b?c\""),
                rejected(
                        () -> builder().environment("A", "b").environment("A", "c"),
                        "environment variable A was set before: b, now c"),
                rejected(
                        () -> builder().command("x").environment("PATH", "bin").build(),
                        "environment variable PATH has no absolute directory: \"bin\""),
                rejected(
                        () -> builder().workingDirectory("tmp"),
                        "workingDirectory must be an absolute path, not \"tmp\""),
                rejected(
                        () -> builder().workingDirectory("/tmp/../.."),
                        "workingDirectory must not contain \"..\": \"/tmp/../..\""),
                rejected(
                        () -> builder().hostName("x".repeat(65)),
                        "hostName of 65 bytes; the kernel takes at most 64: \"" + "x".repeat(65) + "\""),
                rejected(
                        () -> builder().hostName("a\nb"),
                        "hostName \"a?b\" must be letters, digits, hyphens and dots, with a letter or digit at both"
                                + " ends"),
                rejected(
                        () -> builder().hostName(""),
                        "hostName \"\" must be letters, digits, hyphens and dots, with a letter or digit at both ends"),
                rejected(
                        () -> builder()
                                .command("x")
                                .hostName("box")
                                .namespaces(Namespaces.builder().build())
                                .build(),
                        "hostName \"box\" and namespaces are both set; set the host name in Namespaces.builder()"),
                rejected(
                        () -> Namespaces.builder()
                                .hostName("box")
                                .shareHostName()
                                .build(),
                        "hostName \"box\" would change the host's, as shareHostName was asked for"),
                rejected(
                        () -> builder()
                                .command("x")
                                .namespaces(Namespaces.builder().shareUsers().build())
                                .build(),
                        "the host's files with shareUsers would show the container what only the host's root may read;"
                                + " use users of its own, or another root"),
                rejected(
                        () -> builder()
                                .command("x")
                                .root(RootFileSystem.readOnly(Path.of("/tmp/..")))
                                .namespaces(Namespaces.builder().shareUsers().build())
                                .build(),
                        "the host's files with shareUsers would show the container what only the host's root may read;"
                                + " use users of its own, or another root"),
                rejected(
                        () -> builder().bind(Path.of("data"), "/data"),
                        "what is mounted must be an absolute path of the host, not \"data\""),
                rejected(
                        () -> builder().bind(Path.of("/data"), "data"),
                        "the target of /data must be an absolute path, not \"data\""),
                rejected(
                        () -> builder().bind(Path.of("/proc/1/root"), "/x"),
                        "the host's /proc can't be mounted, not even a part: /proc/1/root; Mount.proc() is the"
                                + " container's"),
                rejected(
                        () -> builder().bind(Path.of("/data"), "/./"),
                        "/data can't be mounted on /, which is what root(…) sets"),
                rejected(
                        () -> builder().bind(Path.of("/a"), "/x").bind(Path.of("/b"), "/x/"),
                        "two mounts at /x: /a and /b"),
                rejected(
                        () -> builder().redirectInput(Redirect.to(new File("/x"))),
                        "redirectInput can't read from redirect to write to file \"/x\""),
                rejected(
                        () -> builder().redirectOutput(Redirect.from(new File("/x"))),
                        "redirectOutput can't write to redirect to read from file \"/x\""),
                rejected(
                        () -> builder()
                                .command("x")
                                .mergeError()
                                .redirectError(Redirect.DISCARD)
                                .build(),
                        "mergeError and redirectError(" + Redirect.DISCARD + ") are both set"),
                rejected(
                        () -> builder().attributes(nice(1)).attributes(nice(2)),
                        "attributes was set before: process attributes; nice 1, now process attributes; nice 2"),
                rejected(() -> builder().timeout(Duration.ZERO), "timeout must be more than zero, not PT0S"),
                rejected(() -> builder().outputLimitBytes(0), "outputLimitBytes must be at least 1, not 0"));
    }

    private static Arguments rejected(ThrowingCallable call, String message) {
        return Arguments.of(message, call);
    }

    private static ProcessAttributes nice(int value) {
        return ProcessAttributes.builder().nice(value).build();
    }

    private static ContainerBuilder builder() {
        return Container.builder();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejected")
    void is_rejected_with_its_message(String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage(message);
    }

    @Test
    void a_setting_of_an_inherited_specification_may_be_set_anew() {
        ContainerSpec first = builder().command("echo", "1").hostName("one").build();
        ContainerSpec second = first.toBuilder().command("echo", "2").build();
        assertThat(first.command()).isEqualTo(List.of("echo", "1"));
        assertThat(second.command()).isEqualTo(List.of("echo", "2"));
    }
}
