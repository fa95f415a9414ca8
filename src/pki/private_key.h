// SPDX-License-Identifier: MIT
// Private keys of our own, with a bound on the work that a password may cost.
#pragma once

#include "model/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::pki {

// PrivateKey is an EVP_PKEY of the default library context; wiped when its last owner goes.
using PrivateKey = std::shared_ptr<void>;

// PEM (PKCS#8, PKCS#1, SEC 1, encrypted or not; the first key of the file) or DER.
Result<PrivateKey> read_private_key(
    std::string_view bytes, const std::optional<std::string>& password
);

// Does the key belong to this certificate?
bool key_fits(const PrivateKey& key, std::string_view certificate_der);

// DerivationBudget bounds the rounds of key derivation that one file may ask for.
class DerivationBudget {
  public:
    // Charges the rounds of a password-based AlgorithmIdentifier (RFC 8018, RFC 7292, scrypt of RFC
    // 7914); a problem where they cannot be read or exceed what is left.
    Result<void> charge(std::string_view algorithm_der);
    Result<void> charge(std::uint64_t rounds);

  private:
    std::uint64_t left_ = kRounds;

    // Windows and OpenSSL write 2,000 to 1,000,000; this is some seconds of work.
    static constexpr std::uint64_t kRounds = 10'000'000;
};

// What is said of passwords that do not open something.
Problem password_problem(const std::optional<std::string>& password, std::string_view what);

} // namespace lyncprobe::pki
