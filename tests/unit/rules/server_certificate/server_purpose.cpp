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
    CHECK(text_of(with_purposes({kServer})) == "01 pass {eku=[1.3.6.1.5.5.7.3.1]}");
    const auto both = with_purposes({kClient, kServer});
    CHECK(text_of(both) == "01 pass {eku=[1.3.6.1.5.5.7.3.2; 1.3.6.1.5.5.7.3.1]}");
    CHECK(list_of(both.evidence, "eku") == Purposes{kClient, kServer});
    CHECK(both.fix.empty());
}

TEST_CASE("server-eku: a list without server authentication fails and says what is there") {
    const auto finding = with_purposes({kClient});
    CHECK(
        text_of(finding) ==
        "01 fail: the extended key usage lacks server authentication, it has only clientAuth "
        "{extension=2.5.29.37, eku=[1.3.6.1.5.5.7.3.2], expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    CHECK(finding.message.find("clientAuth") != std::string::npos);
    CHECK(finding.evidence.text("expected") == kServer);
    CHECK(finding.evidence.text("extension") == "2.5.29.37");
    CHECK(
        text_of(with_purposes({})) ==
        "01 fail: the extended key usage is there and names no purpose {extension=2.5.29.37, "
        "eku=[], expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
}

TEST_CASE("server-eku: Server Gated Cryptography and Netscape step-up do not count") {
    CHECK(
        text_of(with_purposes({kGated})) ==
        "01 fail: the extended key usage has Microsoft Server Gated Cryptography, which does not "
        "count as server authentication {extension=2.5.29.37, eku=[1.3.6.1.4.1.311.10.3.3], "
        "expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    CHECK(
        text_of(with_purposes({kStepUp})) ==
        "01 fail: the extended key usage has Netscape step-up, which does not count as server "
        "authentication {extension=2.5.29.37, eku=[2.16.840.1.113730.4.1], "
        "expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    CHECK(
        text_of(with_purposes({kGated, kStepUp, kClient})) ==
        "01 fail: the extended key usage has Microsoft Server Gated Cryptography, Netscape "
        "step-up, clientAuth, which does not count as server authentication {extension=2.5.29.37, "
        "eku=[1.3.6.1.4.1.311.10.3.3; 2.16.840.1.113730.4.1; 1.3.6.1.5.5.7.3.2], "
        "expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    CHECK(
        text_of(with_purposes({kGated, kServer})) ==
        "01 pass {eku=[1.3.6.1.4.1.311.10.3.3; 1.3.6.1.5.5.7.3.1]}"
    );
}

TEST_CASE("server-eku: only any purpose is the policy's decision, a warning by default") {
    CHECK(
        text_of(with_purposes({kAny})) ==
        "01 warn: the extended key usage allows any purpose and does not name server "
        "authentication {extension=2.5.29.37, eku=[2.5.29.37.0], expected=1.3.6.1.5.5.7.3.1, "
        "position=0}"
    );
    CHECK(
        text_of(with_purposes({kAny, kClient})) ==
        "01 warn: the extended key usage allows any purpose and does not name server "
        "authentication {extension=2.5.29.37, eku=[2.5.29.37.0; 1.3.6.1.5.5.7.3.2], "
        "expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    CHECK(
        text_of(with_purposes({kAny, kServer})) == "01 pass {eku=[2.5.29.37.0; 1.3.6.1.5.5.7.3.1]}"
    );
    auto certificate = server();
    certificate.eku = {kAny};
    Bench bench({certificate});
    bench.policy.set(Decision::eku_any_only, Verdict::fail);
    CHECK(
        text_of(bench.ask("server-eku")) ==
        "01 fail: the extended key usage allows any purpose and does not name server "
        "authentication {extension=2.5.29.37, eku=[2.5.29.37.0], expected=1.3.6.1.5.5.7.3.1, "
        "position=0}"
    );
}

TEST_CASE("server-eku: no extension is the policy's decision, a warning by default") {
    auto certificate = server();
    certificate.eku.reset();
    Bench bench({certificate});
    CHECK(
        text_of(bench.ask("server-eku")) ==
        "01 warn: there is no extended key usage extension, so server authentication is not stated "
        "{extension=2.5.29.37, expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
    bench.policy.set(Decision::eku_absent, Verdict::fail);
    CHECK(
        text_of(bench.ask("server-eku")) ==
        "01 fail: there is no extended key usage extension, so server authentication is not stated "
        "{extension=2.5.29.37, expected=1.3.6.1.5.5.7.3.1, position=0}"
    );
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
    CHECK(
        text_of(broken) == "01 fail: the extension 2.5.29.37 cannot be decoded {error=the "
                           "extension 2.5.29.37 cannot be decoded}"
    );
    CHECK(!broken.evidence.text("error").empty());
    const auto twice =
        about_server("server-eku", [](Certificate& c) { c.duplicate_extensions = {"2.5.29.37"}; });
    CHECK(
        text_of(twice) == "01 fail: the extension 2.5.29.37 stands more than once {error=the "
                          "extension 2.5.29.37 stands more than once}"
    );
    CHECK(twice.evidence.text("error").find("more than once") != std::string_view::npos);
}

TEST_CASE("chain-eku: a CA limited to other purposes fails unless the policy says otherwise") {
    const auto finding = with_ca_purposes({kClient});
    CHECK(
        text_of(finding) == "02 fail: this CA certificate is limited to clientAuth, so no server "
                            "certificate below it is valid {extension=2.5.29.37, "
                            "eku=[1.3.6.1.5.5.7.3.2], expected=1.3.6.1.5.5.7.3.1, position=1}"
    );
    CHECK(number_of(finding.evidence, "position") == 1);
    CHECK(
        text_of(with_ca_purposes({})) ==
        "02 fail: this CA certificate is limited to no purpose at all, so no server certificate "
        "below it is valid {extension=2.5.29.37, eku=[], expected=1.3.6.1.5.5.7.3.1, position=1}"
    );
    CHECK(
        text_of(with_ca_purposes({kGated})) ==
        "02 fail: this CA certificate is limited to Microsoft Server Gated Cryptography, so no "
        "server certificate below it is valid {extension=2.5.29.37, eku=[1.3.6.1.4.1.311.10.3.3], "
        "expected=1.3.6.1.5.5.7.3.1, position=1}"
    );
    auto ca = intermediate();
    ca.eku = {kClient};
    Bench bench({server(), ca});
    bench.policy.set(Decision::ca_eku_without_server_auth, Verdict::warn);
    CHECK(
        text_of(bench.ask("chain-eku", 1)) ==
        "02 warn: this CA certificate is limited to clientAuth, so no server certificate below it "
        "is valid {extension=2.5.29.37, eku=[1.3.6.1.5.5.7.3.2], expected=1.3.6.1.5.5.7.3.1, "
        "position=1}"
    );
}

TEST_CASE("chain-eku: a CA without a list, with server authentication or with any purpose passes") {
    CHECK(text_of(Bench({server(), intermediate()}).ask("chain-eku", 1)) == "02 pass");
    CHECK(
        text_of(with_ca_purposes({kClient, kServer})) ==
        "02 pass {eku=[1.3.6.1.5.5.7.3.2; 1.3.6.1.5.5.7.3.1]}"
    );
    CHECK(text_of(with_ca_purposes({kAny})) == "02 pass {eku=[2.5.29.37.0]}");
}

TEST_CASE("chain-eku: the server certificate and roots are not judged") {
    auto anchor = root();
    anchor.eku = {kClient};
    Bench bench({server(), anchor});
    CHECK(
        text_of(bench.ask("chain-eku", 0)) ==
        "01 not_applicable: the server certificate is judged by server-eku"
    );
    CHECK(
        text_of(bench.ask("chain-eku", 1)) ==
        "03 not_applicable: the purposes of a root are set where it is trusted"
    );
}

TEST_CASE("chain-eku: a purpose list that cannot be decoded fails with the error") {
    auto ca = intermediate();
    ca.undecodable = {"2.5.29.37"};
    const auto finding = Bench({server(), ca}).ask("chain-eku", 1);
    CHECK(
        text_of(finding) == "02 fail: the extension 2.5.29.37 cannot be decoded {error=the "
                            "extension 2.5.29.37 cannot be decoded}"
    );
    CHECK(!finding.evidence.text("error").empty());
}
