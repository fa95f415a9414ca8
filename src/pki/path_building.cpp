// SPDX-License-Identifier: MIT
// Depth-first search over candidate issuers, bounded in depth, dead ends and signature checks.
#include "pki/path_building.h"

#include "model/limits.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

constexpr std::uint32_t kKeyCertSign = 1u << 5; // RFC 5280 4.2.1.3

// Candidate is a certificate that carries the name of the wanted issuer.
struct Candidate {
    CertificatePtr certificate;
    bool anchor = false;
};

// Search is one run from one server certificate.
class Search {
  public:
    Search(
        const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors,
        SignatureCache& signatures
    );
    TrustPath run();

  private:
    bool extend(bool is_anchor);
    std::vector<Candidate> candidates();
    std::string refusal(const Candidate& candidate);
    void dead_end(std::string why);
    bool on_path(const Certificate& certificate) const;
    bool was_presented(const Certificate& certificate) const;

    Anchors::Impl& anchors_;
    SignatureCache& signatures_;
    NameIndex names_;
    std::set<Fingerprint> fingerprints_;                    // of what was presented
    std::multimap<std::size_t, CertificatePtr> by_subject_; // each once
    std::vector<CertificatePtr> path_;
    TrustPath facts_;
    std::size_t dead_ends_ = 0;
    std::string limit_; // which limit was hit
};

bool may_issue(const Certificate& certificate, bool anchor);

} // namespace

TrustPath build_path(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors, SignatureCache& signatures
) {
    if (presented.empty()) return {.why = "no certificate was presented"};
    return Search(presented, anchors, signatures).run();
}

