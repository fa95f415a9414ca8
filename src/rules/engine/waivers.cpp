// SPDX-License-Identifier: MIT
#include "rules/engine/waivers.h"

#include "model/glob.h"
#include "model/text/ascii.h"

#include <algorithm>

namespace lyncprobe::rules {

namespace {

// `named`: a SHA-256 fingerprint or a SHA-1 thumbprint, which only the certificate itself knows.
bool names_certificate(
    std::string_view named, const Fingerprint& sha256, std::span<const CertificatePtr> certificates
) {
    return to_hex(sha256) == named ||
           std::ranges::any_of(certificates, [&](const CertificatePtr& known) {
               return known->sha256 == sha256 && equal_ignoring_case(known->thumbprint, named);
           });
}

} // namespace

const Waiver* Waivers::covering(
    std::string_view rule, const std::optional<Fingerprint>& certificate,
    std::span<const std::string> names, std::span<const CertificatePtr> certificates
) const {
    const auto covers = [&](const Waiver& waiver) {
        if (waiver.until && now_ > *waiver.until) return false;
        if (!glob_matches(waiver.rule, rule)) return false;
        // What is about no certificate is not covered by a waiver for one.
        if (!waiver.certificate.empty() &&
            (!certificate || !names_certificate(waiver.certificate, *certificate, certificates)))
            return false;
        return waiver.target.empty() || std::ranges::any_of(names, [&](const std::string& name) {
                   return glob_matches(waiver.target, name);
               });
    };
    const auto found = std::ranges::find_if(waivers_, covers);
    return found == waivers_.end() ? nullptr : &*found;
}

const Finding* Waivers::apply(
    const Finding* finding, std::span<const std::string> names, FindingPool& pool,
    std::span<const CertificatePtr> certificates
) const {
    const auto* waiver = needed_by(*finding, names, certificates);
    if (!waiver) return finding;
    auto copy = *finding;
    copy.waived = waiver->reason;
    return pool.keep(std::move(copy));
}

void Waivers::apply(Finding& finding, std::span<const std::string> names) const {
    if (const auto* waiver = needed_by(finding, names, {})) finding.waived = waiver->reason;
}

const Waiver* Waivers::needed_by(
    const Finding& finding, std::span<const std::string> names,
    std::span<const CertificatePtr> certificates
) const {
    const bool open = finding.verdict == Verdict::fail || finding.verdict == Verdict::warn ||
                      finding.verdict == Verdict::inconclusive;
    return open ? covering(finding.rule, finding.certificate, names, certificates) : nullptr;
}

} // namespace lyncprobe::rules
