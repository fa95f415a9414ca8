// SPDX-License-Identifier: MIT
#include "rules/engine/waivers.h"

#include "model/glob.h"

#include <algorithm>

namespace lyncprobe::rules {

const Waiver* Waivers::covering(
    std::string_view rule, const std::optional<Fingerprint>& certificate,
    std::span<const std::string> names
) const {
    const auto covers = [&](const Waiver& waiver) {
        if (waiver.until && now_ > *waiver.until) return false;
        if (!glob_matches(waiver.rule, rule)) return false;
        // What is about no certificate is not covered by a waiver for one.
        if (!waiver.certificate.empty() &&
            (!certificate || to_hex(*certificate) != waiver.certificate))
            return false;
        return waiver.target.empty() || std::ranges::any_of(names, [&](const std::string& name) {
                   return glob_matches(waiver.target, name);
               });
    };
    const auto found = std::ranges::find_if(waivers_, covers);
    return found == waivers_.end() ? nullptr : &*found;
}

const Finding* Waivers::apply(
    const Finding* finding, std::span<const std::string> names, FindingPool& pool
) const {
    const auto* waiver = needed_by(*finding, names);
    if (!waiver) return finding;
    auto copy = *finding;
    copy.waived = waiver->reason;
    return pool.keep(std::move(copy));
}

void Waivers::apply(Finding& finding, std::span<const std::string> names) const {
    if (const auto* waiver = needed_by(finding, names)) finding.waived = waiver->reason;
}

const Waiver* Waivers::needed_by(const Finding& finding, std::span<const std::string> names) const {
    const bool open = finding.verdict == Verdict::fail || finding.verdict == Verdict::warn ||
                      finding.verdict == Verdict::inconclusive;
    return open ? covering(finding.rule, finding.certificate, names) : nullptr;
}

} // namespace lyncprobe::rules
