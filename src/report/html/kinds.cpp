// SPDX-License-Identifier: MIT
#include "report/html/kinds.h"

#include <algorithm>

namespace lyncprobe::report::html {
namespace {

constexpr std::string_view kReached[] = {"endpoint-reachable"};
constexpr std::string_view kSpeech[] = {
    "conversation-finished", "not-refused",           "product-version",     "clock-skew",
    "revealed-name",         "xmpp-domain",           "av-edge-address",     "autodiscover-answer",
    "autodiscover-names",    "autodiscover-location", "autodiscover-domain", "oauth-certificate"};
constexpr std::string_view kMutual[] = {
    "client-certificate-accepted",
    "client-certificate-demanded",
    "client-ca-names",
    "ca-names-cut",
    "ca-names-intermediate",
    "mutual-trust",
    "own-certificate-usage"};
constexpr std::string_view kNames[] = {"host-name",       "subject-in-san",   "subject-name",
                                       "name-characters", "sip-domain-names", "unknown-names",
                                       "web-names"};
constexpr std::string_view kDates[] = {"validity", "leaf-outlives-issuer"};
constexpr std::string_view kKeys[] = {
    "key-algorithm",        "key-length",    "key-length-recommended",
    "signature-algorithm",  "no-rsassa-pss", "sha1-deprecated",
    "os-signature-support", "private-key",   "key-provider"};
constexpr std::string_view kUsage[] = {
    "server-eku", "chain-eku", "auto-enrollment", "windows-2003-ca"};
constexpr std::string_view kChain[] = {
    "chain-trusted", "chain-complete", "chain-order", "chain-elsewhere"};
constexpr std::string_view kRevocation[] = {
    "crl-distribution-point",
    "crl-reachable-scheme",
    "chain-crl-distribution-point",
    "crl-reachable",
    "crl-fresh",
    "crl-signature",
    "not-revoked"};
constexpr std::string_view kTls[] = {
    "tls12-available", "tls12-only", "legacy-protocols", "schannel-compatibility",
    "sni-certificate"};
constexpr std::string_view kPool[] = {"pool-certificate",  "same-name-same-chain",
                                      "stale-certificate", "web-sites-agree",
                                      "one-internal-pki",  "sip-web-issuers"};

constexpr Kind kKinds[] = {
    {"Reachable", kReached}, {"Conversation", kSpeech}, {"Mutual TLS", kMutual},
    {"Names", kNames},       {"Dates", kDates},         {"Key, signature", kKeys},
    {"Usage", kUsage},       {"Chain", kChain},         {"Revocation", kRevocation},
    {"TLS settings", kTls},  {"Same in pool", kPool}};

} // namespace

std::span<const Kind> kinds() { return kKinds; }

std::optional<std::size_t> kind_of(std::string_view rule) {
    for (std::size_t i = 0; i < std::size(kKinds); ++i)
        if (std::ranges::find(kKinds[i].rules, rule) != kKinds[i].rules.end()) return i;
    return std::nullopt;
}

} // namespace lyncprobe::report::html
