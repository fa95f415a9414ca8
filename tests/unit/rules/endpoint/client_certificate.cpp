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
    CHECK(
        text_of(about(&listed)) == "pass {ca_names=[CN=Root], ca_names_count=1, ca_names_bytes=42}"
    );
    const auto missing = asked_with(std::vector<std::string>(20, "CN=Other"), false);
    const auto finding = about(&missing);
    CHECK(
        text_of(finding) ==
        "warn: the issuer of our certificate is not among the 20 that the server says it accepts "
        "{ca_names=[CN=Other; CN=Other; CN=Other; CN=Other; CN=Other; CN=Other; CN=Other; "
        "CN=Other; CN=Other; CN=Other], ca_names_count=20, ca_names_bytes=42}"
    );
    CHECK(std::get<std::vector<std::string>>(*finding.evidence.find("ca_names")).size() == 10);
    CHECK(std::get<std::int64_t>(*finding.evidence.find("ca_names_count")) == 20);
    CHECK(std::get<std::int64_t>(*finding.evidence.find("ca_names_bytes")) == 42);
}

TEST_CASE("client-ca-names: says nothing without a request, an identity or a list") {
    CHECK(text_of(about(nullptr)) == "not_applicable: the server asked for no client certificate");
    auto facts = asked_with({}, false);
    CHECK(
        text_of(about(&facts)) == "not_applicable: the server sent no list of issuers, which is "
                                  "normal from Windows Server 2012 on"
    );
    facts = asked_with({"CN=Other"}, false);
    facts.identity_offered = false;
    CHECK(
        text_of(about(&facts)) ==
        "not_applicable: we have no certificate of our own for this server"
    );
    facts.requested = false;
    CHECK(text_of(about(&facts)) == "not_applicable: the server asked for no client certificate");
}

TEST_CASE("our own identity has no role, no published CRL and no name to serve under") {
    Bench bench;
    bench.context.own_identity = true;
    for (const auto* rule : {"auto-enrollment", "crl-reachable-scheme", "host-name"})
        CHECK(bench.ask(rule).verdict == Verdict::not_applicable);
    CHECK(text_of(bench.ask("server-eku")) == "01 pass {eku=[1.3.6.1.5.5.7.3.1]}");
}
