// SPDX-License-Identifier: MIT
// Small certificates, chains and contexts built by hand, and one rule's finding about them.
#pragma once

#include "model/policy.h"
#include "rules/engine/judge.h"
#include "support/finding_text.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lyncprobe::rules::testing {

using lyncprobe::testing::text_of;  // a whole finding, "01 fail: …"
using lyncprobe::testing::with_fix; // the same with its fix

inline constexpr const char* kSha1Rsa = "1.2.840.113549.1.1.5";
inline constexpr const char* kSha256Rsa = "1.2.840.113549.1.1.11";
inline constexpr const char* kPss = "1.2.840.113549.1.1.10";
inline constexpr const char* kServer = "1.3.6.1.5.5.7.3.1";
inline constexpr const char* kClient = "1.3.6.1.5.5.7.3.2";

Algorithm algorithm(std::string oid, std::string name, std::string hash);
Algorithm sha1_rsa();
Algorithm sha256_rsa();
Algorithm pss(std::string hash, std::int64_t salt);
PublicKey rsa(int bits);
PublicKey curve(std::string name, std::string type = "EC");
Time at(std::string_view text);

// A faultless server certificate: RSA 2048, SHA-256, serverAuth, an http CDP, sip.contoso.com.
Certificate server();
Certificate intermediate();
Certificate root();
DistributionPoint point(std::vector<std::string> urls);

// Bench is a chain and a context that a test spoils before it asks.
struct Bench {
    Chain chain;
    Target target;
    EndpointEvidence seen;
    Policy policy;
    Context context; // the rest; refers to the others once the bench is asked

    const Context& ready(); // the context as a rule gets it

    explicit Bench(std::vector<Certificate> certificates = {server()});
    Finding ask(std::string_view rule, std::size_t position = 0);
    Verdict verdict(std::string_view rule, std::size_t position = 0) {
        return ask(rule, position).verdict;
    }
    std::vector<Finding> ask_all();
};

// The finding of one rule about one spoilt server certificate.
template <class Spoil>
Finding about_server(std::string_view rule, Spoil spoil) {
    auto certificate = server();
    spoil(certificate);
    return Bench({certificate}).ask(rule);
}
template <class Spoil>
Verdict verdict_on_server(std::string_view rule, Spoil spoil) {
    return about_server(rule, spoil).verdict;
}

std::vector<std::string> list_of(const Facts& evidence, std::string_view key);
std::int64_t number_of(const Facts& evidence, std::string_view key);

} // namespace lyncprobe::rules::testing
