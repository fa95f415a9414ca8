// SPDX-License-Identifier: MIT
#include "pki/ascent.h"

#include "model/limits.h"

#include <algorithm>
#include <set>

namespace lyncprobe::pki {

namespace {

// RFC 5280 4.2.1.9; a certificate of version 1 cannot say that it is a CA.
bool may_issue(const Certificate& certificate) {
    if (certificate.basic_constraints) return certificate.basic_constraints->ca;
    return certificate.version == 1 && certificate.root_like;
}

} // namespace

AscentSearch::AscentSearch(
    const std::vector<CertificatePtr>& seen, Anchors::Impl& anchors, SignatureCache& signatures
)
    : anchors_(anchors), signatures_(signatures) {
    for (const auto& certificate : seen)
        if (may_issue(*certificate))
            by_subject_.emplace(names_.id(certificate->subject_der), certificate);
}

Ascent AscentSearch::from(const Certificate& leaf) {
    Ascent out;
    std::set<Fingerprint> met{leaf.sha256};
    const auto climb = [&](const Certificate& certificate) {
        if (certificate.root_like) return;
        const auto& issuers = issuers_of(certificate);
        out.gave_up = out.gave_up || issuers.gave_up;
        const auto& open = out.open;
        if (issuers.certificates.empty() && !issuers.gave_up &&
            std::find(open.begin(), open.end(), certificate.issuer) == open.end())
            out.open.push_back(certificate.issuer);
        for (const auto& issuer : issuers.certificates)
            if (met.insert(issuer->sha256).second) {
                out.above.push_back(issuer);
                if (anchors_.contains(*issuer)) out.anchors.push_back(issuer);
            }
    };
    climb(leaf);
    for (std::size_t next = 0; next < out.above.size(); ++next) {
        if (next == limits::kPaths) {
            out.gave_up = true;
            break;
        }
        const auto issuer = out.above[next]; // climbing makes the list longer
        climb(*issuer);
    }
    return out;
}

const AscentSearch::Issuers& AscentSearch::issuers_of(const Certificate& certificate) {
    const auto [known, fresh] = known_.try_emplace(certificate.sha256);
    auto& out = known->second;
    if (!fresh) return out;
    std::size_t checks = 0;
    std::set<Fingerprint> met{certificate.sha256};
    const auto offer = [&](const CertificatePtr& issuer) {
        if (out.gave_up || !met.insert(issuer->sha256).second) return;
        if (checks++ == limits::kPathSignatures)
            out.gave_up = true;
        else if (signed_by(certificate, *issuer))
            out.certificates.push_back(issuer);
    };
    for (const auto& anchor : anchors_.named(certificate.issuer_der))
        if (may_issue(*anchor) || anchor->version == 1) offer(anchor);
    const auto [from, to] = by_subject_.equal_range(names_.id(certificate.issuer_der));
    for (auto issuer = from; issuer != to; ++issuer)
        offer(issuer->second);
    // Not in the order in which endpoints happened to answer.
    std::sort(out.certificates.begin(), out.certificates.end(), [](const auto& a, const auto& b) {
        return a->sha256 < b->sha256;
    });
    return out;
}

// What this OpenSSL cannot verify is believed where the key identifiers do not object: it is about
// what there is, not about trust.
bool AscentSearch::signed_by(const Certificate& signed_one, const Certificate& issuer) {
    const auto signature = signatures_.check(signed_one, issuer);
    if (signature == Signature::unverifiable) return key_ids_agree(signed_one, issuer);
    return signature == Signature::good;
}

} // namespace lyncprobe::pki
