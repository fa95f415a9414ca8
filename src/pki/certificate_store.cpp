// SPDX-License-Identifier: MIT
// Interns certificates by fingerprint and chains by the list of fingerprints.
#include "pki/certificate_store.h"

#include "model/limits.h"
#include "pki/anchors.h"
#include "pki/certificate_reader.h"
#include "pki/chain_facts.h"
#include "pki/distinguished_name.h"
#include "pki/issuer_closure.h"
#include "pki/path_building.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace lyncprobe::pki {

struct CertificateStore::Impl {
    bool issued(const Certificate& signed_one, const Certificate& issuer) {
        return same_name(signed_one.issuer_der, issuer.subject_der) &&
               signatures.check(signed_one, issuer) == Signature::good;
    }
    // Null where no anchor did.
    CertificatePtr anchor_above(const Certificate& certificate) {
        return among(anchors.impl().named(certificate.issuer_der), certificate);
    }
    // The same, or else with what else the operator gave.
    CertificatePtr known_above(const Certificate& certificate) {
        auto anchor = anchor_above(certificate);
        return anchor ? anchor
                      : among(anchors.impl().helpers_named(certificate.issuer_der), certificate);
    }
    CertificatePtr among(const std::vector<CertificatePtr>& issuers, const Certificate& of) {
        for (const auto& issuer : issuers)
            if (issued(of, *issuer)) return issuer;
        return nullptr;
    }

    Anchors anchors;
    Preference preference;
    SignatureCache signatures;
    std::map<Fingerprint, CertificatePtr> by_fingerprint;
    std::vector<CertificatePtr> in_order;
    // By what was presented, unreadable entries included; the value is the chain as far as it was
    // completed.
    using Chains = std::map<std::vector<Fingerprint>, ChainPtr>;
    Chains chains;
    using Places = std::unordered_map<const Chain*, Chains::iterator>;
    Places places; // of the values of `chains`
    ChainPtr last; // asked for

    void find_path(Chain& chain, const Preference& by);
    void replace(Places::iterator place, const ChainPtr& chain);
};

namespace {

bool is_chain_of(const std::vector<std::string>& presented, const Chain& chain) {
    return chain.unreadable.empty() &&
           std::equal(
               presented.begin(), presented.end(), chain.presented.begin(), chain.presented.end(),
               [](const std::string& der, const CertificatePtr& known) { return der == known->der; }
           );
}

} // namespace

CertificateStore::CertificateStore(Anchors anchors, Preference preference)
    : impl_(std::make_unique<Impl>()) {
    impl_->anchors = std::move(anchors);
    impl_->preference = std::move(preference);
}

CertificateStore::~CertificateStore() = default;

// One object for one certificate, however many servers show it: 10,000 endpoints share a few CAs.
Result<CertificatePtr> CertificateStore::intern(std::string_view der) {
    const Fingerprint fingerprint = sha256(der);
    if (const auto known = impl_->by_fingerprint.find(fingerprint);
        known != impl_->by_fingerprint.end())
        return known->second;
    auto certificate = read_certificate(der);
    if (!certificate) return certificate.error();
    auto shared = std::make_shared<const Certificate>(std::move(*certificate));
    impl_->by_fingerprint.emplace(fingerprint, shared);
    impl_->in_order.push_back(shared);
    return shared;
}

ChainPtr CertificateStore::chain(const std::vector<std::string>& presented) {
    if (presented.empty()) return nullptr;
    // Neighbours in a target list are often servers of one pool with one chain.
    if (impl_->last && is_chain_of(presented, *impl_->last)) return impl_->last;
    std::vector<Fingerprint> fingerprints;
    for (const auto& der : presented)
        fingerprints.push_back(sha256(der));
    if (const auto known = impl_->chains.find(fingerprints); known != impl_->chains.end())
        return impl_->last = known->second;

    auto chain = std::make_shared<Chain>();
    for (std::size_t position = 0; position < presented.size(); ++position) {
        auto certificate = intern(presented[position]);
        if (certificate)
            chain->presented.push_back(*certificate);
        else
            chain->unreadable.push_back(position);
    }
    read_chain_facts(*chain, impl_->anchors.impl(), impl_->signatures);
    impl_->find_path(*chain, impl_->preference);
    const auto place = impl_->chains.emplace(std::move(fingerprints), chain).first;
    impl_->places.emplace(chain.get(), place);
    return impl_->last = std::move(chain);
}

IssuerClosures CertificateStore::issuer_closures() {
    IssuerClosureSearch search(impl_->in_order, impl_->anchors.impl(), impl_->signatures);
    IssuerClosures out;
    for (const auto& [fingerprints, chain] : impl_->chains)
        if (!chain->presented.empty()) out[chain.get()] = search.from(*chain->presented.front());
    return out;
}

