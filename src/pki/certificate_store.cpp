// SPDX-License-Identifier: MIT
// Interns certificates by fingerprint and chains by the list of fingerprints.
#include "pki/certificate_store.h"

#include "pki/anchors.h"
#include "pki/ascent.h"
#include "pki/certificate_reader.h"
#include "pki/chain_facts.h"
#include "pki/path_search.h"

#include <map>

namespace lyncprobe::pki {

struct CertificateStore::Impl {
    Anchors anchors;
    SignatureCache signatures;
    std::map<Fingerprint, CertificatePtr> by_fingerprint;
    std::vector<CertificatePtr> in_order;
    std::map<std::vector<Fingerprint>, ChainPtr> chains;
};

CertificateStore::CertificateStore(Anchors anchors) : impl_(std::make_unique<Impl>()) {
    impl_->anchors = std::move(anchors);
}

CertificateStore::~CertificateStore() = default;

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
    std::vector<Fingerprint> fingerprints;
    for (const auto& der : presented)
        fingerprints.push_back(sha256(der));
    auto& cached = impl_->chains[fingerprints];
    if (cached) return cached;

    auto chain = std::make_shared<Chain>();
    for (std::size_t position = 0; position < presented.size(); ++position) {
        auto certificate = intern(presented[position]);
        if (certificate)
            chain->presented.push_back(*certificate);
        else
            chain->unreadable.push_back(position);
    }
    read_chain_facts(*chain, impl_->anchors.impl(), impl_->signatures);
    chain->path = search_path(chain->presented, impl_->anchors.impl(), impl_->signatures);
    return cached = std::move(chain);
}

Ascents CertificateStore::ascents() {
    AscentSearch search(impl_->in_order, impl_->anchors.impl(), impl_->signatures);
    Ascents out;
    for (const auto& [fingerprints, chain] : impl_->chains)
        if (!chain->presented.empty()) out[chain.get()] = search.from(*chain->presented.front());
    return out;
}

const std::vector<CertificatePtr>& CertificateStore::certificates() const {
    return impl_->in_order;
}

} // namespace lyncprobe::pki
