// SPDX-License-Identifier: MIT
// Rule sni-certificate: the server shows the same certificate whatever server name is sent, and
// also where none is.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::rules {

namespace {

bool nameless(const NameTried& tried) { return tried.role == AttemptRole::without_sni; }

std::string_view asked(const NameTried& tried) {
    return nameless(tried) ? "without a server name" : "with a foreign server name";
}

// How the server turned the hello down; empty where it did not, or did not answer it at all: a
// connection that is refused or runs out of time says nothing about names.
std::string_view refusal(const NameTried& tried) {
    if (tried.leaf) return {};
    switch (tried.outcome) {
    case Outcome::tls_alert: return "ends the handshake with an alert";
    // As Schannel does where no binding has the name.
    case Outcome::closed: return "closes the connection";
    case Outcome::reset: return "resets the connection";
    case Outcome::tls_failure:
    case Outcome::not_tls: return "completes no handshake";
    default: return {};
    }
}

std::string applies_sni_certificate(const Subject& s) {
    if (s.seen().names_tried.empty()) return "other server names were not tried; --sni-matrix does";
    // Such a chain was read by a hello of our own, and names are not what the server dislikes.
    const auto* row = s.seen().row;
    return row && row->main.outcome != Outcome::ok && row->main.stage == Stage::handshake
               ? "it completes no handshake under its own name either"
               : "";
}

// What the server does, and in which cases.
using Deviations = std::vector<std::pair<std::string_view, std::vector<std::string>>>;

void note(Deviations& deviations, std::string_view does, std::string_view when) {
    for (auto& [known, times] : deviations)
        if (known == does) return times.emplace_back(when), void();
    deviations.push_back({does, {std::string(when)}});
}

std::string in_words(const Deviations& deviations, bool no_name_refused) {
    std::vector<std::string> parts;
    for (const auto& [does, times] : deviations)
        parts.push_back(fmt::format(
            "{} {} {}", fmt::join(times, " and "), parts.empty() ? "the server" : "it", does
        ));
    return fmt::format(
        "{}{}", fmt::join(parts, "; "),
        no_name_refused ? "; phones, gateways and older servers send no name and cannot connect"
                        : ""
    );
}

Ruling check_sni_certificate(const Subject& s) {
    Deviations deviations;
    bool open = false, no_name_refused = false;
    Facts evidence;
    for (const auto& tried : s.seen().names_tried) {
        const auto refused = refusal(tried);
        if (!refused.empty())
            note(deviations, refused, asked(tried));
        else if (tried.leaf && *tried.leaf != s.leaf().sha256)
            note(deviations, "shows another certificate", asked(tried));
        no_name_refused = no_name_refused || (nameless(tried) && !refused.empty());
        open = open || (refused.empty() && !tried.leaf);
        evidence.set(
            nameless(tried) ? "without-server-name" : "foreign-server-name",
            tried.leaf ? to_hex(*tried.leaf) : fmt::format("none ({})", to_text(tried.outcome))
        );
    }
    auto ruling =
        !deviations.empty() ? warn(in_words(deviations, no_name_refused))
        : open              ? inconclusive(
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
    .demands = "Without a server name, and with one that no server has, the server completes the "
               "handshake and shows the same server certificate as with its own name. Another "
               "certificate and an ended handshake warn. Judged with --sni-matrix.",
    .why = "Lync Phone Edition, gateways, older mobiles and many servers send no server name in "
           "their hello. They get the other certificate, whose name does not match, or no "
           "handshake at all, and sign-in or federation fails for them alone.",
    .fix = "bind the certificate of the Lync names as the default of this address and port (in IIS "
           "and on reverse proxies: a binding without SNI)",
    .evidence = "without-server-name, foreign-server-name: the SHA-256 fingerprint of the server "
                "certificate shown, or how the attempt ended",
    .applies = applies_sni_certificate,
    .check = check_sni_certificate,
};

} // namespace lyncprobe::rules