CertificatePtr CertificateStore::issuer_of(const Certificate& certificate, const Chain& chain) {
    const auto& path = chain.path.path;
    for (std::size_t i = 0; i + 1 < path.size(); ++i)
        if (path[i]->sha256 == certificate.sha256) return path[i + 1];
    // Not on the path, for a chain without one, or for a certificate beside it.
    std::size_t checks = 0;
    for (const auto* group : {&chain.presented, &chain.fetched})
        for (const auto& candidate : *group)
            if (same_name(certificate.issuer_der, candidate->subject_der) &&
                ++checks <= limits::kIssuersTried && impl_->issued(certificate, *candidate))
                return candidate;
    return impl_->known_above(certificate);
}

CertificatePtr CertificateStore::without_issuer(const Chain& chain) const {
    using Trust = TrustPath::Trust;
    const auto trust = chain.path.trust;
    if (trust != Trust::untrusted && trust != Trust::unknown) return nullptr;
    const auto& last = !chain.fetched.empty()     ? chain.fetched.back()
                       : !chain.path.path.empty() ? chain.path.path.back()
                                                  : chain.presented.front();
    return last->root_like ? nullptr : last; // above a root there is nothing to fetch
}

ChainPtr CertificateStore::complete(const Chain& chain, const std::vector<CertificatePtr>& found) {
    const auto place = impl_->places.find(&chain);
    if (place == impl_->places.end()) return nullptr;
    const auto completed = std::make_shared<Chain>(chain);
    std::size_t checks = 0;
    while (const auto last = without_issuer(*completed)) {
        const auto& fetched = completed->fetched;
        const auto next = std::ranges::find_if(found, [&](const auto& candidate) {
            return std::ranges::find(fetched, candidate) == fetched.end() &&
                   same_name(last->issuer_der, candidate->subject_der) &&
                   ++checks <= limits::kPathSignatures && impl_->issued(*last, *candidate);
        });
        if (next == found.end() || fetched.size() == limits::kPathDepth) break;
        completed->fetched.push_back(*next);
    }
    if (completed->fetched.size() == chain.fetched.size()) return nullptr;
    impl_->find_path(*completed, impl_->preference);
    impl_->replace(place, completed);
    return completed;
}

ChainPtr CertificateStore::avoid(const Chain& chain, const std::set<Fingerprint>& revoked) {
    const auto place = impl_->places.find(&chain);
    const auto concerned = std::ranges::any_of(chain.path.path, [&](const auto& certificate) {
        return revoked.contains(certificate->sha256);
    });
    if (place == impl_->places.end() || !concerned) return nullptr;
    auto preference = impl_->preference;
    preference.against = [&, known = impl_->preference.against](const Certificate& issuer) {
        return (known ? known(issuer) : 0) + (revoked.contains(issuer.sha256) ? 1 : 0);
    };
    const auto other = std::make_shared<Chain>(chain);
    impl_->find_path(*other, preference);
    if (other->path == chain.path) return nullptr;
    impl_->replace(place, other);
    return other;
}

// From now on it is what this list of certificates leads to, also for whoever asks later.
void CertificateStore::Impl::replace(Places::iterator place, const ChainPtr& chain) {
    const auto of_list = place->second;
    if (last.get() == place->first) last = chain;
    places.erase(place);
    places.emplace(chain.get(), of_list);
    of_list->second = chain;
}

// The best path with what was fetched, and what follows from that.
void CertificateStore::Impl::find_path(Chain& chain, const Preference& by) {
    if (chain.fetched.empty()) {
        chain.path = build_path(chain.presented, anchors.impl(), signatures, by);
        return;
    }
    const auto& top = *chain.fetched.back();
    chain.completed_by_fetch =
        top.root_like || anchors.impl().contains(top) || anchor_above(top) != nullptr;
    // What was missing is the root, which need not be sent (RFC 5246 7.4.2).
    if (chain.fetched.front()->root_like) {
        chain.complete = true;
        chain.missing_issuer.clear();
    }
    auto candidates = chain.presented;
    candidates.insert(candidates.end(), chain.fetched.begin(), chain.fetched.end());
    chain.path = build_path(candidates, anchors.impl(), signatures, by);
    for (const auto& certificate : chain.path.path) {
        const auto is_it = [&](const auto& one) { return one->sha256 == certificate->sha256; };
        if (std::ranges::any_of(chain.presented, is_it) ||
            std::ranges::none_of(chain.fetched, is_it))
            continue;
        chain.path.used_fetched = true;
        if (!certificate->root_like) chain.path.used_unpresented = true;
    }
}

const std::vector<CertificatePtr>& CertificateStore::certificates() const {
    return impl_->in_order;
}

} // namespace lyncprobe::pki
