// SPDX-License-Identifier: MIT
// Rule chain-complete: every intermediate certificate is presented.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The best path needs a CA certificate of a file given here, also where another path is sent.
bool needs_file(const Chain& chain) {
    return chain.path.used_unpresented && !chain.path.used_fetched;
}

Ruling rule_on_gap(const Chain& chain) {
    const auto issuer = chain.missing_issuer.empty()
                            ? needs_file(chain) ? "a CA certificate of the path" : "an issuer"
                            : chain.missing_issuer;
    if (chain.issuer_rekeyed)
        return fail(fmt::format(
                        "a CA of the name {} was sent or is known here, with another key: the CA "
                        "was renewed with a new key, and its certificate for the key that signed "
                        "is missing",
                        issuer
                    ))
            .fixed_by(
                "install the CA certificate with the key that signed (AD CS keeps those of all its "
                "keys: certutil -ca.cert) in the server's Intermediate Certification Authorities "
                "store and restart the service; or renew the server certificate, so that the CA's "
                "new key signs it"
            );
    if (needs_file(chain))
        return fail(fmt::format(
            "the server does not send {}; the certificate is known here from a CA file only, and a "
            "peer that does not have it cannot build the path",
            issuer
        ));
    // Were it a root, fetching it would have made the chain complete.
    if (chain.complete == false || !chain.fetched.empty())
        return fail(
            fmt::format("the chain ends before {}, which is neither sent nor a known root", issuer)
        );
    return inconclusive(
        fmt::format(
            "the chain ends before {}, which may be a root or a missing intermediate", issuer
        ),
        "give the roots with --ca-file or trust.ca_files, and run it again"
    );
}

Ruling check_chain_complete(const Subject& s) {
    const auto& chain = s.chain;
    if (chain.complete == true && !needs_file(chain)) return pass();
    auto ruling = rule_on_gap(chain);
    if (!chain.missing_issuer.empty()) ruling.evidence.set("missing_issuer", chain.missing_issuer);
    if (!chain.fetched.empty()) {
        ruling.message += chain.completed_by_fetch
                              ? "; the caIssuers locations complete it, so Windows gets by, and "
                                "phones, gateways and other peers that do not fetch it do not"
                              : "; the caIssuers locations do not complete it either";
        ruling.evidence.set("completed_by_fetch", chain.completed_by_fetch);
    }
    return ruling;
}

} // namespace

constinit const Rule chain_complete{
    .id = "chain-complete",
    .title = "The chain holds every intermediate certificate",
    .scope = Scope::chain,
    .source = {.document = "RFC 5246", .section = "7.4.2 Server Certificate"},
    .demands = "The server presents every certificate between its own and the root; only the root "
               "may be left out. Where the missing issuer may be a root that is not known here, "
               "the verdict is inconclusive.",
    .why = "A peer that does not have the intermediate certificate in its own store cannot find "
           "the way to the root: it works from one machine and fails from the next.",
    .fix = "install the intermediate certificate in the server's Intermediate Certification "
           "Authorities store and restart the service",
    .evidence = "missing_issuer: the name of the first issuer that is not there; "
                "completed_by_fetch: with --fetch, whether the caIssuers locations complete it",
    .check = check_chain_complete,
};

} // namespace lyncprobe::rules
