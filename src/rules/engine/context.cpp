// SPDX-License-Identifier: MIT
#include "rules/engine/rule.h"

#include <algorithm>

namespace lyncprobe::rules {

const Target& Context::target() const {
    static const Target kNotSaid;
    return described ? *described : kNotSaid;
}

const EndpointEvidence& Context::seen() const {
    static const EndpointEvidence kNothing;
    return observed ? *observed : kNothing;
}

// As expected_names() of model/deployment.h, without a copy.
std::span<const std::string> Context::names() const {
    const auto& it = target();
    if (!it.names.empty()) return it.names;
    if (it.host.empty() || !host_is_name(it)) return {};
    return {&it.host, 1};
}

bool Subject::needed() const {
    const auto& path = chain.path;
    if (unsent || path.path.empty() || path.trust == TrustPath::Trust::gave_up) return true;
    const bool apart =
        context.bundle && std::ranges::find(chain.unrelated, position) != chain.unrelated.end();
    return apart || std::ranges::any_of(path.path, [&](const CertificatePtr& one) {
               return one->sha256 == certificate().sha256;
           });
}

} // namespace lyncprobe::rules
