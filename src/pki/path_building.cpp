// SPDX-License-Identifier: MIT
// Depth-first search over candidate issuers, bounded in depth, ends and signature checks.
#include "pki/path_building.h"

#include "model/limits.h"
#include "pki/path_validation.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

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
        SignatureCache& signatures, const Preference& preference
    );
    TrustPath run();

  private:
    // Found is one end of the search. Less is better; the first of equal ones stays.
    struct Found {
        enum class Rank { accepted, refused, no_anchor } rank = Rank::no_anchor;
        std::size_t length = 0; // counts where there is no anchor
        bool valid_now = true;
        int against = 0;
        auto order() const {
            const bool anchored = rank != Rank::no_anchor;
            return std::tuple(
                rank, anchored ? 0 : limits::kPathDepth - length, !valid_now, against
            );
        }
        bool perfect() const { return rank == Rank::accepted && valid_now && against == 0; }
    };

    void extend(bool is_anchor);
    std::vector<Candidate> candidates();
    std::string refusal(const Candidate& candidate);
    void ends(bool anchored, std::string why);
    std::string why_it_ends() const;
    bool on_path(const Certificate& certificate) const;
    bool was_presented(const Certificate& certificate) const;
    bool valid_now(const Certificate& certificate) const;

    Anchors::Impl& anchors_;
    SignatureCache& signatures_;
    const Preference& preference_;
    NameIndex names_;
    std::set<Fingerprint> fingerprints_;                    // of what was presented
    std::multimap<std::size_t, CertificatePtr> by_subject_; // each once
    std::vector<CertificatePtr> path_;
    TrustPath facts_;
    std::optional<Found> best_; // its path is that of facts_
    std::size_t ends_ = 0;
    std::string limit_;     // which limit was hit
    bool finished_ = false; // nothing better can come, or nothing more may be tried
};

Search::Search(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors,
    SignatureCache& signatures, const Preference& preference
)
    : anchors_(anchors),
      signatures_(signatures),
      preference_(preference),
      path_{presented.front()} {
    for (const auto& certificate : presented) {
        if (!fingerprints_.insert(certificate->sha256).second) continue;
        by_subject_.emplace(names_.id(certificate->subject_der), certificate);
    }
}

TrustPath Search::run() {
    facts_.anchors_configured = !anchors_.own.empty();
    extend(anchors_.contains(*path_.front()));
    const auto& found = facts_.path;
    if (best_ && best_->rank != Found::Rank::no_anchor) {
        const bool accepted = best_->rank == Found::Rank::accepted;
        facts_.trust = accepted ? TrustPath::Trust::trusted : TrustPath::Trust::invalid;
        facts_.why.clear();
        facts_.system_anchor = !anchors_.own_fingerprints.contains(found.back()->sha256);
        for (std::size_t i = 1; i + 1 < found.size(); ++i)
            if (!was_presented(*found[i])) facts_.used_unpresented = true;
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
                found.back()->issuer, found.back()->subject
            );
        else if (!anchors_.any())
            facts_.why = "no trust anchor is configured";
    }
    return facts_;
}

// Goes on from the end of path_ over every issuer.
void Search::extend(bool is_anchor) {
    if (is_anchor) return ends(true, {});
    std::string why;
    bool went_on = false;
    for (const auto& candidate : candidates()) {
        if (finished_) return;
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
        extend(candidate.anchor);
        path_.pop_back();
    }
    if (!went_on) ends(false, std::move(why));
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

// Why this candidate cannot be the issuer; empty where it is. Whether it may be one is a flaw of
// the path: it explains more than that there is none.
std::string Search::refusal(const Candidate& candidate) {
    const Certificate& issuer = *candidate.certificate;
    if (facts_.signatures_checked == limits::kPathSignatures) {
        finished_ = true;
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

// The number of ends is bounded: a server can send certificates that make it exponential.
void Search::ends(bool anchored, std::string why) {
    TrustPath here{.path = path_, .flaws = path_flaws(path_, anchored)};
    Found found{.length = path_.size(), .against = static_cast<int>(here.flaws.size())};
    if (anchored) found.rank = here.refused() ? Found::Rank::refused : Found::Rank::accepted;
    for (std::size_t i = 0; i < path_.size(); ++i) {
        const bool valid = valid_now(*path_[i]);
        found.valid_now = found.valid_now && valid;
        found.against += valid ? 0 : 1;
        if (i > 0 && preference_.against) found.against += preference_.against(*path_[i]);
    }
    if (!best_ || found.order() < best_->order()) {
        best_ = found;
        facts_.path = std::move(here.path);
        facts_.flaws = std::move(here.flaws);
        facts_.why = why.empty() ? why_it_ends() : std::move(why);
        finished_ = found.perfect();
    }
    if (++ends_ < limits::kPaths || finished_) return;
    finished_ = true;
    if (limit_.empty())
        limit_ = fmt::format("{} paths were tried and none is good", limits::kPaths);
}

std::string Search::why_it_ends() const {
    const Certificate& last = *path_.back();
    return last.root_like
               ? fmt::format("{} is self-signed and not an anchor", last.subject)
               : fmt::format("issuer {} is neither presented nor an anchor", last.issuer);
}

bool Search::on_path(const Certificate& certificate) const {
    return std::any_of(path_.begin(), path_.end(), [&](const auto& one) {
        return one->sha256 == certificate.sha256;
    });
}

bool Search::was_presented(const Certificate& certificate) const {
    return fingerprints_.contains(certificate.sha256);
}

// What cannot be read is for rule validity to say.
bool Search::valid_now(const Certificate& certificate) const {
    if (!preference_.now || !certificate.not_before || !certificate.not_after) return true;
    return *certificate.not_before <= *preference_.now &&
           *preference_.now <= *certificate.not_after;
}

} // namespace

TrustPath build_path(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors,
    SignatureCache& signatures, const Preference& preference
) {
    if (presented.empty()) return {.why = "no certificate was presented"};
    return Search(presented, anchors, signatures, preference).run();
}

} // namespace lyncprobe::pki
