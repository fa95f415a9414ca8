// SPDX-License-Identifier: MIT
// Rule sni-certificate: the server shows the same certificate whatever server name is sent.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

bool left_open(const NameTried& tried) {
    return !tried.leaf &&
           (tried.outcome == Outcome::timeout || tried.outcome == Outcome::connect_timeout ||
            tried.outcome == Outcome::skipped || tried.outcome == Outcome::interrupted);
}

bool nameless(const NameTried& tried) { return tried.role == AttemptRole::without_sni; }

std::string applies_sni_certificate(const Subject& s) {
    return s.seen().names_tried.empty() ? "other server names were not tried; --sni-matrix does"
                                        : "";
}

Ruling check_sni_certificate(const Subject& s) {
    std::string different;
    bool open = false;
    Facts evidence;
    for (const auto& tried : s.seen().names_tried) {
        const bool other = tried.leaf && *tried.leaf != s.leaf().sha256;
        if (other)
            different += fmt::format(
                "{}{}", different.empty() ? "" : " and ",
                nameless(tried) ? "without a server name" : "with a foreign server name"
            );
        open = open || left_open(tried);
        evidence.set(
            nameless(tried) ? "without-server-name" : "foreign-server-name",
            tried.leaf ? to_hex(*tried.leaf) : fmt::format("none ({})", to_text(tried.outcome))
        );
    }
    auto ruling =
        !different.empty() ? warn(fmt::format("the server shows another certificate {}", different))
        : open             ? inconclusive(
                                 "no answer came to another server name; a longer --timeout may settle it",
                                 kAskLonger
                             )
               : pass();
    ruling.evidence = std::move(evidence);
    return ruling;
}

} // namespace

constinit const Rule sni_certificate{
    .id = "sni-certificate",
    .title = "The certificate does not depend on the server name that is sent",
    .scope = Scope::endpoint,
    .source = {.document = "RFC 6066", .section = "3 Server Name Indication"},
    .demands = "Without a server name, and with one that no server has, the server shows the same "
               "server certificate as with its own name, or none. Judged with --sni-matrix.",
    .why = "Lync Phone Edition, older mobiles and many servers send no server name in their hello "
           "and get the other certificate: its name does not match, and sign-in or federation "
           "fails for them alone.",
    .fix = "bind the certificate of the Lync names as the default of this address and port (in IIS "
           "and on reverse proxies: a binding without SNI)",
    .evidence = "without-server-name, foreign-server-name: the SHA-256 fingerprint of the server "
                "certificate shown, or how the attempt ended",
    .applies = applies_sni_certificate,
    .check = check_sni_certificate,
};

} // namespace lyncprobe::rules
