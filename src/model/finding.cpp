// SPDX-License-Identifier: MIT
#include "model/finding.h"

#include <algorithm>
#include <tuple>

namespace lyncprobe {

bool FindingPool::Less::operator()(const Finding& a, const Finding& b) const {
    const auto key = [](const Finding& f) {
        return std::tie(f.rule, f.verdict, f.certificate, f.message, f.waived);
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::lexicographical_compare(
        a.evidence.begin(), a.evidence.end(), b.evidence.begin(), b.evidence.end()
    );
}

const Finding* FindingPool::keep(Finding finding) {
    return &*findings_.insert(std::move(finding)).first;
}

} // namespace lyncprobe
