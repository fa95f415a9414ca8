// SPDX-License-Identifier: MIT
#include "plan/subject.h"

#include <utility>

namespace lyncprobe::plan {

namespace {

using Names = std::vector<std::string>;

Names dns_names_among(Names names) {
    std::erase_if(names, [](const auto& name) { return name.empty() || parse_address(name); });
    return names;
}

// Of a role that has one certificate the use need not be given.
CertificateUse use_of(const Target& target) {
    const bool one_use =
        target.role_given && (target.role == Role::mediation || target.role == Role::sba ||
                              target.role == Role::trusted_application);
    return target.use == CertificateUse::other && one_use ? CertificateUse::default_ : target.use;
}

} // namespace

std::string pool_fqdn(const Target& target) {
    const auto& pool = target.pool;
    return pool.find('.') != std::string::npos ? check_host_name(pool).name : std::string();
}

std::optional<SubjectName> subject_name(
    const Target& target, std::span<const std::string> expected_names
) {
    const auto pool = pool_fqdn(target);
    const Names expected(expected_names.begin(), expected_names.end());
    auto server_and_host = dns_names_among({target.server, target.host});
    if (target.role == Role::exchange_um)
        return SubjectName{"the Exchange server's FQDN", std::move(server_and_host), {}};
    switch (use_of(target)) {
    case CertificateUse::default_: {
        if (pool.empty()) return std::nullopt;
        if (target.role == Role::persistent_chat)
            return SubjectName{
                "the pool's or the server's FQDN",
                dns_names_among({pool, target.server, target.host}), expected, true};
        server_and_host.insert(server_and_host.end(), expected.begin(), expected.end());
        return SubjectName{"the pool's FQDN", {pool}, std::move(server_and_host), true};
    }
    case CertificateUse::internal:
        if (pool.empty()) return std::nullopt;
        return SubjectName{
            "the Edge pool's or the server's internal FQDN",
            dns_names_among({pool, target.server, target.host}),
            {},
            true};
    case CertificateUse::access_edge_external: {
        if (target.probe == Probe::xmpp) return std::nullopt; // its names are the bare domains
        auto names = expected;
        names.push_back(target.host);
        return SubjectName{"the Access Edge FQDN", dns_names_among(std::move(names)), {}};
    }
    default: return std::nullopt; // web clients and the A/V Edge ignore the common name
    }
}

} // namespace lyncprobe::plan
