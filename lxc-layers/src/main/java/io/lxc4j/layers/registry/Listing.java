package io.lxc4j.layers.registry;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a registry gives in pages. */
final class Listing {
    private static final int MOST_PAGES = 1000;
    private static final Pattern NEXT =
            Pattern.compile("<([^<>]{1,4096})>\\s*;\\s*rel=\"?next\"?(?:\\s*[;,].*)?", Pattern.CASE_INSENSITIVE);

    private final Exchanger exchanger;

    Listing(Exchanger exchanger) {
        this.exchanger = exchanger;
    }

    /**
     * Reads all pages.
     *
     * @param page takes one
     * @return false if there is no such list
     */
    boolean read(Call first, Consumer<Whole> page) {
        Optional<Call> call = Optional.of(first);
        for (int pages = 0; call.isPresent(); pages++) {
            if (pages == MOST_PAGES) {
                throw first.failed("goes on and on: more than " + MOST_PAGES + " pages");
            }
            Whole answer = exchanger.read(call.get(), Call.ANSWER.characters());
            if (pages == 0 && answer.head().status() == 404) {
                return false;
            }
            if (answer.head().status() != 200) {
                throw call.get().failed(answer.head());
            }
            page.accept(answer);
            call = next(call.get(), answer.head());
        }
        return true;
    }

    private Optional<Call> next(Call call, Response response) {
        List<String> links = response.headers().allValues("Link");
        for (String link : links) {
            Matcher next = NEXT.matcher(link.strip());
            if (next.matches()) {
                return Optional.of(new Call(
                        call.doing(),
                        call.endpoint(),
                        "GET",
                        target(call, response, next.group(1)),
                        call.scope(),
                        call.headers(),
                        call.body(),
                        call.sent()));
            }
        }
        return Optional.empty();
    }

    private URI target(Call call, Response response, String link) {
        try {
            URI uri = Endpoint.follow(response.uri(), link, exchanger.sender().plain());
            if (Endpoint.isSameOrigin(uri, call.uri())) {
                return uri;
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw call.failed("says that it goes on at \"" + Shown.text(link, 120) + "\", which is not the registry");
    }
}
