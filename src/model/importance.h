// SPDX-License-Identifier: MIT
// What a fault breaks and for whom, and what is to be done: findings with one remedy as one item.
// Drawn by rules/verdicts, kept in the result.
#pragma once

#include "model/certificate.h"
#include "model/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// How bad it is while it lasts: `a` a class of users is down, `b` a function is lost, `c` something
// works worse or will fail unnoticed.
enum class Importance : std::uint8_t { a, b, c, none };

// What stops for people; a closed list.
enum class Function : std::uint8_t {
    sign_in,
    address_book, // and presence
    meetings,     // and sharing
    audio_video,
    telephony, // calls to and from the telephone network, call services
    phones,
    remote_users,
    mobile,
    federation,
    voicemail,
    persistent_chat,
    exchange, // archiving, unified contacts, meetings in Outlook on the web
    applications,
    replication,
    monitoring // nothing but this program's own view
};

// What kind of work an item is.
enum class Remedy : std::uint8_t {
    reissue,        // the server certificate, renewal included
    renew_ca,       // a CA certificate
    complete_chain, // make the server send its intermediate certificates
    trust_root,     // bring issuer and trust anchors together
    make_reachable, // service, firewall or DNS
    publish_crl,
    settings, // of a server
    assign,   // put the certificate where it belongs, restart the service
    topology, // names and addresses of the deployment
    dns
};

template <>
std::span<const Word<Importance>> words();
template <>
std::span<const Word<Function>> words();
template <>
std::span<const Word<Remedy>> words();

// "remote users", "meetings and sharing"
std::string_view in_words(Function);
std::string_view in_words(CertificateUse);          // "Access Edge"; empty for other
std::string in_words(const std::vector<Function>&); // "sign-in, phones"

// TodoReason is what is wrong, once for each rule and sentence.
struct TodoReason {
    std::string rule;
    Verdict verdict = Verdict::fail;
    std::string brief;   // "expired 3 days ago"; foreign text in it still raw, as in all below
    std::string message; // as in the finding
    std::string fix, source;
    bool follows = false; // goes away with the reason above it
    bool operator==(const TodoReason&) const = default;
};

// TodoItem is one thing to do, and all that it mends.
struct TodoItem {
    std::string id; // of letters that a shell takes; the same in every run that has this to do
    Remedy kind = Remedy::settings;
    Importance importance = Importance::none;
    std::vector<Function> breaks;
    std::string remedy;               // "reissue the certificate of edge01 (Access Edge)"
    std::string server;               // or pool, where all of it has to be mended; empty: several
    std::vector<std::string> servers; // what an administrator would log on to; in order of the run
    std::optional<CertificateUse> use;
    std::optional<Fingerprint> certificate; // that is presented now
    std::vector<TodoReason> reasons;
    std::vector<std::size_t> endpoints; // indices into ScanResult::endpoints, ascending
    bool operator==(const TodoItem&) const = default;
};

std::vector<std::string> rules_of(const TodoItem&); // each once
Verdict worst_of(const TodoItem&);
// "reissue the certificate of edge01 (Access Edge): expired 3 days ago, lacks sip.fabrikam.com"
std::string headline(const TodoItem&);

} // namespace lyncprobe
