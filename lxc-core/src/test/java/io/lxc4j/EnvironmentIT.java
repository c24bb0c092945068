package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A command's surroundings")
class EnvironmentIT {
    @Test
    void nothing_of_this_jvms_environment_is_passed_on() throws Exception {
        ContainerResult result = Container.builder()
                .environment("GREETING", "hello, wörld\n2")
                .command("/usr/bin/env", "-0")
                .run();
        assertThat(result.output().split("\0", -1))
                .containsExactlyInAnyOrder(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "HOME=/root",
                        "container=lxc4j",
                        "GREETING=hello, wörld\n2",
                        "");
    }

    @Test
    void the_working_directory_is_set() throws Exception {
        assertThat(Container.builder()
                        .workingDirectory("/usr/./bin/")
                        .command("pwd")
                        .run()
                        .output())
                .isEqualTo("/usr/bin\n");
    }

    @Test
    void arguments_arrive_as_given() throws Exception {
        ContainerResult result = Container.run("printf", "%s|", "", "a b", "ü", "-", "\n");
        assertThat(result.output()).isEqualTo("|a b|ü|-|\n|");
    }

    @Test
    void new_files_are_not_writable_by_others() throws Exception {
        assertThat(Container.run("sh", "-c", "umask").output().strip()).endsWith("22");
    }
}
