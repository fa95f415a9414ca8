// SPDX-License-Identifier: MIT
// The presented certificates as a graph "issued by", walked from the server certificate: what a
// server sends may be out of order, there twice, or not belong to the chain at all.
#include "pki/chain_facts.h"

#include "model/limits.h"

#include <algorithm>
#include <map>
#include <set>

namespace lyncprobe::pki {

namespace {

// ChainGraph answers who among the presented issued whom.
class ChainGraph {
  public:
    ChainGraph(const Chain& chain, SignatureCache& signatures);

    // Positions of each distinct certificate, in order.
    const std::vector<std::size_t>& distinct() const { return distinct_; }
    const std::vector<std::size_t>& duplicates() const { return duplicates_; }
    bool issued(std::size_t signed_one, std::size_t issuer);
    std::vector<std::size_t> issuers(std::size_t position);
    bool has_issuer(std::size_t position);
    // Is each certificate issued by the one before it, from the first or from the second on?
    bool reversed();
    // Positions that cannot be above the first one even by their names.
    std::vector<std::size_t> unrelated() const;
    // Is there a CA with the name of its issuer, sent or among the anchors?
    bool names_issuer(std::size_t position, Anchors::Impl& anchors) const;
    bool issued_by_anchor(std::size_t position, Anchors::Impl& anchors);
    bool issued_by_helper(std::size_t position, Anchors::Impl& anchors);

  private:
    bool signature_fits(const Certificate& signed_one, const Certificate& issuer);

