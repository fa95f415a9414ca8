// SPDX-License-Identifier: MIT
// Rule not-refused: the server's protocol does not turn us away.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"
#include "rules/engine/sources.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// A web server's refusal of our certificate is the same text in both places.
std::string applies_not_refused(const Subject& s) {
    const auto refusal = s.seen().answer->text("refusal");
    const auto* row = s.seen().row;
    const auto* certificate = row ? row->main.client_certificate.get() : nullptr;
    const bool of_certificate = certificate && certificate->accepted == false && !refusal.empty() &&
                                certificate->refusal.ends_with(refusal);
    return of_certificate ? "client-certificate-accepted judges this refusal" : "";
}

Ruling check_not_refused(const Subject& s) {
    const auto& answer = *s.seen().answer;
    const auto refusal = answer.text("refusal");
    if (refusal.empty()) return pass();
    const auto remedy = answer.text("remedy");
    auto ruling = answer.find("refusal_expected") != nullptr ? pass(std::string(refusal))
                  : remedy.empty()                           ? warn(std::string(refusal))
                                   : warn(fmt::format("{}. To do: {}", refusal, remedy));
    if (!remedy.empty()) ruling.evidence.set("remedy", std::string(remedy));
    if (const auto* explained = answer.find("diagnostics"))
        ruling.evidence.set("diagnostics", *explained);
    return ruling;
}

} // namespace

constinit const Rule not_refused{
    .id = "not-refused",
    .title = "The server's protocol does not turn us away",
    .scope = Scope::conversation,
    .source =
        {.document = "TLS and MTLS for Lync Server 2013; RFC 6120 for XMPP",
         .section = "mutual TLS between servers; 4.9 stream errors",
         .url = kMutualTls.url},
    .demands =
        "After the TLS handshake the server does not refuse us in its own protocol: no SIP 403 or "
        "504 to a partner or a server, no HTTP 403 for our certificate, no XMPP stream error.",
    .why = "Lync's servers often accept a connection in TLS and only then look whether the peer's "
           "certificate belongs to a server or partner they know. From outside, such a refusal "
           "looks like a working port.",
    .fix = "do what the message says on the side that it names; where this machine is no server of "
           "the topology, the refusal is what a stranger should get: waive it",
    .evidence =
        "remedy: who has to change what; diagnostics: the server's ms-diagnostics, explained",
    .applies = applies_not_refused,
    .check = check_not_refused,
};

} // namespace lyncprobe::rules
