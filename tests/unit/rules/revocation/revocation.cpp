// SPDX-License-Identifier: MIT
// Rules crl-reachable, crl-fresh, crl-signature and not-revoked, on facts.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;
using Status = StatusSaid::Status;

namespace {

constexpr const char* kUrl = "http://crl.contoso.com/ca.crl";

std::shared_ptr<FetchedLocation> location(
    LocationKind kind, FetchOutcome outcome, std::string url = kUrl
) {
    auto out = std::make_shared<FetchedLocation>();
    out->kind = kind;
    out->outcome = outcome;
    out->url = std::move(url);
    if (outcome != FetchOutcome::ok) out->detail = "it did not work";
    if (outcome == FetchOutcome::timeout) out->milliseconds = 15'001;
    return out;
}

StatusSaid failed(
    FetchOutcome outcome, std::string url = kUrl, LocationKind kind = LocationKind::crl
) {
    StatusSaid said;
    said.location = location(kind, outcome, std::move(url));
    said.unfit = said.location->detail;
    return said;
}

CrlFacts list(std::string_view from, std::string_view until) {
    CrlFacts out;
    out.issuer = server().issuer;
    out.issuer_der = server().issuer_der;
    out.algorithm = sha256_rsa();
    out.signature = SignatureState::good;
    out.this_update = at(from);
    out.next_update = at(until);
    out.number = "14";
    return out;
}

CrlFacts today() { return list("2026-10-30", "2026-11-07"); }

StatusSaid read(
    CrlFacts facts, Status status = Status::good, LocationKind kind = LocationKind::crl
) {
    StatusSaid said;
    auto where = location(kind, FetchOutcome::ok);
    said.signature = facts.signature;
    where->crl = std::move(facts);
    said.location = std::move(where);
    said.status = status;
    if (status == Status::revoked) said.reason = "superseded";
    return said;
}

StatusSaid delta(Status status, std::string base) {
    auto facts = today();
    facts.base_number = std::move(base);
    return read(facts, status, LocationKind::delta_crl);
}

StatusSaid answer(Status status, std::string_view until, SignatureState signature) {
    StatusSaid said;
    auto where = location(LocationKind::ocsp, FetchOutcome::ok, "http://ocsp.contoso.com");
    where->ocsp = OcspFacts{
        .signature = signature, .this_update = at("2026-10-30"), .next_update = at(until)};
    said.location = std::move(where);
    said.status = status;
    said.signature = signature;
    return said;
}

// Judged is the findings of the four rules on one server certificate, on 2026-11-01.
class Judged {
  public:
    explicit Judged(std::vector<StatusSaid> said, std::string_view now = "2026-11-01") {
        bench_.context.now = at(now);
        statuses_[bench_.chain.presented.front()->sha256] = {
            .fetched = true, .said = std::move(said)};
        bench_.context.revocation = &statuses_;
        for (const auto& finding : bench_.ask_all())
            if (find(finding.rule)->scope == Scope::revocation) findings_.push_back(finding);
    }
    const Finding* of(std::string_view rule) const {
        for (const auto& finding : findings_)
            if (finding.rule == rule) return &finding;
        return nullptr;
    }
    // Absent where the rule gave no finding.
    std::optional<Verdict> verdict(std::string_view rule) const {
        const auto* found = of(rule);
        return found ? std::optional(found->verdict) : std::nullopt;
    }

  private:
    Bench bench_;
    StatusMap statuses_;
    std::vector<Finding> findings_;
};

} // namespace

TEST_CASE("revocation: without anything known the rules say nothing") {
    Bench bench;
    for (const auto& finding : bench.ask_all())
        CHECK(find(finding.rule)->scope != Scope::revocation);
}

TEST_CASE("revocation: a good list of today passes all four") {
    const Judged judged({read(today())});
    for (const auto* rule : {"crl-reachable", "crl-fresh", "crl-signature", "not-revoked"})
        CHECK_MESSAGE(judged.verdict(rule) == Verdict::pass, rule);
}

TEST_CASE("crl-reachable: dead locations fail, and what says something about us only does not") {
    using enum FetchOutcome;
    for (const auto dead :
         {no_such_name, refused, timeout, closed, status, wrong_content, redirect_limit})
        CHECK_MESSAGE(
            Judged({failed(dead)}).verdict("crl-reachable") == Verdict::fail, to_text(dead)
        );
    for (const auto open :
         {dns_failure, unreachable, limit_exceeded, forbidden, unsupported, domain_member_only,
          skipped, interrupted, local_error})
        CHECK_MESSAGE(
            Judged({failed(open)}).verdict("crl-reachable") == Verdict::inconclusive, to_text(open)
        );
    CHECK(
        Judged({failed(status, "ldap://dc/CN=CA")}).verdict("crl-reachable") ==
        Verdict::inconclusive
    );
    // The operator's --ldap-server is not the domain controller that others ask.
    CHECK(
        Judged({failed(refused, "ldap:///CN=CA")}).verdict("crl-reachable") == Verdict::inconclusive
    );
    auto impatient = location(LocationKind::crl, timeout);
    impatient->milliseconds = 5'000; // --timeout 5s
    StatusSaid given_up;
    given_up.location = impatient;
    CHECK(Judged({given_up}).verdict("crl-reachable") == Verdict::inconclusive);
    CHECK(Judged({failed(status), read(today())}).verdict("crl-reachable") == Verdict::warn);
    CHECK(Judged({failed(unreachable), read(today())}).verdict("crl-reachable") == Verdict::pass);
    CHECK(
        Judged({failed(status), failed(domain_member_only, "ldap:///CN=CA")})
            .verdict("crl-reachable") == Verdict::warn
    );
    CHECK(
        Judged({read(today()), failed(status, "http://a/ca+.crl", LocationKind::delta_crl)})
            .verdict("crl-reachable") == Verdict::warn
    );
    const auto members = Judged({failed(domain_member_only, "ldap:///CN=CA")});
    CHECK(members.of("crl-reachable")->message.find("member of the domain") != std::string::npos);
    CHECK(!members.verdict("crl-fresh"));
}