    const std::vector<CertificatePtr>& presented_;
    SignatureCache& signatures_;
    std::vector<std::size_t> distinct_, duplicates_, subject_, issuer_;
    std::multimap<std::size_t, std::size_t> by_subject_;
    std::size_t checks_ = 0;
};

void read_roots(Chain& chain, Anchors::Impl& anchors);
void read_completeness(
    Chain& chain, ChainGraph& graph, const std::vector<std::size_t>& reached, Anchors::Impl& anchors
);

} // namespace

void read_chain_facts(Chain& chain, Anchors::Impl& anchors, SignatureCache& signatures) {
    if (chain.presented.empty()) return;
    ChainGraph graph(chain, signatures);
    chain.duplicates = graph.duplicates();

    const auto& distinct = graph.distinct();
    for (std::size_t i = 0; i + 1 < distinct.size(); ++i)
        if (!graph.issued(distinct[i], distinct[i + 1])) chain.ordered = false;
    read_roots(chain, anchors);

    if (!chain.ordered) chain.reversed = graph.reversed();

    std::vector<std::size_t> reached{0};
    std::set<std::size_t> seen{0};
    for (std::size_t next = 0; next < reached.size() && reached.size() < distinct.size(); ++next)
        for (const std::size_t issuer : graph.issuers(reached[next]))
            if (seen.insert(issuer).second) reached.push_back(issuer);
    for (const std::size_t position : distinct)
        if (!seen.contains(position)) chain.extra.push_back(position);
    if (!chain.extra.empty()) chain.unrelated = graph.unrelated();
    read_completeness(chain, graph, reached, anchors);
}

namespace {

ChainGraph::ChainGraph(const Chain& chain, SignatureCache& signatures)
    : presented_(chain.presented), signatures_(signatures) {
    NameIndex names;
    std::set<Fingerprint> seen;
    for (std::size_t i = 0; i < presented_.size(); ++i) {
        subject_.push_back(names.id(presented_[i]->subject_der));
        issuer_.push_back(names.id(presented_[i]->issuer_der));
        if (seen.insert(presented_[i]->sha256).second) {
            distinct_.push_back(i);
            by_subject_.emplace(subject_.back(), i);
        } else {
            duplicates_.push_back(i);
        }
    }
}

bool ChainGraph::issued(std::size_t signed_one, std::size_t issuer) {
    return issuer_[signed_one] == subject_[issuer] &&
           signature_fits(*presented_[signed_one], *presented_[issuer]);
}

std::vector<std::size_t> ChainGraph::issuers(std::size_t position) {
    std::vector<std::size_t> found;
    if (presented_[position]->root_like) return found;
    const auto [from, to] = by_subject_.equal_range(issuer_[position]);
    for (auto issuer = from; issuer != to; ++issuer)
        if (issuer->second != position &&
            signature_fits(*presented_[position], *presented_[issuer->second]))
            found.push_back(issuer->second);
    return found;
}

bool ChainGraph::has_issuer(std::size_t position) {
    const auto [from, to] = by_subject_.equal_range(issuer_[position]);
    return std::any_of(from, to, [&](const auto& issuer) {
        return issuer.second != position &&
               signature_fits(*presented_[position], *presented_[issuer.second]);
    });
}

bool ChainGraph::reversed() {
    const auto last = distinct_.size() - 1;
    for (std::size_t i = 1; i < last; ++i)
        if (!issued(distinct_[i + 1], distinct_[i])) return false;
    return issued(distinct_[1], distinct_[0]) ||
           (last > 1 && issued(distinct_[0], distinct_[last]));
}

std::vector<std::size_t> ChainGraph::unrelated() const {
    std::set<std::size_t> above{0};
    std::vector<std::size_t> open{0};
    while (!open.empty()) {
        const auto [from, to] = by_subject_.equal_range(issuer_[open.back()]);
        open.pop_back();
        for (auto issuer = from; issuer != to; ++issuer)
            if (above.insert(issuer->second).second) open.push_back(issuer->second);
    }
    std::vector<std::size_t> out;
    for (const auto position : distinct_)
        if (!above.contains(position)) out.push_back(position);
    return out;
}

bool ChainGraph::names_issuer(std::size_t position, Anchors::Impl& anchors) const {
    const auto [from, to] = by_subject_.equal_range(issuer_[position]);
    return std::any_of(from, to, [&](const auto& one) { return one.second != position; }) ||
           !anchors.named(presented_[position]->issuer_der).empty();
}

bool ChainGraph::issued_by_anchor(std::size_t position, Anchors::Impl& anchors) {
    const Certificate& certificate = *presented_[position];
    if (anchors.contains(certificate)) return true;
    for (const auto& anchor : anchors.named(certificate.issuer_der))
        if (signature_fits(certificate, *anchor)) return true;
    return false;
}

bool ChainGraph::issued_by_helper(std::size_t position, Anchors::Impl& anchors) {
    const Certificate& certificate = *presented_[position];
    const auto helpers = anchors.helpers_named(certificate.issuer_der);
    return std::any_of(helpers.begin(), helpers.end(), [&](const auto& helper) {
        return signature_fits(certificate, *helper);
    });
}

// What cannot be verified, and what lies beyond the limit, counts as signed where the key
// identifiers do not object: this describes what was sent, and no trust follows from it.
bool ChainGraph::signature_fits(const Certificate& signed_one, const Certificate& issuer) {
    if (checks_ == limits::kPathSignatures) return key_ids_agree(signed_one, issuer);
    ++checks_;
    const Signature signature = signatures_.check(signed_one, issuer);
    if (signature == Signature::unverifiable) return key_ids_agree(signed_one, issuer);
    return signature == Signature::good;
}

// An anchor that another CA issued has no signature on itself: it stays an intermediate.
void read_roots(Chain& chain, Anchors::Impl& anchors) {
    for (std::size_t position = 1; position < chain.presented.size(); ++position) {
        const Certificate& certificate = *chain.presented[position];
        if (!certificate.root_like && !(certificate.self_issued && anchors.contains(certificate)))
            continue;
        chain.roots.push_back(position);
        if (certificate.sha256 != chain.presented.front()->sha256) chain.root_included = true;
    }
}

void read_completeness(
    Chain& chain, ChainGraph& graph, const std::vector<std::size_t>& reached, Anchors::Impl& anchors
) {
    for (const std::size_t position : reached)
        if (chain.presented[position]->root_like || graph.issued_by_anchor(position, anchors)) {
            chain.complete = true;
            return;
        }
    for (const std::size_t position : reached)
        if (!graph.has_issuer(position)) {
            chain.missing_issuer = chain.presented[position]->issuer;
            chain.issuer_rekeyed = graph.names_issuer(position, anchors);
            // What a file of the operator has under this name is no root: the server leaves it out.
            if (graph.issued_by_helper(position, anchors)) chain.complete = false;
            break;
        }
    if (!anchors.own.empty()) chain.complete = false;
}

} // namespace

} // namespace lyncprobe::pki
