package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.cgroups.CgroupEvent.Origin;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A record of the kernel's log about a process that was ended for want of memory")
class OomRecordTest {
    private static final String HEAD = "6,1217,1531899546,-;";
    private static final String FRONT = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0";

    private static Optional<OomRecord.Seen> seen(String text, String cgroup) {
        return OomRecord.parse(HEAD + text).flatMap(record -> record.from(cgroup));
    }

    @Test
    @DisplayName("says which process it was, where, and whose limit, seen from any cgroup above")
    void places() {
        String text = FRONT + ",oom_memcg=/a/b,task_memcg=/a/b/c,task=sh,pid=25360,uid=0\n SUBSYSTEM=x\n";
        for (var expected : java.util.Map.of("/a", Origin.BELOW, "/a/b", Origin.SELF, "/a/b/c", Origin.ABOVE)
                .entrySet()) {
            assertThat(seen(text, expected.getKey()))
                    .contains(new OomRecord.Seen(25360, "sh", "/a/b/c", Optional.of("/a/b"), expected.getValue()));
        }
        assertThat(seen(text, "/a/b/c/d")).isEmpty();
        assertThat(seen(text, "/a/b/")).isEmpty();
        assertThat(seen(text, "/a/bc")).isEmpty();
    }

    @Test
    @DisplayName("says that the whole machine's memory was full")
    void machine() {
        String text =
                "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=x,mems_allowed=0,global_oom,task_memcg=/a"
                        + ",task=java,pid=7,uid=1000";
        assertThat(seen(text, "/a")).contains(new OomRecord.Seen(7, "java", "/a", Optional.empty(), Origin.ABOVE));
    }

    @ParameterizedTest
    @ValueSource(strings = {",pid=1,uid=0", ",task=x,pid=1", "x,oom_memcg=/a", "a b", "", "\\x0a6,1,1,-;oom"})
    @DisplayName("keeps the process apart from its name, whatever that is")
    void names(String name) {
        String text = FRONT + ",oom_memcg=/lxc4j-x,task_memcg=/lxc4j-x,task=" + name + ",pid=25360,uid=0";
        assertThat(seen(text, "/lxc4j-x"))
                .contains(new OomRecord.Seen(25360, name, "/lxc4j-x", Optional.of("/lxc4j-x"), Origin.SELF));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FRONT + ",oom_memcg=/evil,task_memcg=/evil/,task_memcg=/good,task=x,pid=25360,uid=0",
                FRONT + ",oom_memcg=/evil,task_memcg=/evil,task=,task_memcg=/go,pid=25360,uid=0",
                "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,task_memcg=/good,task=,mems_allowed=0"
                        + ",oom_memcg=/evil,task_memcg=/evil,task=x,pid=25360,uid=0",
                FRONT + ",oom_memcg=/evil/,oom_memcg=/x,task_memcg=/good,task=x,pid=25360,uid=0",
                FRONT + ",task_memcg=/good,task=x,pid=25360,uid=0"
            })
    @DisplayName("is left alone where names of cgroups make it look like that of another")
    void forged(String text) {
        assertThat(OomRecord.parse(HEAD + text)).isPresent();
        assertThat(seen(text, "/good")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "14,1217,1,-;" + FRONT + ",oom_memcg=/a,task_memcg=/a,task=sh,pid=1,uid=0", // of a program
                "x,1217,1,-;" + FRONT + ",oom_memcg=/a,task_memcg=/a,task=sh,pid=1,uid=0",
                HEAD + "Memory cgroup out of memory: Killed process 25360 (sh)",
                HEAD + FRONT + ",oom_memcg=/a,task_memcg=/a,task=sh,pid=1,uid=0x",
                HEAD + FRONT + ",oom_memcg=/a,task_memcg=/a,task=sh,pid=99999999999,uid=0",
                HEAD + "x" + FRONT + ",oom_memcg=/a,task_memcg=/a,task=sh,pid=1,uid=0",
                FRONT,
                ""
            })
    @DisplayName("is no other record, and none that a program has written")
    void others(String record) {
        assertThat(OomRecord.parse(record)).isEmpty();
    }
}
