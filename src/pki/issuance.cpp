// SPDX-License-Identifier: MIT
// Names as numbers, signatures remembered.
#include "pki/issuance.h"

#include "pki/certificate_layout.h"
#include "pki/distinguished_name.h"

namespace lyncprobe::pki {

namespace {

// A run over a hostile network must not grow without end: beyond these the memory starts afresh.
constexpr std::size_t kKeysRemembered = 512, kPairsRemembered = 16384;

} // namespace

// Comparing two names as RFC 5280 7.1 demands decodes both; with numbers that is done once for each
// name. By the hash of the canonical form first, then for certain.
std::size_t NameIndex::id(const std::string& der_name) {
    const auto [known, fresh] = by_der_.try_emplace(der_name, count_);
    if (!fresh) return known->second;
    const unsigned long hash = name_hash(der_name);
    const auto [from, to] = by_hash_.equal_range(hash);
    for (auto other = from; other != to; ++other)
        if (same_name(other->second.first, der_name)) return known->second = other->second.second;
    by_hash_.emplace(hash, std::pair(der_name, count_));
    return count_++;
}

// Keyed by the key, not by the certificate, of the issuer: a renewed or cross-signed CA certificate
// with the same key gives the same answer.
Signature SignatureCache::check(const Certificate& signed_one, const Certificate& issuer) {
    const std::pair pair(signed_one.sha256, issuer.key.spki_sha256);
    if (const auto known = pairs_.find(pair); known != pairs_.end()) return known->second;
    if (pairs_.size() >= kPairsRemembered) pairs_.clear();
    return pairs_[pair] = check_signature(signed_one.der, key_of(issuer));
}

const VerificationKey& SignatureCache::key_of(const Certificate& issuer) {
    const auto known = keys_.find(issuer.key.spki_sha256);
    if (known != keys_.end()) return known->second;
    if (keys_.size() >= kKeysRemembered) keys_.clear();
    const auto layout = certificate_layout(issuer.der);
    return keys_[issuer.key.spki_sha256] =
               layout ? verification_key(layout->key) : VerificationKey{};
}

// Without an identifier on either side there is no objection (RFC 5280 4.2.1.1).
bool key_ids_agree(const Certificate& signed_one, const Certificate& issuer) {
    return signed_one.authority_key_id.empty() || issuer.subject_key_id.empty() ||
           signed_one.authority_key_id == issuer.subject_key_id;
}

} // namespace lyncprobe::pki
