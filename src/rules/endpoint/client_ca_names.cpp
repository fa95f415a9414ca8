// SPDX-License-Identifier: MIT
// Rule client-ca-names: the server's list of accepted issuers has the issuer of our certificate.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Names shown as evidence; mutual_tls.ca_names of the result has more.
constexpr std::size_t kNamesShown = 10;

std::string applies_client_ca_names(const Subject& s) {
    const auto* facts = s.seen().client_certificate;
    if (!facts || !facts->requested) return "the server asked for no client certificate";
    if (!facts->identity_offered) return "we have no certificate of our own for this server";
    if (!facts->ca_names || facts->ca_names->empty())
        return "the server sent no list of issuers, which is normal from Windows Server 2012 on";
    return {};
}

Ruling check_client_ca_names(const Subject& s) {
    const auto& facts = *s.seen().client_certificate;
    auto shown = *facts.ca_names;
    if (shown.size() > kNamesShown) shown.resize(kNamesShown);
    auto ruling = facts.issuer_in_ca_names ? pass()
                                           : warn(fmt::format(
                                                 "the issuer of our certificate is not among the "
                                                 "{} that the server says it accepts",
                                                 facts.ca_names_count
                                             ));
    return std::move(ruling)
        .with("ca_names", std::move(shown))
        .with("ca_names_count", static_cast<std::int64_t>(facts.ca_names_count))
        .with("ca_names_bytes", static_cast<std::int64_t>(facts.ca_names_bytes));
}

} // namespace

constinit const Rule client_ca_names{
    .id = "client-ca-names",
    .title = "The server accepts the issuer of our certificate",
    .scope = Scope::endpoint,
    .source = {.document = "RFC 8446", .section = "4.2.4 Certificate Authorities"},
    .demands =
        "Where a server asks for a client certificate and sends a list of issuers, the issuer of "
        "our certificate, or one above it, is in that list. An empty list says nothing.",
    .why = "A peer whose root is not in the list is refused in mutual TLS, or picks no certificate "
           "at all; a list that Windows cut near 16 KB loses roots in the same way.",
    .fix = "import the root of our certificate's CA into the Trusted Root Certification "
           "Authorities store of the server, or remove roots there until the list is short enough",
    .evidence = "ca_names: the first names of the list; ca_names_count; ca_names_bytes: its size "
                "on the wire",
    .applies = applies_client_ca_names,
    .check = check_client_ca_names,
};

} // namespace lyncprobe::rules
