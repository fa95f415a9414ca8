// SPDX-License-Identifier: MIT
#include "report/restored.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {

std::string to_text(const JsonPlace& place) {
    auto text = place.above ? to_text(*place.above) : std::string();
    if (place.key.empty()) return place.above ? text + fmt::format("[{}]", place.index) : text;
    return (text += text.empty() ? "" : ".") += place.key;
}

std::optional<Fingerprint> fingerprint_of(std::string_view hex) {
    Fingerprint out = {};
    if (hex.size() != 2 * out.size()) return std::nullopt;
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const char c = hex[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return std::nullopt;
        out[i / 2] = static_cast<std::uint8_t>(out[i / 2] << 4 | digit);
    }
    return out;
}

void Restored::expected(std::string_view what, const JsonPlace& place) {
    if (mistake_.empty()) mistaken(fmt::format("{}: expected {}", to_text(place), what));
}

void Restored::mistaken(std::string sentence) {
    // Later mistakes mostly follow from the first.
    if (mistake_.empty()) mistake_ = std::move(sentence);
}

CertificatePtr Restored::certificate(const Fingerprint& sha256) {
    // Chains name certificates that the file describes further down.
    auto& named = certificates_[sha256].certificate;
    if (!named) {
        named = std::make_shared<Certificate>();
        named->sha256 = sha256;
    }
    return named;
}

std::shared_ptr<Certificate> Restored::describe(const Fingerprint& sha256) {
    certificate(sha256);
    auto& named = certificates_[sha256];
    named.described = true;
    return named.certificate;
}

std::optional<Fingerprint> Restored::undescribed() const {
    for (const auto& [sha256, named] : certificates_)
        if (!named.described) return sha256;
    return std::nullopt;
}

ChainPtr Restored::shared(std::string text, Chain&& chain) {
    auto& known = chains_[std::move(text)];
    if (!known) known = std::make_shared<const Chain>(std::move(chain));
    return known;
}

std::shared_ptr<const TlsFacts> Restored::shared(TlsFacts&& facts) {
    // Thousands of endpoints saw the same few parameters; one copy serves all, as in a scan.
    return *tls_.insert(std::make_shared<const TlsFacts>(std::move(facts))).first;
}

std::shared_ptr<const std::vector<std::string>> Restored::shared(std::vector<std::string>&& list) {
    return *lists_.insert(std::make_shared<const std::vector<std::string>>(std::move(list))).first;
}

std::optional<std::size_t> Restored::endpoint(std::string_view id) const {
    const auto known = endpoints_.find(std::string(id));
    if (known == endpoints_.end()) return std::nullopt;
    return known->second;
}

// The addresses of one target are rows of one target.
void Restored::add(EndpointRow&& row, Target&& target) {
    auto id = target.id_base + target.id_suffix;
    if (id.empty()) // of version 0.1.0
        id = fmt::format("{} {}", display_name(target), to_text(target.probe));
    const auto [known, fresh] = targets_.try_emplace(std::move(id), result.targets.size());
    if (fresh) result.targets.push_back(std::move(target));
    row.target = known->second;
    endpoints_.emplace(row.id, result.endpoints.size());
    result.endpoints.push_back(std::move(row));
}

} // namespace lyncprobe::report
