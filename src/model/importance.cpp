// SPDX-License-Identifier: MIT
#include "model/importance.h"

#include <algorithm>
#include <array>

namespace lyncprobe {

namespace {

constexpr auto kImportances = std::to_array<Word<Importance>>(
    {{Importance::a, "A"}, {Importance::b, "B"}, {Importance::c, "C"}, {Importance::none, "none"}}
);

constexpr auto kFunctions = std::to_array<Word<Function>>(
    {{Function::sign_in, "sign-in"},
     {Function::address_book, "address-book"},
     {Function::meetings, "meetings"},
     {Function::audio_video, "audio-video"},
     {Function::telephony, "telephony"},
     {Function::phones, "phones"},
     {Function::remote_users, "remote-users"},
     {Function::mobile, "mobile"},
     {Function::federation, "federation"},
     {Function::voicemail, "voicemail"},
     {Function::persistent_chat, "persistent-chat"},
     {Function::exchange, "exchange"},
     {Function::applications, "applications"},
     {Function::replication, "replication"},
     {Function::monitoring, "monitoring"}}
);

constexpr auto kRemedies = std::to_array<Word<Remedy>>(
    {{Remedy::reissue, "reissue"},
     {Remedy::renew_ca, "renew-ca"},
     {Remedy::complete_chain, "complete-chain"},
     {Remedy::trust_root, "trust-root"},
     {Remedy::make_reachable, "make-reachable"},
     {Remedy::publish_crl, "publish-crl"},
     {Remedy::settings, "settings"},
     {Remedy::assign, "assign"},
     {Remedy::topology, "topology"},
     {Remedy::dns, "dns"}}
);

} // namespace

template <>
std::span<const Word<Importance>> words() {
    return kImportances;
}
template <>
std::span<const Word<Function>> words() {
    return kFunctions;
}
template <>
std::span<const Word<Remedy>> words() {
    return kRemedies;
}

std::string_view in_words(Function function) {
    switch (function) {
    case Function::address_book: return "presence and address book";
    case Function::meetings: return "meetings and sharing";
    case Function::audio_video: return "audio and video";
    case Function::telephony: return "telephone calls";
    case Function::remote_users: return "remote users";
    case Function::mobile: return "mobile clients";
    case Function::persistent_chat: return "Persistent Chat";
    case Function::exchange: return "Exchange integration";
    case Function::applications: return "trusted applications";
    case Function::replication: return "replication to the Edge";
    case Function::monitoring: return "monitoring only";
    default: return to_text(function);
    }
}

std::string_view in_words(CertificateUse use) {
    switch (use) {
    case CertificateUse::default_: return "Default";
    case CertificateUse::web_services_internal: return "internal web services";
    case CertificateUse::web_services_external: return "external web services";
    case CertificateUse::oauth_token_issuer: return "OAuth";
    case CertificateUse::internal: return "Edge internal";
    case CertificateUse::access_edge_external: return "Access Edge";
    case CertificateUse::data_edge_external: return "Web Conferencing Edge";
    case CertificateUse::audio_video_authentication: return "A/V authentication";
    case CertificateUse::xmpp_server: return "XMPP";
    case CertificateUse::other: break;
    }
    return "";
}

std::string in_words(const std::vector<Function>& list) {
    std::string out;
    for (std::size_t i = 0; i < list.size(); ++i)
        (out += i == 0 ? "" : ", ") += in_words(list[i]);
    return out;
}

std::vector<std::string> rules_of(const TodoItem& item) {
    std::vector<std::string> out;
    for (const auto& reason : item.reasons)
        if (std::ranges::find(out, reason.rule) == out.end()) out.push_back(reason.rule);
    return out;
}

Verdict worst_of(const TodoItem& item) {
    auto worst = Verdict::warn;
    for (const auto& reason : item.reasons)
        if (badness(reason.verdict) > badness(worst)) worst = reason.verdict;
    return worst;
}

std::string headline(const TodoItem& item) {
    auto out = item.remedy;
    std::vector<std::string_view> said;
    for (const auto& reason : item.reasons) {
        // Two findings may be one matter: the same date, seen on two ports.
        if (reason.follows || std::ranges::find(said, reason.brief) != said.end()) continue;
        (out += said.empty() ? ": " : ", ") += reason.brief;
        said.push_back(reason.brief);
    }
    return out;
}

} // namespace lyncprobe
