// SPDX-License-Identifier: MIT
// Which findings a waiver covers.
#include "rules/engine/waivers.h"

#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

const std::vector<std::string> kNames{"edge01", "sip.contoso.com:5061/sip@192.0.2.7"};
const auto kNow = at("2026-11-01");

Finding found(Verdict verdict = Verdict::fail, std::string_view rule = "key-length") {
    Finding out;
    out.rule = rule;
    out.verdict = verdict;
    out.certificate = server().sha256;
    return out;
}

Waiver waiver(std::string rule, std::string target = {}, std::string certificate = {}) {
    Waiver out;
    out.rule = std::move(rule);
    out.target = std::move(target);
    out.certificate = std::move(certificate);
    out.reason = "known";
    return out;
}

Waiver ending(Time until) {
    auto out = waiver("*");
    out.until = until;
    return out;
}

Waiver because(std::string reason, Waiver out) {
    out.reason = std::move(reason);
    return out;
}

// The reason that the finding is waived for; "no" where it is not.
std::string waived(Waiver by, Finding finding = found()) {
    Waivers({std::move(by)}, kNow).apply(finding, kNames);
    return finding.waived.value_or("no");
}

} // namespace

TEST_CASE("waivers: by id of the rule or by glob") {
    CHECK(waived(waiver("key-length")) == "known");
    CHECK(waived(waiver("key-*")) == "known");
    CHECK(waived(waiver("*")) == "known");
    CHECK(waived(waiver("key")) == "no");
    CHECK(waived(waiver("key-length-recommended")) == "no");
    CHECK(waived(waiver("dns-*"), found(Verdict::fail, "dns-strict-naming")) == "known");
}

TEST_CASE("waivers: by name or id of the target, or by glob") {
    CHECK(waived(waiver("*", "edge01")) == "known");
    CHECK(waived(waiver("*", "edge0?")) == "known");
    CHECK(waived(waiver("*", "sip.contoso.com:5061/*")) == "known");
    CHECK(waived(waiver("*", "edge02")) == "no");
    CHECK(waived(waiver("*", "sip.contoso.com")) == "no");
}

TEST_CASE("waivers: by certificate; what is about none is not covered") {
    const auto shown = to_hex(server().sha256);
    auto about_none = found();
    about_none.certificate.reset();
    CHECK(waived(waiver("*", {}, shown)) == "known");
    CHECK(waived(waiver("*", {}, to_hex(root().sha256))) == "no");
    CHECK(waived(waiver("*", {}, shown), about_none) == "no");
    CHECK(waived(waiver("*"), about_none) == "known");
}

TEST_CASE("waivers: by the thumbprint of a certificate that was presented") {
    auto shown = server();
    shown.thumbprint = "A9993E364706816ABA3E25717850C26C9CD0D89D";
    const std::vector<CertificatePtr> presented{
        std::make_shared<Certificate>(intermediate()), std::make_shared<Certificate>(shown)};
    const auto waived_by = [&](const char* named, std::span<const CertificatePtr> among) {
        const auto finding = found();
        FindingPool pool;
        const Waivers waivers({waiver("*", {}, named)}, kNow);
        return waivers.apply(&finding, kNames, pool, among)->waived.value_or("no");
    };
    CHECK(waived_by("a9993e364706816aba3e25717850c26c9cd0d89d", presented) == "known");
    CHECK(waived_by("a9993e364706816aba3e25717850c26c9cd0d89e", presented) == "no");
    CHECK(waived_by("a9993e364706816aba3e25717850c26c9cd0d89d", {}) == "no");
    // Of another certificate of the same chain.
    auto both = presented;
    std::swap(both[0], both[1]);
    auto other = intermediate();
    other.thumbprint = "84983E441C3BD26EBAAE4AA1F95129E5E54670F1";
    both[1] = std::make_shared<Certificate>(other);
    CHECK(waived_by("84983e441c3bd26ebaae4aa1f95129e5e54670f1", both) == "no");
}

TEST_CASE("waivers: until its end, that moment included") {
    CHECK(waived(ending(kNow)) == "known");
    CHECK(waived(ending(kNow + std::chrono::seconds{1})) == "known");
    CHECK(waived(ending(kNow - std::chrono::seconds{1})) == "no");
}

TEST_CASE("waivers: what needs one is a failure, a warning or no evidence") {
    for (const auto verdict : {Verdict::fail, Verdict::warn, Verdict::inconclusive})
        CHECK(waived(waiver("*"), found(verdict)) == "known");
    for (const auto verdict : {Verdict::pass, Verdict::not_applicable})
        CHECK(waived(waiver("*"), found(verdict)) == "no");
}

TEST_CASE("waivers: every condition counts, and of several waivers the first that covers") {
    const auto other = because("other server", waiver("key-length", "edge02"));
    const auto over = because("over", ending(at("2026-01-01")));
    const auto first = because("first", waiver("key-*", "edge01"));
    const auto second = because("second", waiver("*"));
    auto finding = found();
    Waivers({other, over, first, second}, kNow).apply(finding, kNames);
    CHECK(finding.waived == "first");
    finding = found();
    Waivers({other, over}, kNow).apply(finding, kNames);
    CHECK(!finding.waived);
}

TEST_CASE("waivers: a pooled finding is copied where it is waived, and stays itself where not") {
    FindingPool pool;
    const auto* open = pool.keep(found());
    const auto* good = pool.keep(found(Verdict::pass));
    const Waivers waivers({waiver("*")}, kNow);
    const auto* copy = waivers.apply(open, kNames, pool);
    CHECK(copy != open);
    CHECK(copy->waived == "known");
    CHECK(!open->waived);
    CHECK(waivers.apply(good, kNames, pool) == good);
    CHECK(Waivers().apply(open, kNames, pool) == open);
}
