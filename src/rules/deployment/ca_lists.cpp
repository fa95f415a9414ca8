// SPDX-License-Identifier: MIT
#include "rules/deployment/ca_lists.h"

namespace lyncprobe::rules {

const ClientCertificateFacts* request_of(const EndpointRow& row) {
    if (row.main.client_certificate) return row.main.client_certificate.get();
    for (const auto& variant : row.variants)
        if (has_own_sni(variant.role) && variant.client_certificate)
            return variant.client_certificate.get();
    return nullptr;
}

bool lists_its_roots(const Target& target) {
    const bool foreign = target.role == Role::gateway || target.role == Role::partner ||
                         target.role == Role::other || target.role == Role::reverse_proxy;
    return target.role_given && !foreign && target.os != OperatingSystem::linux;
}

bool before_windows_2012(OperatingSystem os) {
    return os >= OperatingSystem::windows_xp &&
           os <= OperatingSystem::windows_server_2008_r2_tls12 &&
           os != OperatingSystem::windows_8 && os != OperatingSystem::windows_10 &&
           os != OperatingSystem::windows_11;
}

std::set<std::string> intermediate_names(const IssuerClosures& issuer_closures) {
    std::set<std::string> intermediates, roots;
    for (const auto& [chain, closure] : issuer_closures)
        for (const auto& certificate : closure.above)
            (certificate->root_like ? roots : intermediates).insert(name_key(certificate->subject));
    // A root that no path needs may still have been sent.
    for (const auto& [chain, closure] : issuer_closures)
        for (const auto& certificate : chain->presented)
            if (certificate->root_like) roots.insert(name_key(certificate->subject));
    for (const auto& root : roots)
        intermediates.erase(root);
    intermediates.erase(std::string());
    return intermediates;
}

} // namespace lyncprobe::rules
