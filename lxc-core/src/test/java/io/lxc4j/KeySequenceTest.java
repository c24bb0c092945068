package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A sequence of keys")
class KeySequenceTest {
    private static String pass(KeySequence sequence, String typed) {
        byte[] keys = typed.getBytes(StandardCharsets.ISO_8859_1);
        return new String(sequence.pass(keys, keys.length), StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("is found in one piece, and what comes before it is passed on")
    void is_found_in_one_piece() {
        KeySequence sequence = KeySequence.detach();
        assertThat(pass(sequence, "ls\r\020\021rest")).isEqualTo("ls\r");
        assertThat(sequence.isFound()).isTrue();
    }

    @Test
    @DisplayName("is found key by key")
    void is_found_key_by_key() {
        KeySequence sequence = KeySequence.detach();
        assertThat(pass(sequence, "\020")).isEmpty();
        assertThat(sequence.isFound()).isFalse();
        assertThat(pass(sequence, "\021")).isEmpty();
        assertThat(sequence.isFound()).isTrue();
    }

    @Test
    @DisplayName("is not found in its parts, which are passed on in order")
    void is_not_found_in_its_parts() {
        KeySequence sequence = KeySequence.detach();
        assertThat(pass(sequence, "\020")).isEmpty();
        assertThat(pass(sequence, "a")).isEqualTo("\020a");
        assertThat(pass(sequence, "\021\020\020")).isEqualTo("\021\020");
        assertThat(sequence.isFound()).isFalse();
        assertThat(pass(sequence, "\021")).isEmpty();
        assertThat(sequence.isFound()).isTrue();
    }

    @Test
    @DisplayName("may begin within itself")
    void may_begin_within_itself() {
        KeySequence sequence = new KeySequence((byte) 'a', (byte) 'a', (byte) 'b');
        assertThat(pass(sequence, "aaab")).isEqualTo("a");
        assertThat(sequence.isFound()).isTrue();
    }

    @Test
    @DisplayName("of no keys is never found")
    void of_no_keys_is_never_found() {
        KeySequence sequence = new KeySequence();
        assertThat(pass(sequence, "\020\021")).isEqualTo("\020\021");
        assertThat(sequence.isFound()).isFalse();
    }
}
