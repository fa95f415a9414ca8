// SPDX-License-Identifier: MIT
#include "model/vocabulary.h"

#include <algorithm>
#include <array>
#include <vector>

namespace lyncprobe {

namespace {

constexpr std::array<Word<Verdict>, 5> kVerdicts{{
    {Verdict::pass, "pass"},
    {Verdict::warn, "warn"},
    {Verdict::fail, "fail"},
    {Verdict::inconclusive, "inconclusive"},
    {Verdict::not_applicable, "not_applicable"},
}};

constexpr std::array<Word<Outcome>, 19> kOutcomes{{
    {Outcome::ok, "ok"},
    {Outcome::dns_failure, "dns_failure"},
    {Outcome::refused, "refused"},
    {Outcome::unreachable, "unreachable"},
    {Outcome::connect_timeout, "connect_timeout"},
    {Outcome::timeout, "timeout"},
    {Outcome::reset, "reset"},
    {Outcome::closed, "closed"},
    {Outcome::not_tls, "not_tls"},
    {Outcome::starttls_refused, "starttls_refused"},
    {Outcome::tls_alert, "tls_alert"},
    {Outcome::tls_failure, "tls_failure"},
    {Outcome::client_certificate_required, "client_certificate_required"},
    {Outcome::client_certificate_rejected, "client_certificate_rejected"},
    {Outcome::protocol_error, "protocol_error"},
    {Outcome::limit_exceeded, "limit_exceeded"},
    {Outcome::local_error, "local_error"},
    {Outcome::skipped, "skipped"},
    {Outcome::interrupted, "interrupted"},
}};

constexpr std::array<Word<Stage>, 7> kStages{{
    {Stage::resolve, "resolve"},
    {Stage::connect, "connect"},
    {Stage::preamble, "preamble"},
    {Stage::handshake, "handshake"},
    {Stage::client_auth, "client_auth"},
    {Stage::conversation, "conversation"},
    {Stage::done, "done"},
}};

constexpr std::array<Word<Role>, 14> kRoles{{
    {Role::front_end, "front-end"},
    {Role::standard_edition, "standard-edition"},
    {Role::director, "director"},
    {Role::mediation, "mediation"},
    {Role::persistent_chat, "persistent-chat"},
    {Role::edge, "edge"},
    {Role::reverse_proxy, "reverse-proxy"},
    {Role::office_web_apps, "office-web-apps"},
    {Role::exchange_um, "exchange-um"},
    {Role::trusted_application, "trusted-application"},
    {Role::sba, "sba"},
    {Role::gateway, "gateway"},
    {Role::partner, "partner"},
    {Role::other, "other"},
}};

constexpr std::array<Word<CertificateUse>, 10> kUses{{
    {CertificateUse::default_, "Default"},
    {CertificateUse::web_services_internal, "WebServicesInternal"},
    {CertificateUse::web_services_external, "WebServicesExternal"},
    {CertificateUse::oauth_token_issuer, "OAuthTokenIssuer"},
    {CertificateUse::internal, "Internal"},
    {CertificateUse::access_edge_external, "AccessEdgeExternal"},
    {CertificateUse::data_edge_external, "DataEdgeExternal"},
    {CertificateUse::audio_video_authentication, "AudioVideoAuthentication"},
    {CertificateUse::xmpp_server, "XMPPServer"},
    {CertificateUse::other, "Other"},
}};

constexpr std::array<Word<Side>, 3> kSides{{
    {Side::unknown, "unknown"},
    {Side::internal, "internal"},
    {Side::external, "external"},
}};

constexpr std::array<Word<Probe>, 9> kProbes{{
    {Probe::tls, "tls"},
    {Probe::sip, "sip"},
    {Probe::federation, "federation"},
    {Probe::https, "https"},
    {Probe::autodiscover, "autodiscover"},
    {Probe::web_conferencing, "web-conferencing"},
    {Probe::av_edge, "av-edge"},
    {Probe::xmpp, "xmpp"},
    {Probe::replication, "replication"},
}};

constexpr std::array<Word<Transport>, 2> kTransports{{
    {Transport::tcp, "tcp"},
    {Transport::udp, "udp"},
}};

constexpr std::array<Word<Product>, 7> kProducts{{
    {Product::unknown, "unknown"},
    {Product::ocs_2007, "ocs-2007"},
    {Product::ocs_2007_r2, "ocs-2007-r2"},
    {Product::lync_2010, "lync-server-2010"},
    {Product::lync_2013, "lync-server-2013"},
    {Product::skype_2015, "skype-for-business-2015"},
    {Product::skype_2019, "skype-for-business-2019"},
}};

constexpr std::array<Word<Mutual>, 3> kMutual{{
    {Mutual::automatic, "auto"},
    {Mutual::none, "none"},
    {Mutual::both, "both"},
}};

constexpr std::array<Word<Listing>, 3> kListings{{
    {Listing::listed, "listed"},
    {Listing::core, "core"},
    {Listing::usual, "usual"},
}};

constexpr std::array<Word<Expectation>, 4> kExpectations{{
    {Expectation::none, "none"},
    {Expectation::unreachable, "unreachable"},
    {Expectation::client_certificate_refused, "client-certificate-refused"},
    {Expectation::protocol_refused, "protocol-refused"},
}};

constexpr std::array<Word<EnrollmentMethod>, 6> kMethods{{
    {EnrollmentMethod::automatic, "auto"},
    {EnrollmentMethod::web, "web"},
    {EnrollmentMethod::mmc, "mmc"},
    {EnrollmentMethod::certreq, "certreq"},
    {EnrollmentMethod::offline, "offline"},
    {EnrollmentMethod::unknown, "unknown"},
}};

constexpr std::array<Word<OperatingSystem>, 24> kSystems{{
    {OperatingSystem::windows_xp, "windows-xp"},
    {OperatingSystem::windows_vista, "windows-vista"},
    {OperatingSystem::windows_7, "windows-7"},
    {OperatingSystem::windows_8, "windows-8"},
    {OperatingSystem::windows_10, "windows-10"},
    {OperatingSystem::windows_11, "windows-11"},
    {OperatingSystem::windows_2000_server, "windows-2000-server"},
    {OperatingSystem::windows_server_2003, "windows-server-2003"},
    {OperatingSystem::windows_server_2003_sp1, "windows-server-2003-sp1"},
    {OperatingSystem::windows_server_2003_sp2, "windows-server-2003-sp2"},
    {OperatingSystem::windows_server_2003_r2, "windows-server-2003-r2"},
    {OperatingSystem::windows_server_2003_r2_sp2, "windows-server-2003-r2-sp2"},
    {OperatingSystem::windows_server_2008, "windows-server-2008"},
    {OperatingSystem::windows_server_2008_r2, "windows-server-2008-r2"},
    {OperatingSystem::windows_server_2008_r2_tls12, "windows-server-2008-r2-tls12"},
    {OperatingSystem::windows_server_2012, "windows-server-2012"},
    {OperatingSystem::windows_server_2012_r2, "windows-server-2012-r2"},
    {OperatingSystem::windows_server_2016, "windows-server-2016"},
    {OperatingSystem::windows_server_2019, "windows-server-2019"},
    {OperatingSystem::windows_server_2022, "windows-server-2022"},
    {OperatingSystem::linux, "linux"},
    {OperatingSystem::other, "other"},
    {OperatingSystem::unknown, "unknown"},
    {OperatingSystem::public_ca, "public"},
}};

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Levenshtein, one row at a time.
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

template <>
std::span<const Word<Verdict>> words() {
    return kVerdicts;
}
template <>
std::span<const Word<Outcome>> words() {
    return kOutcomes;
}
template <>
std::span<const Word<Stage>> words() {
    return kStages;
}
template <>
std::span<const Word<Role>> words() {
    return kRoles;
}
template <>
std::span<const Word<CertificateUse>> words() {
    return kUses;
}
template <>
std::span<const Word<Side>> words() {
    return kSides;
}
template <>
std::span<const Word<Probe>> words() {
    return kProbes;
}
template <>
std::span<const Word<Transport>> words() {
    return kTransports;
}
template <>
std::span<const Word<Product>> words() {
    return kProducts;
}
template <>
std::span<const Word<Mutual>> words() {
    return kMutual;
}
template <>
std::span<const Word<Listing>> words() {
    return kListings;
}
template <>
std::span<const Word<Expectation>> words() {
    return kExpectations;
}
template <>
std::span<const Word<EnrollmentMethod>> words() {
    return kMethods;
}
template <>
std::span<const Word<OperatingSystem>> words() {
    return kSystems;
}

Transport default_transport(Probe probe, std::uint16_t port) {
    constexpr std::uint16_t kTurn = 3478;
    return probe == Probe::av_edge && port == kTurn ? Transport::udp : Transport::tcp;
}

bool is_plain_http_port(std::uint16_t port) { return port == 80 || port == 8080; }

std::string_view product_name(Product product) {
    switch (product) {
    case Product::unknown: return "";
    case Product::ocs_2007: return "Office Communications Server 2007";
    case Product::ocs_2007_r2: return "Office Communications Server 2007 R2";
    case Product::lync_2010: return "Lync Server 2010";
    case Product::lync_2013: return "Lync Server 2013";
    case Product::skype_2015: return "Skype for Business Server 2015";
    case Product::skype_2019: return "Skype for Business Server 2019";
    }
    return "";
}

std::uint16_t default_port(Probe probe) {
    switch (probe) {
    case Probe::sip:
    case Probe::federation: return 5061;
    case Probe::xmpp: return 5269;
    case Probe::replication: return 4443;
    default: return 443;
    }
}

std::string_view nearest(std::string_view text, std::span<const std::string_view> known) {
    // A third of the word may be wrong; more than that suggests something the writer did not mean.
    constexpr std::size_t kLongestCompared = 64;
    if (text.size() > kLongestCompared) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
    for (const auto word : known) {
        const auto distance = edit_distance(text, word);
        // A word of three letters is near to every other one of three letters.
        if (distance < best_distance && distance < word.size())
            best = word, best_distance = distance;
    }
    return best;
}

template <class E>
std::string_view nearest_word(std::string_view text) {
    std::vector<std::string_view> known;
    for (const auto& word : words<E>())
        known.push_back(word.text);
    return nearest(text, known);
}
template std::string_view nearest_word<Verdict>(std::string_view);
template std::string_view nearest_word<Role>(std::string_view);
template std::string_view nearest_word<CertificateUse>(std::string_view);
template std::string_view nearest_word<Side>(std::string_view);
template std::string_view nearest_word<Probe>(std::string_view);
template std::string_view nearest_word<Mutual>(std::string_view);
template std::string_view nearest_word<Expectation>(std::string_view);
template std::string_view nearest_word<Transport>(std::string_view);
template std::string_view nearest_word<Product>(std::string_view);
template std::string_view nearest_word<EnrollmentMethod>(std::string_view);
template std::string_view nearest_word<OperatingSystem>(std::string_view);

int badness(Verdict verdict) {
    switch (verdict) {
    case Verdict::fail: return 4;
    case Verdict::warn: return 3;
    // What could not be decided is worse than what is right, and no reason to fail.
    case Verdict::inconclusive: return 2;
    case Verdict::pass: return 1;
    case Verdict::not_applicable: return 0;
    }
    return 0;
}

bool is_lync_internal(Role role) {
    switch (role) {
    case Role::front_end:
    case Role::standard_edition:
    case Role::director:
    case Role::mediation:
    case Role::persistent_chat:
    case Role::trusted_application:
    case Role::sba: return true;
    default: return false;
    }
}

} // namespace lyncprobe
