// SPDX-License-Identifier: MIT
#include "rules/engine/rule.h"

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

} // namespace lyncprobe::rules
