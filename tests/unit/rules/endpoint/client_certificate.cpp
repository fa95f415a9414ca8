// SPDX-License-Identifier: MIT
// Rule client-ca-names, and what our own identity is not judged by.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

ClientCertificateFacts asked_with(std::vector<std::string> ca_names, bool ours_listed) {
    ClientCertificateFacts facts;
    facts.requested = facts.identity_offered = true;
    facts.ca_names_count = static_cast<std::uint32_t>(ca_names.size());
    facts.ca_names = std::make_shared<const std::vector<std::string>>(std::move(ca_names));
    facts.ca_names_bytes = 42;
    facts.issuer_in_ca_names = ours_listed;
    return facts;
}

Finding about(const ClientCertificateFacts* facts) {
    Bench bench;
    bench.seen.client_certificate = facts;
    return bench.ask("client-ca-names");
}

} // namespace

TEST_CASE("client-ca-names: a listed issuer passes, a missing one warns and shows the list") {
    const auto listed = asked_with({"CN=Root"}, true);
    CHECK(about(&listed).verdict == Verdict::pass);
    const auto missing = asked_with(std::vector<std::string>(20, "CN=Other"), false);
    const auto finding = about(&missing);
    CHECK(finding.verdict == Verdict::warn);
    CHECK(std::get<std::vector<std::string>>(*finding.evidence.find("ca_names")).size() == 10);
    CHECK(std::get<std::int64_t>(*finding.evidence.find("ca_names_count")) == 20);
    CHECK(std::get<std::int64_t>(*finding.evidence.find("ca_names_bytes")) == 42);
}

TEST_CASE("client-ca-names: says nothing without a request, an identity or a list") {
    CHECK(about(nullptr).verdict == Verdict::not_applicable);
    auto facts = asked_with({}, false);
    CHECK(about(&facts).verdict == Verdict::not_applicable);
    facts = asked_with({"CN=Other"}, false);
    facts.identity_offered = false;
    CHECK(about(&facts).verdict == Verdict::not_applicable);
    facts.requested = false;
    CHECK(about(&facts).verdict == Verdict::not_applicable);
}

TEST_CASE("our own identity has no role, no published CRL and no name to serve under") {
    Bench bench;
    bench.context.own_identity = true;
    for (const auto* rule : {"auto-enrollment", "crl-reachable-scheme", "host-name"})
        CHECK(bench.verdict(rule) == Verdict::not_applicable);
    CHECK(bench.verdict("server-eku") == Verdict::pass);
}
