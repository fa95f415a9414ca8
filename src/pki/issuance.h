// SPDX-License-Identifier: MIT
// Who can have issued whom: names, key identifiers and, remembered, signatures.
#pragma once

#include "model/certificate.h"
#include "pki/signature.h"

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lyncprobe::pki {

// NameIndex gives equal names the same number, so that long lists compare numbers.
class NameIndex {
  public:
    std::size_t id(const std::string& der_name);

  private:
    std::unordered_map<std::string, std::size_t> by_der_;
    std::unordered_multimap<unsigned long, std::pair<std::string, std::size_t>> by_hash_;
    std::size_t count_ = 0;
};

// SignatureCache remembers verdicts of pairs and the keys of issuers. It only saves work: what it
// answers does not depend on what was asked before.
class SignatureCache {
  public:
    Signature check(const Certificate& signed_one, const Certificate& issuer);

  private:
    const VerificationKey& key_of(const Certificate& issuer);

    std::map<std::pair<Fingerprint, Fingerprint>, Signature> pairs_;
    std::map<Fingerprint, VerificationKey> keys_; // by SHA-256 of the SubjectPublicKeyInfo
};

// True unless both key identifiers are written and differ.
bool key_ids_agree(const Certificate& signed_one, const Certificate& issuer);

} // namespace lyncprobe::pki
