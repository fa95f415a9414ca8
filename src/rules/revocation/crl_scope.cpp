// SPDX-License-Identifier: MIT
#include "rules/revocation/crl_scope.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

bool can_be_revoked(const Certificate& certificate, std::size_t position) {
    return position == 0 || !certificate.root_like;
}

std::string unfit_list(const CrlFacts& list, const CrlSigner& signer) {
    // Entries of an indirect list may belong to another CA's certificates with the same serial
    // number; AD CS publishes none.
    if (list.indirect)
        return "it is an indirect list, which names the issuers of its entries itself";
    if (!signer.same_name) return fmt::format("it is the list of {}, another CA", list.issuer);
    // RFC 5280 5.2: such an extension may change what an entry means.
    if (!list.unknown_critical.empty())
        return fmt::format(
            "it has a critical extension that is not understood, {}", list.unknown_critical
        );
    return std::string(signer.certificate ? "" : kIssuerNotKnown);
}

std::string out_of_scope(const CrlFacts& list, const Certificate& certificate) {
    const bool authority = certificate.basic_constraints && certificate.basic_constraints->ca;
    if (list.only_attributes) return "it is about attribute certificates only";
    if (list.only_servers && authority) return "it is about other than CA certificates only";
    if (list.only_authorities && !authority) return "it is about CA certificates only";
    // A certificate revoked for one of the other reasons is not on it.
    if (list.some_reasons) return "it is about some reasons of revocation only";
    if (list.scope_urls.empty() || !certificate.crl_distribution_points) return {};
    for (const auto& point : *certificate.crl_distribution_points)
        for (const auto& url : point.urls)
            if (std::ranges::find(list.scope_urls, url) != list.scope_urls.end()) return {};
    return "it is the list of another distribution point of this CA";
}

SignatureState as_allowed(SignatureState state, const Certificate& signer) {
    constexpr std::uint32_t kCrlSign = 1U << 6; // RFC 5280 4.2.1.3
    const bool allowed = !signer.key_usage || (*signer.key_usage & kCrlSign) != 0;
    return state == SignatureState::good && !allowed ? SignatureState::not_allowed : state;
}

// The enumeration lists the states from good to worst.
SignatureState better(SignatureState left, SignatureState right) { return std::min(left, right); }

} // namespace lyncprobe::rules