TEST_CASE("crl-fresh: run out, not yet valid, overdue, without a date") {
    const auto on = [](CrlFacts facts) {
        return Judged({read(std::move(facts))}).verdict("crl-fresh");
    };
    CHECK(on(list("2026-10-01", "2026-10-31")) == Verdict::fail);
    CHECK(on(list("2026-11-02", "2026-11-09")) == Verdict::fail);
    auto overdue = today();
    overdue.next_publish = at("2026-10-31");
    CHECK(on(overdue) == Verdict::warn);
    overdue.next_publish = at("2026-11-02");
    CHECK(on(overdue) == Verdict::pass);
    auto undated = today();
    undated.next_update.reset();
    CHECK(on(undated) == Verdict::warn);
    // The worst of several copies decides.
    CHECK(
        Judged({read(today()), read(list("2026-10-01", "2026-10-31"))}).verdict("crl-fresh") ==
        Verdict::fail
    );
}

TEST_CASE("crl-signature: another CA's, another key's, one that cannot be verified, RSASSA-PSS") {
    const auto with = [](SignatureState state) {
        auto facts = today();
        facts.signature = state;
        return Judged({read(facts)});
    };
    CHECK(with(SignatureState::bad).verdict("crl-signature") == Verdict::fail);
    CHECK(with(SignatureState::bad).verdict("not-revoked") == Verdict::inconclusive);
    CHECK(with(SignatureState::unverifiable).verdict("crl-signature") == Verdict::inconclusive);
    CHECK(with(SignatureState::no_issuer).verdict("crl-signature") == Verdict::inconclusive);
    auto facts = today();
    facts.algorithm = pss("SHA256", 32);
    CHECK(Judged({read(facts)}).verdict("crl-signature") == Verdict::warn);
    auto other = read(today());
    auto where = std::make_shared<FetchedLocation>(*other.location);
    where->crl->issuer = "CN=Fabrikam";
    where->crl->issuer_der = "x";
    other.location = where;
    other.unfit = "it is the list of another CA";
    other.signature = SignatureState::no_issuer;
    CHECK(Judged({other}).verdict("crl-signature") == Verdict::fail);
}

TEST_CASE("not-revoked: one who says so is enough, even a list of yesterday") {
    const auto revoked =
        Judged({read(today()), read(list("2026-10-01", "2026-10-31"), Status::revoked)});
    CHECK(revoked.verdict("not-revoked") == Verdict::fail);
    CHECK(revoked.of("not-revoked")->message.find("superseded") != std::string::npos);
    auto forged = today();
    forged.signature = SignatureState::bad;
    CHECK(
        Judged({read(today()), read(forged, Status::revoked)}).verdict("not-revoked") ==
        Verdict::pass
    );
}

TEST_CASE("not-revoked: nobody vouches where there is nothing, or nothing of today") {
    CHECK(Judged({}).verdict("not-revoked") == Verdict::inconclusive);
    CHECK(Judged({failed(FetchOutcome::status)}).verdict("not-revoked") == Verdict::inconclusive);
    CHECK(
        Judged({read(list("2026-10-01", "2026-10-31"))}).verdict("not-revoked") ==
        Verdict::inconclusive
    );
    CHECK(Judged({delta(Status::good, "a")}).verdict("not-revoked") == Verdict::inconclusive);
}

TEST_CASE("not-revoked: a delta revokes, and takes a hold back where it fits on the base") {
    CHECK(
        Judged({read(today()), delta(Status::revoked, "a")}).verdict("not-revoked") == Verdict::fail
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "14")})
            .verdict("not-revoked") == Verdict::pass
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "15")})
            .verdict("not-revoked") == Verdict::fail
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "114")})
            .verdict("not-revoked") == Verdict::fail
    );
}

TEST_CASE("not-revoked: a responder's answer counts like a list, within its time and signature") {
    using enum SignatureState;
    CHECK(
        Judged({answer(Status::good, "2026-11-07", good)}).verdict("not-revoked") == Verdict::pass
    );
    CHECK(
        Judged({answer(Status::good, "2026-10-31", good)}).verdict("not-revoked") ==
        Verdict::inconclusive
    );
    CHECK(
        Judged({answer(Status::good, "2026-11-07", bad)}).verdict("not-revoked") ==
        Verdict::inconclusive
    );
    CHECK(
        Judged({answer(Status::unknown, "2026-11-07", good)}).verdict("not-revoked") ==
        Verdict::inconclusive
    );
    CHECK(
        Judged({read(today()), answer(Status::revoked, "2026-11-07", good)})
            .verdict("not-revoked") == Verdict::fail
    );
    // No list was asked for: the rules about lists say nothing.
    CHECK(!Judged({answer(Status::good, "2026-11-07", good)}).verdict("crl-reachable"));
}
