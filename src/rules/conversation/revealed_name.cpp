// SPDX-License-Identifier: MIT
// Rule revealed-name: the certificate covers the name that the server gives itself.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The name, by the protocol that has it. What a reverse proxy or the external web site says is
// a name of the inside, which its certificate need not have.
std::string_view revealed(const Subject& s) {
    const auto& answer = *s.seen().answer;
    if (const auto name = answer.text("target_name"); !name.empty()) {
        switch (s.target().role) {
        case Role::front_end:
        case Role::standard_edition:
        case Role::director:
        case Role::sba: return name;
        default: return {}; // an Edge tells the name of the pool behind it
        }
    }
    return s.target().use == CertificateUse::web_services_internal ? answer.text("server_fqdn")
                                                                   : std::string_view();
}

std::string applies_revealed_name(const Subject& s) {
    if (!s.has_chain()) return "no certificate was presented";
    if (revealed(s).empty()) return "its answer has no name that this certificate must have";
    return {};
}

Ruling check_revealed_name(const Subject& s) {
    const std::string name(revealed(s));
    if (auto broken = unreadable(s.leaf(), kSubjectAltName)) return *broken;
    const auto cover = cover_of(name, s.leaf());
    const bool web = s.target().use == CertificateUse::web_services_internal;
    const bool good = cover == Cover::exact || (cover == Cover::wildcard && web);
    if (!good && cover == Cover::none)
        if (auto open = beyond_limit(s.leaf(), std::span(&name, 1)))
            return std::move(*open).with("name", name);
    auto ruling = good ? pass()
                       : fail(fmt::format(
                             "the server calls itself {}, which its certificate {}", name,
                             cover == Cover::none
                                 ? "does not cover"
                                 : "covers by a wildcard only, and that does not count for SIP"
                         ));
    return std::move(ruling).with("name", name);
}

} // namespace

constinit const Rule revealed_name{
    .id = "revealed-name",
    .title = "The certificate covers the name that the server gives itself",
    .scope = Scope::conversation,
    .source =
        {.document = "Certificate requirements for internal servers in Lync Server 2013",
         .section = "certificates for Front End pools",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-certificate-requirements-for-internal-servers"},
    .demands =
        "The server FQDN in a registrar's sign-in challenge (targetname), and the one in the "
        "X-MS-Server-Fqdn header of the internal web site, stands in the subject alternative name "
        "of the certificate that this endpoint presents. What an Access Edge, a reverse proxy or "
        "the external web site tells is a name of the inside and is not looked for.",
    .why = "Clients and servers go on to that name for the next connection and compare it with the "
           "certificate. Another name often means a certificate of another pool member, or a load "
           "balancer that mixes pools.",
    .fix = "request the certificate again on that very server, so that the wizard puts the "
           "server's and the pool's FQDN into it",
    .evidence = "name: the FQDN that the server gave itself",
    .applies = applies_revealed_name,
    .check = check_revealed_name,
};

} // namespace lyncprobe::rules
