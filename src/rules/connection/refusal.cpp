// SPDX-License-Identifier: MIT
#include "rules/connection/refusal.h"

#include "rules/engine/helpers.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Known is what an alert says of a certificate (RFC 5246 7.2.2, RFC 8446 6.2).
struct Known {
    std::uint8_t alert;
    Party side;
    std::string_view clause, fix;
    bool root = false;
};

constexpr std::string_view kTheirLog =
    "their System log (source Schannel) or TLS log of that time says why: root, revocation list, "
    "purpose or name";
constexpr std::string_view kReissue =
    "take a certificate with an RSA key of 2048 bits, signed with SHA-256";
constexpr std::string_view kTrustRoot =
    "import our root into the Trusted Root Certification Authorities of the server; or we take a "
    "certificate of a public CA that both have. Our side has to send its intermediate certificates";

constexpr std::array kKnown{
    Known{
        40, Party::either,
        "handshake_failure names no reason: many servers send it for a certificate that they do "
        "not take",
        kTheirLog},
    Known{
        41, Party::either, "it says that no certificate came, although ours was sent",
        "look for a proxy or load balancer between that ends TLS"},
    Known{
        42, Party::either,
        "it cannot use our certificate: an intermediate of ours that it lacks, a signature that it "
        "cannot verify, or a certificate that it cannot read",
        "send our intermediate certificates with ours; their TLS log says what is wrong"},
    Known{
        43, Party::either, "it takes no certificate of this kind: purpose, key or signature",
        "take a certificate for server and client authentication with an RSA key, signed with "
        "SHA-256; their TLS log says what is wrong"},
    Known{
        44, Party::ours, "it takes our certificate for revoked",
        "request a new certificate; where ours is not revoked, see that the server can fetch the "
        "revocation list that ours names"},
    Known{
        45, Party::ours, "it takes our certificate for expired",
        "renew our certificate; where its dates are right, their clock is wrong"},
    Known{46, Party::either, "it does not take our certificate and names no reason", kTheirLog},
    Known{47, Party::either, "it cannot use what we sent: certificate, key or signature", kReissue},
    Known{48, Party::theirs, "it does not trust the root of our certificate", kTrustRoot, true},
    Known{
        49, Party::theirs, "our certificate is good, and this server lets others in only",
        "add the name in our certificate to the servers that it lets in"},
    Known{
        50, Party::either, "it cannot read our certificate",
        "take a plain certificate: an RSA key of 2048 bits, signed with SHA-256, few names"},
    Known{51, Party::either, "it cannot verify the signature made with our key", kReissue},
    Known{
        80, Party::theirs, "it has a fault of its own while it looks at our certificate",
        "their System log (source Schannel) or TLS log of that time has the fault"},
    Known{
        116, Party::either, "it says that no certificate came, although ours was sent",
        "look for a proxy or load balancer between that ends TLS"},
};

const Alert* fatal_received(const AttemptRow& attempt) {
    if (!attempt.tls) return nullptr;
    const auto found = std::ranges::find_if(attempt.tls->alerts, [](const Alert& alert) {
        return alert.received && alert.fatal;
    });
    return found == attempt.tls->alerts.end() ? nullptr : &*found;
}

CertificateRefusal without_alert(const ClientCertificateFacts& facts) {
    if (facts.refusal.starts_with("GET"))
        return {
            "http", "it took our certificate in TLS and refuses it in HTTP", Party::either,
            "see what the message says: trust our root on the server, renew our certificate, or "
            "let its name in"};
    const bool reset = facts.refusal.find("reset") != std::string::npos;
    return {
        reset ? "reset" : "closed",
        reset ? "Windows resets the connection where it does not take a certificate"
              : "some servers, such as those on Node.js, close the connection without an alert "
                "where they do not take a certificate",
        Party::either, std::string(kTheirLog)};
}

bool lacks_client_authentication(const Certificate& certificate) {
    return certificate.eku && !contains(*certificate.eku, kClientAuth);
}

} // namespace

std::string without_client_authentication(const Chain& ours) {
    const auto& path = ours.path.path.empty() ? ours.presented : ours.path.path;
    for (std::size_t i = 0; i < path.size(); ++i)
        if (lacks_client_authentication(*path[i]))
            return i == 0 ? std::string("our certificate")
                          : fmt::format("its CA {}", path[i]->subject);
    return {};
}

std::string unlisted_text(const ClientCertificateFacts& facts) {
    // An empty list says nothing: Windows sends none by default from 2012 on.
    if (facts.ca_names_count == 0 || facts.issuer_in_ca_names) return {};
    return fmt::format(
        "the issuer of our certificate is not among the {} that it says it accepts{}",
        facts.ca_names_count,
        about_cut(facts) ? " (a list that long is cut by Windows, which loses roots)" : ""
    );
}

bool refused(const AttemptRow& attempt) {
    const auto* facts = attempt.client_certificate.get();
    return attempt.outcome == Outcome::client_certificate_rejected ||
           (facts && facts->accepted == false);
}

CertificateRefusal explain_refusal(const AttemptRow& attempt, const Chain* ours) {
    static const ClientCertificateFacts kNothing;
    const auto& facts = attempt.client_certificate ? *attempt.client_certificate : kNothing;
    const auto* alert = fatal_received(attempt);
    auto out =
        alert
            ? CertificateRefusal{std::string(alert_name(alert->code)), "it ends the handshake after our certificate", Party::either, std::string(kTheirLog)}
            : without_alert(facts);
    if (alert)
        for (const auto& known : kKnown)
            if (known.alert == alert->code) {
                out.clause = known.clause;
                out.side = known.side;
                out.fix = known.fix;
                out.root = known.root;
            }
    constexpr std::uint8_t kUnsupportedCertificate = 43;
    const auto lacking = ours ? without_client_authentication(*ours) : std::string();
    if (alert && alert->code == kUnsupportedCertificate && !lacking.empty()) {
        out.clause = fmt::format(
            "{} is not for client authentication (1.3.6.1.5.5.7.3.2), which servers on OpenSSL, "
            "such as gateways and session border controllers, demand of whoever connects",
            lacking
        );
        out.side = Party::ours;
        out.fix = "reissue our certificate for server and client authentication, from a CA whose "
                  "own certificates allow both; or the other side no longer checks the purpose";
    }
    if (const auto unlisted = unlisted_text(facts); !unlisted.empty())
        out.clause += "; " + unlisted;
    return out;
}

std::vector<std::uint8_t> refusal_alerts() {
    std::vector<std::uint8_t> out;
    for (const auto& known : kKnown)
        out.push_back(known.alert);
    return out;
}

CertificateRefusal explain_not_sent() {
    return {
        "not_sent", "ours was not sent, since its key or signature is none that the server takes",
        Party::ours, std::string(kReissue)};
}

} // namespace lyncprobe::rules