namespace {

Search::Search(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors, SignatureCache& signatures
)
    : anchors_(anchors), signatures_(signatures), path_{presented.front()} {
    for (const auto& certificate : presented) {
        if (!fingerprints_.insert(certificate->sha256).second) continue;
        by_subject_.emplace(names_.id(certificate->subject_der), certificate);
    }
}

TrustPath Search::run() {
    facts_.anchors_configured = !anchors_.own.empty();
    if (extend(anchors_.contains(*path_.front()))) {
        facts_.trust = TrustPath::Trust::trusted;
        facts_.path = path_;
        facts_.why.clear();
        facts_.system_anchor = !anchors_.own_fingerprints.contains(path_.back()->sha256);
        for (std::size_t i = 1; i + 1 < path_.size(); ++i)
            if (!was_presented(*path_[i])) facts_.used_unpresented = true;
    } else if (!limit_.empty()) {
        facts_.trust = TrustPath::Trust::gave_up;
        facts_.why = limit_;
    } else if (facts_.anchors_configured) {
        facts_.trust = TrustPath::Trust::untrusted;
    } else {
        facts_.trust = TrustPath::Trust::unknown;
        if (!anchors_.helpers_by_name.empty())
            facts_.why = fmt::format(
                "none of the CA certificates given is a root, and {} issued {}",
                facts_.path.back()->issuer, facts_.path.back()->subject
            );
        else if (!anchors_.any())
            facts_.why = "no trust anchor is configured";
    }
    return facts_;
}

// Goes on from the end of path_; true leaves the good path in path_.
bool Search::extend(bool is_anchor) {
    if (is_anchor) return true;
    const auto issuers = candidates();
    std::string why;
    bool went_on = false;
    for (const auto& candidate : issuers) {
        if (!limit_.empty()) break;
        auto reason = refusal(candidate);
        if (!reason.empty()) {
            if (why.empty()) why = std::move(reason);
            continue;
        }
        if (path_.size() == limits::kPathDepth) {
            limit_ =
                fmt::format("no path of at most {} certificates was found", limits::kPathDepth);
            break;
        }
        went_on = true;
        path_.push_back(candidate.certificate);
        if (extend(candidate.anchor)) return true;
        path_.pop_back();
    }
    if (!went_on) dead_end(std::move(why));
    return false;
}

// Anchors first, then what was presented, then what else the operator gave; within each those whose
// key identifier fits first.
std::vector<Candidate> Search::candidates() {
    const Certificate& current = *path_.back();
    std::vector<Candidate> fitting, others, all;
    const auto offer = [&](const CertificatePtr& issuer, bool anchor) {
        if (on_path(*issuer)) return;
        (key_ids_agree(current, *issuer) ? fitting : others).push_back({issuer, anchor});
    };
    const auto take = [&] {
        for (auto* group : {&fitting, &others}) {
            all.insert(all.end(), group->begin(), group->end());
            group->clear();
        }
    };
    for (const auto& anchor : anchors_.named(current.issuer_der))
        offer(anchor, true);
    take();
    // Above a self-signed certificate there can only be an anchor of the same name and key, such as
    // a renewed root.
    if (current.root_like) return all;
    const auto [from, to] = by_subject_.equal_range(names_.id(current.issuer_der));
    for (auto issuer = from; issuer != to; ++issuer)
        if (!anchors_.contains(*issuer->second)) offer(issuer->second, false);
    take();
    for (const auto& helper : anchors_.helpers_named(current.issuer_der))
        if (!was_presented(*helper)) offer(helper, false);
    take();
    return all;
}

// Why this candidate cannot be the issuer; empty where it is.
std::string Search::refusal(const Candidate& candidate) {
    const Certificate& issuer = *candidate.certificate;
    if (!may_issue(issuer, candidate.anchor))
        return fmt::format("{} is not a CA certificate", issuer.subject);
    if (issuer.basic_constraints && issuer.basic_constraints->path_length) {
        const auto below = std::count_if(path_.begin() + 1, path_.end(), [](const auto& one) {
            return !one->self_issued; // RFC 5280 4.2.1.9 does not count these
        });
        if (below > *issuer.basic_constraints->path_length)
            return fmt::format("{} allows fewer CA certificates below it", issuer.subject);
    }
    if (facts_.signatures_checked == limits::kPathSignatures) {
        limit_ = fmt::format("{} signatures were checked without a path", limits::kPathSignatures);
        return limit_;
    }
    ++facts_.signatures_checked;
    switch (signatures_.check(*path_.back(), issuer)) {
    case Signature::good: return {};
    case Signature::bad:
        return fmt::format("{} did not sign {}", issuer.subject, path_.back()->subject);
    case Signature::unverifiable: break;
    }
    return fmt::format(
        "the signature of {} ({}) cannot be verified with this OpenSSL", path_.back()->subject,
        path_.back()->signature.name
    );
}

// The longest attempt explains best what is missing. The number of attempts is bounded: a server
// can send certificates that make it exponential.
void Search::dead_end(std::string why) {
    const Certificate& last = *path_.back();
    if (why.empty())
        why = last.root_like
                  ? fmt::format("{} is self-signed and not an anchor", last.subject)
                  : fmt::format("issuer {} is neither presented nor an anchor", last.issuer);
    if (path_.size() > facts_.path.size()) {
        facts_.path = path_;
        facts_.why = std::move(why);
    }
    if (++dead_ends_ == limits::kPaths && limit_.empty())
        limit_ = fmt::format("{} paths were tried and none is good", limits::kPaths);
}

bool Search::on_path(const Certificate& certificate) const {
    return std::any_of(path_.begin(), path_.end(), [&](const auto& one) {
        return one->sha256 == certificate.sha256;
    });
}

bool Search::was_presented(const Certificate& certificate) const {
    return fingerprints_.contains(certificate.sha256);
}

// A version 1 root has no extension to say that it is a CA; it counts as one where the operator or
// the system trusts it.
bool may_issue(const Certificate& certificate, bool anchor) {
    if (certificate.key_usage && (*certificate.key_usage & kKeyCertSign) == 0) return false;
    if (certificate.basic_constraints) return certificate.basic_constraints->ca;
    return anchor && certificate.version == 1;
}

} // namespace

} // namespace lyncprobe::pki
