// SPDX-License-Identifier: MIT
// Rule chain-complete: every intermediate certificate is presented.
#include "rules/all.h"
#include "rules/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling check_chain_complete(const Subject& s) {
    const auto& chain = s.chain;
    if (chain.complete == true) return pass();
    const auto issuer = chain.missing_issuer.empty() ? "an issuer" : chain.missing_issuer;
    auto ruling =
        chain.complete
            ? fail(fmt::format(
                  "the chain ends before {}, which is neither sent nor a known root", issuer
              ))
            : inconclusive(fmt::format(
                  "the chain ends before {}, which may be a root or a missing intermediate; give "
                  "the roots with --ca-file",
                  issuer
              ));
    if (!chain.missing_issuer.empty()) ruling.evidence.set("missing_issuer", chain.missing_issuer);
    return ruling;
}

} // namespace

constinit const Rule chain_complete{
    .id = "chain-complete",
    .title = "The chain holds every intermediate certificate",
    .scope = Scope::chain,
    .source = {.document = "RFC 5246", .section = "7.4.2 Server Certificate"},
    .demands = "The server presents every certificate between its own and the root; only the root "
               "may be left out. "
               "Where the missing issuer may be a root that is not known here, the verdict is "
               "inconclusive.",
    .why = "A peer that does not have the intermediate certificate in its own store cannot find "
           "the way to the root: "
           "it works from one machine and fails from the next.",
    .fix = "install the intermediate certificate in the server's Intermediate Certification "
           "Authorities store and "
           "restart the service",
    .evidence = "missing_issuer: the name of the first issuer that is not there",
    .check = check_chain_complete,
};

} // namespace lyncprobe::rules
