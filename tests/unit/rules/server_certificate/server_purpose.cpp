// SPDX-License-Identifier: MIT
// Rules server-eku and chain-eku.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Purposes = std::vector<std::string>;

constexpr const char* kAny = "2.5.29.37.0";
constexpr const char* kGated = "1.3.6.1.4.1.311.10.3.3";
constexpr const char* kStepUp = "2.16.840.1.113730.4.1";

Finding with_purposes(Purposes purposes) {
    return about_server("server-eku", [&](Certificate& c) { c.eku = purposes; });
}

Finding with_ca_purposes(Purposes purposes) {
    auto ca = intermediate();
    ca.eku = std::move(purposes);
    return Bench({server(), ca}).ask("chain-eku", 1);
}

} // namespace

TEST_CASE("server-eku: server authentication among the purposes passes") {
    CHECK(with_purposes({kServer}).verdict == Verdict::pass);
    const auto both = with_purposes({kClient, kServer});
    CHECK(both.verdict == Verdict::pass);
    CHECK(list_of(both.evidence, "eku") == Purposes{kClient, kServer});
    CHECK(both.fix.empty());
}

TEST_CASE("server-eku: a list without server authentication fails and says what is there") {
    const auto finding = with_purposes({kClient});
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.message.find("clientAuth") != std::string::npos);
    CHECK(finding.evidence.text("expected") == kServer);
    CHECK(finding.evidence.text("extension") == "2.5.29.37");
    CHECK(with_purposes({}).verdict == Verdict::fail);
}

TEST_CASE("server-eku: Server Gated Cryptography and Netscape step-up do not count") {
    CHECK(with_purposes({kGated}).verdict == Verdict::fail);
    CHECK(with_purposes({kStepUp}).verdict == Verdict::fail);
    CHECK(with_purposes({kGated, kStepUp, kClient}).verdict == Verdict::fail);
    CHECK(with_purposes({kGated, kServer}).verdict == Verdict::pass);
}

TEST_CASE("server-eku: only any purpose is the policy's decision, a warning by default") {
    CHECK(with_purposes({kAny}).verdict == Verdict::warn);
    CHECK(with_purposes({kAny, kClient}).verdict == Verdict::warn);
    CHECK(with_purposes({kAny, kServer}).verdict == Verdict::pass);
    auto certificate = server();
    certificate.eku = {kAny};
    Bench bench({certificate});
    bench.policy.set(Decision::eku_any_only, Verdict::fail);
    CHECK(bench.verdict("server-eku") == Verdict::fail);
}

TEST_CASE("server-eku: no extension is the policy's decision, a warning by default") {
    auto certificate = server();
    certificate.eku.reset();
    Bench bench({certificate});
    CHECK(bench.verdict("server-eku") == Verdict::warn);
    bench.policy.set(Decision::eku_absent, Verdict::fail);
    CHECK(bench.verdict("server-eku") == Verdict::fail);
}

TEST_CASE("server-eku: application policies that exclude server authentication are warned of") {
    const auto with_policies = [](Purposes policies) {
        return verdict_on_server("server-eku", [&](Certificate& c) {
            c.application_policies = policies;
        });
    };
    CHECK(with_policies({kServer}) == Verdict::pass);
    CHECK(with_policies({"1.3.6.1.4.1.311.10.12.1"}) == Verdict::pass);
    CHECK(with_policies({kClient}) == Verdict::warn);
}

TEST_CASE("server-eku: an extension that cannot be decoded or stands twice fails with the error") {
    const auto broken = about_server("server-eku", [](Certificate& c) {
        c.eku.reset();
        c.undecodable = {"2.5.29.37"};
    });
    CHECK(broken.verdict == Verdict::fail);
    CHECK(!broken.evidence.text("error").empty());
    const auto twice =
        about_server("server-eku", [](Certificate& c) { c.duplicate_extensions = {"2.5.29.37"}; });
    CHECK(twice.verdict == Verdict::fail);
    CHECK(twice.evidence.text("error").find("more than once") != std::string_view::npos);
}

TEST_CASE("chain-eku: a CA limited to other purposes fails unless the policy says otherwise") {
    const auto finding = with_ca_purposes({kClient});
    CHECK(finding.verdict == Verdict::fail);
    CHECK(number_of(finding.evidence, "position") == 1);
    CHECK(with_ca_purposes({}).verdict == Verdict::fail);
    CHECK(with_ca_purposes({kGated}).verdict == Verdict::fail);
    auto ca = intermediate();
    ca.eku = {kClient};
    Bench bench({server(), ca});
    bench.policy.set(Decision::ca_eku_without_server_auth, Verdict::warn);
    CHECK(bench.verdict("chain-eku", 1) == Verdict::warn);
}

TEST_CASE("chain-eku: a CA without a list, with server authentication or with any purpose passes") {
    CHECK(Bench({server(), intermediate()}).verdict("chain-eku", 1) == Verdict::pass);
    CHECK(with_ca_purposes({kClient, kServer}).verdict == Verdict::pass);
    CHECK(with_ca_purposes({kAny}).verdict == Verdict::pass);
}

TEST_CASE("chain-eku: the server certificate and roots are not judged") {
    auto anchor = root();
    anchor.eku = {kClient};
    Bench bench({server(), anchor});
    CHECK(bench.verdict("chain-eku", 0) == Verdict::not_applicable);
    CHECK(bench.verdict("chain-eku", 1) == Verdict::not_applicable);
}

TEST_CASE("chain-eku: a purpose list that cannot be decoded fails with the error") {
    auto ca = intermediate();
    ca.undecodable = {"2.5.29.37"};
    const auto finding = Bench({server(), ca}).ask("chain-eku", 1);
    CHECK(finding.verdict == Verdict::fail);
    CHECK(!finding.evidence.text("error").empty());
}
