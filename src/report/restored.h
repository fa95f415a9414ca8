// SPDX-License-Identifier: MIT
// What the parts of a result file share while it is read: certificates that are named before they
// are described, things that many rows have in common, and the first mistake.
#pragma once

#include "model/scan_result.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lyncprobe::report {

// JsonPlace is a member or, where it has no key, an element; it lives on the reader's stack.
struct JsonPlace {
    const JsonPlace* above = nullptr;
    std::string_view key;
    std::size_t index = 0;
};
std::string to_text(const JsonPlace&); // "endpoints[3].tls.version"

std::optional<Fingerprint> fingerprint_of(std::string_view hex);

class Restored {
  public:
    // The first mistake: "endpoints[3].tls: expected an object". Empty = none yet.
    const std::string& mistake() const { return mistake_; }
    void expected(std::string_view what, const JsonPlace&);
    void mistaken(std::string sentence); // in its place

    // One object for each fingerprint, filled in when its description comes.
    CertificatePtr certificate(const Fingerprint&);
    std::shared_ptr<Certificate> describe(const Fingerprint&);
    // A certificate that is named, and described nowhere; absent = none.
    std::optional<Fingerprint> undescribed() const;

    // Equal ones are kept once; `text` is what they are read from.
    ChainPtr shared(std::string text, Chain&&);
    std::shared_ptr<const TlsFacts> shared(TlsFacts&&);
    std::shared_ptr<const std::vector<std::string>> shared(std::vector<std::string>&&);

    // The index of the endpoint with this id, of those that were read.
    std::optional<std::size_t> endpoint(std::string_view id) const;
    void add(EndpointRow&&, Target&&);

    ScanResult result;

  private:
    struct Named {
        std::shared_ptr<Certificate> certificate;
        bool described = false;
    };
    struct ByFacts {
        bool operator()(const auto& a, const auto& b) const { return *a < *b; }
    };
    std::string mistake_;
    std::map<Fingerprint, Named> certificates_;
    std::unordered_map<std::string, ChainPtr> chains_;
    std::set<std::shared_ptr<const TlsFacts>, ByFacts> tls_;
    std::set<std::shared_ptr<const std::vector<std::string>>, ByFacts> lists_;
    std::unordered_map<std::string, std::size_t> endpoints_; // by id
    std::unordered_map<std::string, std::size_t> targets_;   // by id
};

} // namespace lyncprobe::report
