package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.ContainerResult;
import java.nio.file.Path;
import java.time.Duration;

/** The snippet of the README, which a test compares with it. */
public final class ReadmeSnippet {
    private ReadmeSnippet() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public static void main(String[] arguments) throws InterruptedException {
        // README begin
        ContainerResult result = Container.builder()
                .command("sh", "-c", "ls /input | sort -r; hostname")
                .bind(Path.of("/usr/share"), "/input")
                .hostName("sorter")
                .timeout(Duration.ofSeconds(10))
                .run();
        System.out.println(result.output());
        // README end
    }
}
