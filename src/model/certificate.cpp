// SPDX-License-Identifier: MIT
#include "model/certificate.h"

#include "model/compare.h"

#include <tuple>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

constexpr auto kTrusts = std::to_array<Word<TrustPath::Trust>>({
    {TrustPath::Trust::trusted, "trusted"},
    {TrustPath::Trust::invalid, "invalid"},
    {TrustPath::Trust::untrusted, "untrusted"},
    {TrustPath::Trust::unknown, "unknown"},
    {TrustPath::Trust::not_searched, "not_searched"},
    {TrustPath::Trust::gave_up, "gave_up"},
});

constexpr auto kFlaws = std::to_array<Word<PathFlaw::Kind>>({
    {PathFlaw::Kind::critical_extension, "critical_extension"},
    {PathFlaw::Kind::not_a_ca, "not_a_ca"},
    {PathFlaw::Kind::path_length, "path_length"},
    {PathFlaw::Kind::server_key_usage, "server_key_usage"},
    {PathFlaw::Kind::name_constraints, "name_constraints"},
    {PathFlaw::Kind::names_not_compared, "names_not_compared"},
});

constexpr auto kKeyStates = std::to_array<Word<KeyInFile::State>>({
    {KeyInFile::State::own, "own"},
    {KeyInFile::State::another, "another"},
    {KeyInFile::State::missing, "missing"},
    {KeyInFile::State::unreadable, "unreadable"},
});

} // namespace

template <>
std::span<const Word<KeyInFile::State>> words() {
    return kKeyStates;
}

template <>
std::span<const Word<TrustPath::Trust>> words() {
    return kTrusts;
}

template <>
std::span<const Word<PathFlaw::Kind>> words() {
    return kFlaws;
}

bool TrustPath::refused() const {
    return std::any_of(flaws.begin(), flaws.end(), [](const PathFlaw& flaw) {
        return flaw.kind != PathFlaw::Kind::names_not_compared;
    });
}

bool TrustPath::operator==(const TrustPath& other) const {
    const auto rest = [](const TrustPath& it) {
        return std::tie(
            it.trust, it.anchors_configured, it.system_anchor, it.used_unpresented, it.used_fetched,
            it.flaws, it.why
        );
    };
    return rest(*this) == rest(other) && same(path, other.path);
}

bool Chain::operator==(const Chain& other) const {
    const auto rest = [](const Chain& it) {
        return std::tie(
            it.unreadable, it.ordered, it.complete, it.missing_issuer, it.duplicates, it.extra,
            it.reversed, it.issuer_rekeyed, it.unrelated, it.roots, it.root_included,
            it.completed_by_fetch, it.path
        );
    };
    return rest(*this) == rest(other) && same(presented, other.presented) &&
           same(fetched, other.fetched);
}

std::string to_hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string short_thumbprint(const Certificate& certificate) {
    constexpr std::size_t kDigits = 8; // more than enough within one deployment
    const auto& thumbprint = certificate.thumbprint;
    return thumbprint.empty()
               ? fmt::format("SHA-256 {}…", to_hex(certificate.sha256).substr(0, kDigits))
               : fmt::format("thumbprint {}…", thumbprint.substr(0, kDigits));
}

std::string to_hex(const Fingerprint& fingerprint) {
    return to_hex(std::string(fingerprint.begin(), fingerprint.end()));
}

} // namespace lyncprobe
