// SPDX-License-Identifier: MIT
// What a path may end in: the operator's own certificates, and the system's as they are asked for.
#pragma once

#include "pki/certificate_store.h"

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace lyncprobe::pki {

// SystemDirectory is a folder of certificates named by subject hash (openssl rehash), read name by
// name.
class SystemDirectory {
  public:
    explicit SystemDirectory(const std::string& path); // OpenSSL's default where empty
    std::vector<CertificatePtr> named(const std::string& der_name);

  private:
    std::shared_ptr<void> store_; // X509_STORE
    std::unordered_map<std::string, std::vector<CertificatePtr>> found_;
};

struct Anchors::Impl {
    using ByName = std::unordered_multimap<unsigned long, CertificatePtr>;

    // Every anchor with this subject, the operator's first.
    std::vector<CertificatePtr> named(const std::string& der_name);
    // Of the operator's files, with this subject and no anchor.
    std::vector<CertificatePtr> helpers_named(const std::string& der_name);
    bool contains(const Certificate& certificate);
    bool any() const { return !own.empty() || system; }

    std::vector<CertificatePtr> own;
    std::set<Fingerprint> own_fingerprints;
    ByName own_by_name, helpers_by_name;
    std::unique_ptr<SystemDirectory> system;
};

} // namespace lyncprobe::pki
