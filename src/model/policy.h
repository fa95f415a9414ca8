// SPDX-License-Identifier: MIT
// The decisions where Microsoft's text is silent or can be read in two ways; the target list may
// change each.
#pragma once

#include "model/vocabulary.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace lyncprobe {

enum class Decision : std::uint8_t {
    eku_absent,
    eku_any_only,
    ca_eku_without_server_auth,
    cdp_without_usable_location,
    cdp_ldap_only_external,
    ca_without_cdp,
    sha1,
    sha224,
    sha512_truncated,
    dsa_signature,
    key_length_unlisted,
    key_length_short,
    ecdh_key,
    edge_template_v2,
    expires_soon,
    tls12_missing,
    tls_old,
    tls12_only,
    count
};

// DecisionInfo is one line of `policy:`: its key, what it decides, which rule asks, what holds by
// default.
struct DecisionInfo {
    Decision decision;
    std::string_view key;  // "eku-absent"
    std::string_view rule; // "server-eku"
    std::string_view question;
    Verdict by_default;
};

std::span<const DecisionInfo> decisions();
const DecisionInfo* find_decision(std::string_view key);

// Policy is the verdict in force for every decision.
class Policy {
  public:
    Policy();
    Verdict operator[](Decision decision) const {
        return verdicts_[static_cast<std::size_t>(decision)];
    }
    void set(Decision decision, Verdict verdict) {
        verdicts_[static_cast<std::size_t>(decision)] = verdict;
    }

  private:
    std::array<Verdict, static_cast<std::size_t>(Decision::count)> verdicts_;
};

} // namespace lyncprobe
