// SPDX-License-Identifier: MIT
#include "model/deployment.h"

namespace lyncprobe {

bool host_is_name(const Target& target) { return !parse_address(target.host).has_value(); }

std::string display_name(const Target& target) {
    return target.name.empty() ? host_and_port(target.host, target.port) : target.name;
}

std::string server_name_sent(const Target& target) {
    // RFC 6066 3: an address is never sent as a server name.
    if (target.sni) return parse_address(*target.sni) ? std::string() : *target.sni;
    return host_is_name(target) ? target.host : std::string();
}

std::vector<std::string> expected_names(const Target& target) {
    // What the operator lists replaces the host: a pool is asked by machine and covered by pool
    // name.
    if (!target.names.empty()) return target.names;
    if (host_is_name(target)) return {target.host};
    return {};
}

RunSettings merged(const RunSettings& over, const RunSettings& under) {
    RunSettings out = under;
    const auto take = [](auto& to, const auto& from) {
        if (from) to = from;
    };
    take(out.timeout, over.timeout);
    take(out.connect_timeout, over.connect_timeout);
    take(out.deadline, over.deadline);
    take(out.expires_within, over.expires_within);
    take(out.concurrency, over.concurrency);
    take(out.per_address, over.per_address);
    take(out.retries, over.retries);
    take(out.address_family, over.address_family);
    take(out.versions, over.versions);
    take(out.mtls_matrix, over.mtls_matrix);
    take(out.sni_matrix, over.sni_matrix);
    take(out.inventory, over.inventory);
    take(out.fetch, over.fetch);
    take(out.fetch_private, over.fetch_private);
    take(out.ldap_server, over.ldap_server);
    take(out.as_os, over.as_os);
    take(out.allow_private, over.allow_private);
    take(out.fail_on, over.fail_on);
    if (!over.only.empty()) out.only = over.only;
    if (!over.skip.empty()) out.skip = over.skip;
    return out;
}

} // namespace lyncprobe
