// SPDX-License-Identifier: MIT
// Waivers: findings that the operator accepts for a time. They stay in the result, marked with the
// reason, and no longer count towards the exit code.
#pragma once

#include "model/deployment.h"
#include "model/finding.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

// Waivers are those of one run; the same for what an endpoint, a deployment, DNS or the go-live
// check says.
class Waivers {
  public:
    Waivers() = default; // none
    // `now`: what `until` is compared with; that moment itself is still waived.
    Waivers(std::vector<Waiver> waivers, Time now) : waivers_(std::move(waivers)), now_(now) {}

    // The first that covers what the rule said, null where none does. `names`: what a waiver's
    // `target` may call the subject, such as the id and the names of an endpoint, or a domain.
    // `certificates`: among which a waiver may name one by its thumbprint.
    const Waiver* covering(
        std::string_view rule, const std::optional<Fingerprint>& certificate,
        std::span<const std::string> names, std::span<const CertificatePtr> certificates = {}
    ) const;

    // The finding itself, or a waived copy of it in the pool. What passes or does not apply needs
    // no waiver.
    const Finding* apply(
        const Finding*, std::span<const std::string> names, FindingPool& pool,
        std::span<const CertificatePtr> certificates = {}
    ) const;
    void apply(Finding&, std::span<const std::string> names) const;

  private:
    const Waiver* needed_by(
        const Finding&, std::span<const std::string> names,
        std::span<const CertificatePtr> certificates
    ) const;

    std::vector<Waiver> waivers_;
    Time now_ = {};
};

} // namespace lyncprobe::rules
