// SPDX-License-Identifier: MIT
// Anchors by name; the system's folder is asked through libcrypto's own lookup.
#include "pki/anchors.h"

#include "pki/certificate_reader.h"
#include "pki/distinguished_name.h"
#include "pki/ossl.h"

#include <algorithm>

namespace lyncprobe::pki {

namespace {

// Issuer names of a run are few; a hostile network's are not.
constexpr std::size_t kNamesRemembered = 4096;

// In an order that does not depend on that of the files, so that a path is the same in every run.
std::vector<CertificatePtr> of_name(
    const Anchors::Impl::ByName& certificates, const std::string& der_name
) {
    std::vector<CertificatePtr> all;
    const auto [from, to] = certificates.equal_range(name_hash(der_name));
    for (auto one = from; one != to; ++one)
        if (same_name(one->second->subject_der, der_name)) all.push_back(one->second);
    std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
        return left->sha256 < right->sha256;
    });
    return all;
}

} // namespace

Anchors::Anchors() : impl_(std::make_unique<Impl>()) {}
Anchors::~Anchors() = default;
Anchors::Anchors(Anchors&&) noexcept = default;
Anchors& Anchors::operator=(Anchors&&) noexcept = default;

void Anchors::add(std::string_view der) {
    auto certificate = read_certificate(der);
    if (!certificate) return;
    if (certificate->root_like) return add_marked(der);
    auto helper = std::make_shared<const Certificate>(std::move(*certificate));
    const auto hash = name_hash(helper->subject_der);
    impl_->helpers_by_name.emplace(hash, std::move(helper));
}

void Anchors::add_marked(std::string_view der) {
    auto certificate = read_certificate(der);
    if (!certificate || !impl_->own_fingerprints.insert(certificate->sha256).second) return;
    auto anchor = std::make_shared<const Certificate>(std::move(*certificate));
    impl_->own_by_name.emplace(name_hash(anchor->subject_der), anchor);
    impl_->own.push_back(std::move(anchor));
}

void Anchors::use_system_directory(const std::string& path) {
    impl_->system = std::make_unique<SystemDirectory>(path);
}

bool Anchors::configured() const { return !impl_->own.empty(); }
bool Anchors::without_root() const { return !configured() && !impl_->helpers_by_name.empty(); }

std::vector<CertificatePtr> Anchors::Impl::named(const std::string& der_name) {
    auto all = of_name(own_by_name, der_name);
    if (system)
        for (const auto& anchor : system->named(der_name))
            if (!own_fingerprints.contains(anchor->sha256)) all.push_back(anchor);
    return all;
}

// The same certificate may be in a file as it is and in another one marked.
std::vector<CertificatePtr> Anchors::Impl::helpers_named(const std::string& der_name) {
    auto all = of_name(helpers_by_name, der_name);
    const auto twice = [](const auto& one, const auto& other) {
        return one->sha256 == other->sha256;
    };
    all.erase(std::unique(all.begin(), all.end(), twice), all.end());
    std::erase_if(all, [&](const auto& one) { return contains(*one); });
    return all;
}

bool Anchors::Impl::contains(const Certificate& certificate) {
    if (own_fingerprints.contains(certificate.sha256)) return true;
    if (!system) return false;
    const auto same_subject = system->named(certificate.subject_der);
    return std::any_of(same_subject.begin(), same_subject.end(), [&](const auto& anchor) {
        return anchor->sha256 == certificate.sha256;
    });
}

// The hash directory is read by name as a path needs it: loading the whole bundle takes 50 ms.
SystemDirectory::SystemDirectory(const std::string& path) {
    X509StorePtr store(X509_STORE_new());
    X509_LOOKUP* lookup =
        store ? X509_STORE_add_lookup(store.get(), X509_LOOKUP_hash_dir()) : nullptr;
    if (lookup) {
        if (path.empty())
            X509_LOOKUP_add_dir(lookup, nullptr, X509_FILETYPE_DEFAULT);
        else
            X509_LOOKUP_add_dir(lookup, path.c_str(), X509_FILETYPE_PEM);
    }
    ERR_clear_error();
    store_ = {
        store.release(), [](void* owned) { X509_STORE_free(static_cast<X509_STORE*>(owned)); }};
}

std::vector<CertificatePtr> SystemDirectory::named(const std::string& der_name) {
    if (const auto known = found_.find(der_name); known != found_.end()) return known->second;
    std::vector<CertificatePtr> certificates;
    const unsigned char* at = octets(der_name);
    const X509NamePtr name(d2i_X509_NAME(nullptr, &at, static_cast<long>(der_name.size())));
    const X509StoreCtxPtr context(X509_STORE_CTX_new());
    auto* store = static_cast<X509_STORE*>(store_.get());
    if (name && context && X509_STORE_CTX_init(context.get(), store, nullptr, nullptr) == 1) {
        const CertificateStackPtr stack(X509_STORE_CTX_get1_certs(context.get(), name.get()));
        for (int i = 0; stack && i < sk_X509_num(stack.get()); ++i) {
            auto certificate = read_certificate(to_der(i2d_X509, sk_X509_value(stack.get(), i)));
            if (certificate)
                certificates.push_back(std::make_shared<const Certificate>(std::move(*certificate))
                );
        }
    }
    ERR_clear_error();
    if (found_.size() >= kNamesRemembered) found_.clear();
    return found_[der_name] = std::move(certificates);
}

} // namespace lyncprobe::pki
