// SPDX-License-Identifier: MIT
// Rule xmpp-domain: the certificate of an XMPP port covers the bare domain.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::string applies_xmpp_domain(const Subject& s) {
    if (s.target().probe != Probe::xmpp) return "no XMPP port";
    if (!s.has_chain()) return "no certificate was presented: TLS is not offered here";
    if (s.target().sip_domain.empty()) return "no domain was asked about";
    return {};
}

Ruling check_xmpp_domain(const Subject& s) {
    if (auto broken = unreadable(s.leaf(), kSubjectAltName)) return *broken;
    const auto& domain = s.target().sip_domain;
    if (cover_of(domain, s.leaf()) == Cover::exact) return pass().with("domain", domain);
    auto open = beyond_limit(s.leaf(), std::span(&domain, 1));
    auto ruling =
        open ? std::move(*open)
             : fail(fmt::format(
                   "the certificate does not have the bare domain {}, which XMPP partners look for",
                   domain
               ));
    return std::move(ruling).with("domain", domain);
}

} // namespace

constinit const Rule xmpp_domain{
    .id = "xmpp-domain",
    .title = "The certificate of an XMPP port has the bare domain",
    .scope = Scope::conversation,
    .source =
        {.document =
             "Certificate summary - Extensible Messaging and Presence Protocol (XMPP) federation",
         .section = "Access Edge certificate; RFC 6120, 13.7.1.2",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-certificate-summary-extensible-messaging-and-presence-protocol-"
                "xmpp-federation"},
    .demands = "The subject alternative name of the certificate on an XMPP port has the domain "
               "itself (contoso.com), not only the name of the Edge.",
    .why = "An XMPP partner that uses TLS compares the certificate with the domain it talks to, "
           "not with the host that the SRV record names.",
    .fix =
        "reissue the Access Edge certificate with each XMPP domain in its subject alternative name",
    .evidence = "domain: what was looked for",
    .applies = applies_xmpp_domain,
    .check = check_xmpp_domain,
};

} // namespace lyncprobe::rules
