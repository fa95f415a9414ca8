// SPDX-License-Identifier: MIT
#include "rules/verdicts/go_live_reasons.h"

#include "rules/engine/judge.h"
#include "rules/engine/sources.h"

#include <array>

namespace lyncprobe::rules {

namespace {

constexpr Source kPartnerTest{
    .document = "Test-CsFederatedPartner, New-CsAllowedDomain", .section = "what is tested"};

// docs/federation.md says when each settles the verdict, leaves it open, or is a note.
constexpr Rule kTexts[] = {
    {.id = "srv-record",
     .title = "The domain has a federation record",
     .source = kDnsRequirements.at("records for federation"),
     .demands = "The SRV record _sipfederationtls._tcp of the domain exists. Where the name "
                "server gives no answer it cannot be told.",
     .why = "A partner that does not enter the Access Edge by name finds it by this record only.",
     .fix = "publish the SRV record _sipfederationtls._tcp of the domain: port 5061, and as its "
            "target the name of the Access Edge directly in the domain; or enter the Access "
            "Edge by name (New-CsAllowedDomain -ProxyFqdn)"},
    {.id = "direct-host",
     .title = "The Access Edge that was entered by name has an address",
     .source =
         {.document = "Set-CsAccessEdgeConfiguration, New-CsAllowedDomain", .section = "ProxyFqdn"},
     .demands = "The name given with --direct (New-CsAllowedDomain -ProxyFqdn) has an address.",
     .why = "Our Edge connects to that name and asks for no SRV record.",
     .fix = "publish an address for this name, or correct the name (-ProxyFqdn)"},
    {.id = "reachable",
     .title = "The Access Edge accepts TCP connections",
     .source =
         {.document = "Port summary - Single consolidated edge for Lync Server 2013",
          .section = "SIP/MTLS 5061"},
     .demands = "The Access Edge accepts a connection on the port of its record. A refusal is "
                "certain; no answer may be a firewall on either side.",
     .why = "Without a connection there is no federation in the direction from us to them.",
     .fix = "let TCP to this port through, out of our firewall and into theirs, and start the "
            "Access Edge"},
    {.id = "not-tested",
     .title = "It was tested to the end",
     .source = kPartnerTest,
     .demands = "Nothing on this machine cut the test short, and something was seen that proves "
                "that federation would work.",
     .why = "What was not seen is no reason to be ready.",
     .fix = "run it again, from a machine that can reach this address"},
    {.id = "tls-handshake",
     .title = "The Access Edge completes a TLS handshake",
     .source = kMutualTls,
     .demands =
         "What listens on the port speaks TLS and completes the handshake. Where the connection "
         "only broke, or only the OpenSSL of this machine cannot, it cannot be told.",
     .why = "Federation is SIP over mutual TLS; nothing else is tried.",
     .fix = "correct the port of the SRV record; federation is SIP over mutual TLS"},
    {.id = "tls-version",
     .title = "Both sides have a TLS version in common",
     .source = kDisableOldTls,
     .demands =
         "The Access Edge speaks TLS 1.2. TLS 1.0 or 1.1 alone may be on or off at the other "
         "side; TLS 1.3 alone, or SSL alone, is spoken by no Lync or Skype for Business Server.",
     .why = "Lync Server 2013 and Skype for Business Server know nothing newer than TLS 1.2, "
            "and many have nothing older on.",
     .fix = "enable TLS 1.2 in Schannel: on by default from Windows Server 2012 on, a matter of "
            "the registry (SCHANNEL\\Protocols) on 2008 R2"},
    {.id = "missing-intermediate",
     .title = "The Access Edge sends its intermediate certificates",
     .source = {.document = "RFC 5246", .section = "7.4.2"},
     .demands =
         "Every intermediate CA certificate is sent with the server's. Where the certificate says "
         "over HTTP where its issuer is, an Edge that may fetch it can do without.",
     .why = "An Edge that does not happen to have the intermediate certificate cannot build the "
            "chain and refuses the connection.",
     .fix = "install the intermediate certificate on the Edge Server and restart the Access "
            "Edge, so that it is sent"},
    {.id = "untrusted-root",
     .title = "Our Edge trusts the root of the partner",
     .source = kMutualTls,
     .demands = "The certificate of the Access Edge leads to a root that our Edge trusts: one "
                "given with --ca-file, or one of this machine.",
     .why = "Our Edge ends the handshake with a server whose root it does not trust.",
     .fix = "import that root into the Trusted Root Certification Authorities of our Edge; or "
            "the other side takes a certificate of a public CA that both have"},
    {.id = "private-root",
     .title = "The certificate comes from a CA that every partner trusts",
     .source = kExternalAccess.at("public certificate for the Access Edge"),
     .demands = "Seen as a partner sees it (--self), the certificate of the Access Edge leads "
                "to a root that machines have from the start.",
     .why = "Only partners that imported a private root can connect.",
     .fix = "take a certificate of a public CA for the Access Edge, or have every partner "
            "import the root"},
    {.id = "mutual-tls",
     .title = "The Access Edge asks for a client certificate",
     .source = kMutualTls,
     .demands = "The server asks for a client certificate, as the federation port of an Edge does.",
     .why = "Without one it cannot know who connects: TLS ends at something before the Edge, or "
            "it is no federation port.",
     .fix = "let TLS end at the Access Edge and not at a load balancer or proxy before it, or "
            "correct the port of the SRV record"},
    {.id = "no-identity",
     .title = "A certificate of ours was given",
     .source = kMutualTls,
     .demands = "The certificate of our Edge is given, with its key.",
     .why = "Without it neither mutual TLS nor the answer to us in SIP can be judged.",
     .fix = "give the certificate of our Edge: --cert FILE --key FILE, or --pfx FILE"},
    {.id = "our-root-untrusted",
     .title = "The partner trusts our root",
     .source = kMutualTls,
     .demands = "The partner does not refuse our certificate with the alert unknown_ca.",
     .why = "Their Edge ends every connection of ours until it trusts the root of our certificate.",
     .fix = "import our root into the Trusted Root Certification Authorities of their Edge; or "
            "we take a certificate of a public CA that both have. Our Edge has to send its "
            "intermediate certificates"},
    {.id = "client-certificate-refused",
     .title = "The partner takes our certificate",
     .source = kMutualTls,
     .demands = "The partner does not refuse our certificate for another reason than its root: "
                "dates, purpose, revocation, key or signature.",
     .why = "Their Edge ends every connection of ours.",
     .fix = "their System log (Schannel) says why: root, revocation list or purpose; a peer that "
            "is no Lync Edge may want client authentication in the extended key usage of ours"},
    {.id = "our-certificate",
     .title = "Our own certificate is good for an Edge",
     .source = kExternalAccess,
     .demands = "Our certificate passes the rules by which an Edge accepts its peer: dates, "
                "names, purpose, key, signature, revocation.",
     .why = "What we would refuse, a partner refuses as well.",
     .fix = "reissue the certificate as the rule that is named demands"},
    {.id = "our-name",
     .title = "Our certificate has a name directly in our domain",
     .source = kDnsRequirements.at("records for federation"),
     .demands = "Our certificate has a name directly in our SIP domain: sip.contoso.com, say.",
     .why = "A partner that finds us by SRV record wants the target directly in our domain, and "
            "that name in our certificate.",
     .fix = "reissue it with the name of our Access Edge in our domain, or ask in the name of "
            "another domain (--our-domain)"},
    {.id = "our-domain",
     .title = "A SIP domain of ours is known",
     .source = kPartnerTest,
     .demands = "The domain in whose name OPTIONS is sent is given with --our-domain, or a name "
                "in our certificate shows it.",
     .why = "Partners answer by their list of allowed domains; what they answer to any other "
            "domain says nothing about ours.",
     .fix = "name it: --our-domain DOMAIN"},
    {.id = "sip",
     .title = "The Access Edge speaks SIP with us",
     .source = kPartnerTest,
     .demands = "After TLS the Access Edge answers OPTIONS. Silence leaves it open; hanging up "
                "or another protocol settles it.",
     .why = "An Edge that does not know our domain or Edge may close the connection unanswered.",
     .fix = "allow our SIP domain and our Edge as a federated partner; the log of the Access "
            "Edge says why it hung up"},
    {.id = "sip-refusal",
     .title = "The partner does not refuse us in SIP",
     .source = kPartnerTest,
     .demands = "OPTIONS is not refused. 480 and 503 may be over in a moment, and an answer "
                "that is not about partners settles nothing.",
     .why = "The text of ms-diagnostics says which list or policy refuses us; until it is "
            "changed every message is refused.",
     .fix = "allow our SIP domain as a federated partner, by the list or policy that "
            "ms-diagnostics name"},
};

constexpr auto kReasons = [] {
    auto reasons = std::to_array(kTexts);
    for (auto& reason : reasons)
        reason.scope = Scope::conclusion;
    return reasons;
}();

} // namespace

std::span<const Rule> conclusions() { return kReasons; }

GoLiveReason reason_of(
    std::string_view code, Weight weight, Party side, std::string message,
    std::optional<std::string> fix
) {
    const auto& known = *find(code);
    return {
        std::string(known.id),
        weight,
        side,
        std::move(message),
        fix ? std::move(*fix) : std::string(known.fix),
        to_text(known.source),
        {}};
}

GoLiveReason reason_by(const Finding& finding, Weight weight, Party side) {
    return {finding.rule, weight, side, finding.message, finding.fix, finding.source, {}};
}

} // namespace lyncprobe::rules
