package io.lxc4j.layers.registry;

import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry wants to see, of RFC 9110, 11.6.1.
 *
 * @param scheme in lower case
 * @param parameters by names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LONGEST = 8 * 1024;
    private static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
    private static final Pattern SCHEME = Pattern.compile("\\s*(" + TOKEN + ")(?=\\s|,|$)(?!\\s*=)");
    private static final Pattern PARAMETER =
            Pattern.compile("\\s*(" + TOKEN + ")\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.){0,4096}+)\"|(" + TOKEN + "))");
    private static final Pattern COMMAS = Pattern.compile("[\\s,]+");

    /** The one to meet: a token rather than a password, if there is a choice. */
    static Optional<Challenge> of(HttpHeaders headers) {
        List<Challenge> all = new ArrayList<>();
        headers.allValues("WWW-Authenticate").forEach(value -> read(value, all));
        Optional<Challenge> bearer = find(all, "bearer");
        return bearer.isPresent() ? bearer : find(all, "basic");
    }

    private static Optional<Challenge> find(List<Challenge> all, String scheme) {
        return all.stream().filter(challenge -> challenge.scheme.equals(scheme)).findFirst();
    }

    /** Reads as far as the value has the right form. */
    private static void read(String value, List<Challenge> all) {
        String text = value.substring(0, Math.min(value.length(), LONGEST));
        Matcher scheme = SCHEME.matcher(text);
        Matcher parameter = PARAMETER.matcher(text);
        Matcher commas = COMMAS.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (parameter.region(at, text.length()).lookingAt() && !all.isEmpty()) {
                String content = parameter.group(2) == null
                        ? parameter.group(3)
                        : parameter.group(2).replaceAll("\\\\(.)", "$1");
                all.getLast().parameters.putIfAbsent(parameter.group(1).toLowerCase(Locale.ROOT), content);
                at = parameter.end();
            } else if (scheme.region(at, text.length()).lookingAt()) {
                all.add(new Challenge(scheme.group(1).toLowerCase(Locale.ROOT), new TreeMap<>()));
                at = scheme.end();
            } else if (commas.region(at, text.length()).lookingAt()) {
                at = commas.end();
            } else {
                return;
            }
        }
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }
}
