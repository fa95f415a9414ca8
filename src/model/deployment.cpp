// SPDX-License-Identifier: MIT
#include "model/deployment.h"

namespace lyncprobe {

bool host_is_name(const Target& target) { return !parse_address(target.host).has_value(); }

std::string display_name(const Target& target) {
    return target.name.empty() ? host_and_port(target.host, target.port) : target.name;
}

std::string server_name_sent(const Target& target) {
    if (target.sni) return parse_address(*target.sni) ? std::string() : *target.sni;
    return host_is_name(target) ? target.host : std::string();
}

std::vector<std::string> expected_names(const Target& target) {
    if (!target.names.empty()) return target.names;
    if (host_is_name(target)) return {target.host};
    return {};
}

} // namespace lyncprobe
