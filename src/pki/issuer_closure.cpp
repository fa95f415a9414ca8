// SPDX-License-Identifier: MIT
#include "pki/issuer_closure.h"

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

bool before(const CertificatePtr& a, const CertificatePtr& b) { return a->sha256 < b->sha256; }

} // namespace

IssuerClosureSearch::IssuerClosureSearch(
    const std::vector<CertificatePtr>& seen, Anchors::Impl& anchors, SignatureCache& signatures
)
    : anchors_(anchors), signatures_(signatures) {
    for (const auto& certificate : seen)
        if (may_issue(*certificate))
            by_subject_[names_.id(certificate->subject_der)].push_back(certificate);
    for (auto& [name, list] : by_subject_)
        std::sort(list.begin(), list.end(), before);
}

IssuerClosure IssuerClosureSearch::from(const Certificate& leaf) {
    IssuerClosure out;
    checks_left_ = limits::kPathSignatures;
    std::set<Fingerprint> met{leaf.sha256};
    const auto climb = [&](const Certificate& certificate) {
        if (certificate.root_like) return;
        const auto issuers = issuers_of(certificate);
        out.gave_up = out.gave_up || !issuers;
        if (!issuers) return;
        if (issuers->empty() &&
            std::find(out.open.begin(), out.open.end(), certificate.issuer) == out.open.end())
            out.open.push_back(certificate.issuer);
        for (const auto& issuer : *issuers) {
            if (!met.insert(issuer->sha256).second) continue;
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

std::optional<IssuerClosureSearch::Issuers> IssuerClosureSearch::issuers_of(
    const Certificate& certificate
) {
    if (const auto known = known_.find(certificate.sha256); known != known_.end())
        return known->second;
    Issuers found;
    bool fitting = true; // those whose key identifiers fit; the others only where none of them did
    for (const auto& issuer : candidates(certificate)) {
        if (fitting && !key_ids_agree(certificate, *issuer)) {
            fitting = false;
            if (!found.empty()) break;
        }
        if (checks_left_ == 0) return std::nullopt;
        --checks_left_;
        if (signed_by(certificate, *issuer)) found.push_back(issuer);
    }
    return known_[certificate.sha256] = std::move(found);
}

// CAs with the name of the issuer, each once; those whose key identifier fits first, else not in
// the order in which endpoints happened to answer. Of each kind no more than tell that they are too
// many: ten thousand appliances may have a CA of one name each.
IssuerClosureSearch::Issuers IssuerClosureSearch::candidates(const Certificate& certificate) {
    Issuers fitting, others;
    const auto offer = [&](const CertificatePtr& issuer) {
        auto& list = key_ids_agree(certificate, *issuer) ? fitting : others;
        if (list.size() <= limits::kPathSignatures && issuer->sha256 != certificate.sha256)
            list.push_back(issuer);
    };
    for (const auto& anchor : anchors_.named(certificate.issuer_der))
        if (may_issue(*anchor) || anchor->version == 1) offer(anchor);
    for (const auto& helper : anchors_.helpers_named(certificate.issuer_der))
        if (may_issue(*helper)) offer(helper);
    if (const auto seen = by_subject_.find(names_.id(certificate.issuer_der));
        seen != by_subject_.end())
        for (const auto& issuer : seen->second)
            offer(issuer);
    const auto same = [](const auto& a, const auto& b) { return a->sha256 == b->sha256; };
    for (auto* list : {&fitting, &others}) {
        std::sort(list->begin(), list->end(), before);
        list->erase(std::unique(list->begin(), list->end(), same), list->end());
    }
    fitting.insert(fitting.end(), others.begin(), others.end());
    return fitting;
}

// What this OpenSSL cannot verify is believed where the key identifiers do not object: it is about
// what there is, not about trust.
bool IssuerClosureSearch::signed_by(const Certificate& signed_one, const Certificate& issuer) {
    const auto signature = signatures_.check(signed_one, issuer);
    if (signature == Signature::unverifiable) return key_ids_agree(signed_one, issuer);
    return signature == Signature::good;
}

} // namespace lyncprobe::pki
