// SPDX-License-Identifier: MIT
// Rules crl-reachable, crl-fresh, crl-signature and not-revoked, on facts.
#include "support/finding_text.h"
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
    explicit Judged(
        std::vector<StatusSaid> said, std::string_view now = "2026-11-01",
        Certificate certificate = server()
    )
        : bench_({std::move(certificate)}) {
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

    // The whole finding; "none" where the rule gave none.
    std::string text(std::string_view rule) const {
        const auto* found = of(rule);
        return found ? text_of(*found) : "none";
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
        Judged({failed(status, "ldap://dc/CN=CA")}).text("crl-reachable") ==
        "01 inconclusive: no CRL location could be asked from here: ldap://dc/CN=CA: it did not "
        "work {not_checked=[ldap://dc/CN=CA: it did not work], position=0}"
    );
    // The operator's --ldap-server is not the domain controller that others ask.
    CHECK(
        Judged({failed(refused, "ldap:///CN=CA")}).text("crl-reachable") ==
        "01 inconclusive: no CRL location could be asked from here: ldap:///CN=CA: it did not work "
        "{not_checked=[ldap:///CN=CA: it did not work], position=0}"
    );
    auto impatient = location(LocationKind::crl, timeout);
    impatient->milliseconds = 5'000; // --timeout 5s
    StatusSaid given_up;
    given_up.location = impatient;
    CHECK(
        Judged({given_up}).text("crl-reachable") ==
        "01 inconclusive: no CRL location could be asked from here: http://crl.contoso.com/ca.crl: "
        "it did not work {not_checked=[http://crl.contoso.com/ca.crl: it did not work], position=0}"
    );
    CHECK(
        Judged({failed(status), read(today())}).text("crl-reachable") ==
        "01 warn: a CRL location is dead, and clients ask the locations in their order and wait: "
        "http://crl.contoso.com/ca.crl: it did not work {reached=[http://crl.contoso.com/ca.crl], "
        "dead=[http://crl.contoso.com/ca.crl: it did not work], position=0}"
    );
    CHECK(
        Judged({failed(unreachable), read(today())}).text("crl-reachable") ==
        "01 pass {reached=[http://crl.contoso.com/ca.crl], "
        "not_checked=[http://crl.contoso.com/ca.crl: it did not work]}"
    );
    CHECK(
        Judged({failed(status), failed(domain_member_only, "ldap:///CN=CA")})
            .text("crl-reachable") ==
        "01 warn: http://crl.contoso.com/ca.crl: it did not work; the other CRL locations cannot "
        "be checked from here: ldap:///CN=CA: it did not work "
        "{dead=[http://crl.contoso.com/ca.crl: it did not work], not_checked=[ldap:///CN=CA: it "
        "did not work], position=0}"
    );
    CHECK(
        Judged({read(today()), failed(status, "http://a/ca+.crl", LocationKind::delta_crl)})
            .text("crl-reachable") ==
        "01 warn: the CRL is there, its delta CRL is not (IIS refuses the '+' in its name until "
        "double escaping is allowed): http://a/ca+.crl: it did not work "
        "{reached=[http://crl.contoso.com/ca.crl], dead_delta=[http://a/ca+.crl: it did not work], "
        "position=0}"
    );
    const auto members = Judged({failed(domain_member_only, "ldap:///CN=CA")});
    CHECK(members.of("crl-reachable")->message.find("member of the domain") != std::string::npos);
    CHECK(!members.verdict("crl-fresh"));
}

TEST_CASE("crl-fresh: run out, not yet valid, overdue, without a date") {
    const auto on = [](CrlFacts facts) { return Judged({read(std::move(facts))}); };
    CHECK(
        on(list("2026-10-01", "2026-10-31")).text("crl-fresh") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl: it ran out on 2026-10-31T00:00:00Z "
        "{crl=http://crl.contoso.com/ca.crl, this_update=2026-10-01T00:00:00Z, "
        "next_update=2026-10-31T00:00:00Z, position=0}"
    );
    CHECK(
        on(list("2026-11-02", "2026-11-09")).text("crl-fresh") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl: it is valid only from "
        "2026-11-02T00:00:00Z on {crl=http://crl.contoso.com/ca.crl, "
        "this_update=2026-11-02T00:00:00Z, next_update=2026-11-09T00:00:00Z, position=0}"
    );
    auto overdue = today();
    overdue.next_publish = at("2026-10-31");
    CHECK(
        on(overdue).text("crl-fresh") ==
        "01 warn: the CRL of http://crl.contoso.com/ca.crl: a newer one was due on "
        "2026-10-31T00:00:00Z and is not there {crl=http://crl.contoso.com/ca.crl, "
        "this_update=2026-10-30T00:00:00Z, next_update=2026-11-07T00:00:00Z, "
        "next_publish=2026-10-31T00:00:00Z, position=0}"
    );
    overdue.next_publish = at("2026-11-02");
    CHECK(
        on(overdue).text("crl-fresh") ==
        "01 pass {crl=http://crl.contoso.com/ca.crl, this_update=2026-10-30T00:00:00Z, "
        "next_update=2026-11-07T00:00:00Z, next_publish=2026-11-02T00:00:00Z}"
    );
    auto undated = today();
    undated.next_update.reset();
    CHECK(
        on(undated).text("crl-fresh") ==
        "01 warn: the CRL of http://crl.contoso.com/ca.crl: it does not say when the next one is "
        "due {crl=http://crl.contoso.com/ca.crl, this_update=2026-10-30T00:00:00Z, position=0}"
    );
    // The worst of several copies decides.
    CHECK(
        Judged({read(today()), read(list("2026-10-01", "2026-10-31"))}).text("crl-fresh") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl: it ran out on 2026-10-31T00:00:00Z "
        "{crl=http://crl.contoso.com/ca.crl, this_update=2026-10-01T00:00:00Z, "
        "next_update=2026-10-31T00:00:00Z, position=0}"
    );
}

TEST_CASE("crl-signature: another CA's, another key's, one that cannot be verified, RSASSA-PSS") {
    const auto with = [](SignatureState state) {
        auto facts = today();
        facts.signature = state;
        return Judged({read(facts)});
    };
    CHECK(
        with(SignatureState::bad).text("crl-signature") ==
        "01 fail: the signature of the CRL of http://crl.contoso.com/ca.crl is not its issuer's "
        "{crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, "
        "signature=sha256WithRSAEncryption, position=0}"
    );
    CHECK(
        with(SignatureState::bad).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://crl.contoso.com/ca.crl: its "
        "signature is not verified {asked=[http://crl.contoso.com/ca.crl: its signature is not "
        "verified], position=0}"
    );
    CHECK(
        with(SignatureState::unverifiable).text("crl-signature") ==
        "01 inconclusive: the signature of the CRL of http://crl.contoso.com/ca.crl "
        "(sha256WithRSAEncryption) cannot be verified with this OpenSSL "
        "{crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, "
        "signature=sha256WithRSAEncryption, position=0}"
    );
    CHECK(
        with(SignatureState::no_issuer).text("crl-signature") ==
        "01 inconclusive: the CRL of http://crl.contoso.com/ca.crl cannot be verified:  "
        "{crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, "
        "signature=sha256WithRSAEncryption, position=0}"
    );
    CHECK(
        with(SignatureState::not_allowed).text("crl-signature") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl is signed by CN=Contoso Issuing CA, "
        "whose key usage does not allow to sign CRLs: Windows ignores it and reports revocation as "
        "offline (0x80092013) {crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, "
        "signature=sha256WithRSAEncryption, position=0}"
    );
    CHECK(
        with(SignatureState::not_allowed).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://crl.contoso.com/ca.crl: the "
        "CA that signed it may not sign CRLs {asked=[http://crl.contoso.com/ca.crl: the CA that "
        "signed it may not sign CRLs], position=0}"
    );
    // A CA that was renewed with a new key has a list for each of its keys.
    auto renewed = server();
    renewed.authority_key_id = "0a0b";
    auto other_key = today();
    other_key.signature = SignatureState::bad;
    const auto by_key = [&](const char* key) {
        other_key.authority_key_id = key;
        return Judged({read(other_key)}, "2026-11-01", renewed).text("crl-signature");
    };
    CHECK(
        by_key("0102") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl is signed with another key of the CA "
        "(key identifier 0102) than the certificate (key identifier 0a0b) "
        "{crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, "
        "signature=sha256WithRSAEncryption, position=0}"
    );
    for (const auto* same : {"0a0b", ""})
        CHECK(by_key(same) == with(SignatureState::bad).text("crl-signature"));
    auto facts = today();
    facts.algorithm = pss("SHA256", 32);
    CHECK(
        Judged({read(facts)}).text("crl-signature") ==
        "01 warn: the CRL of http://crl.contoso.com/ca.crl is signed with RSASSA-PSS: the CA still "
        "signs in this way, and so will be the next certificate "
        "{crl=http://crl.contoso.com/ca.crl, issuer=CN=Contoso Issuing CA, signature=rsassaPss, "
        "position=0}"
    );
    auto other = read(today());
    auto where = std::make_shared<FetchedLocation>(*other.location);
    where->crl->issuer = "CN=Fabrikam";
    where->crl->issuer_der = "x";
    other.location = where;
    other.unfit = "it is the list of another CA";
    other.signature = SignatureState::no_issuer;
    CHECK(
        Judged({other}).text("crl-signature") ==
        "01 fail: the CRL of http://crl.contoso.com/ca.crl is that of CN=Fabrikam, not of the "
        "certificate's issuer CN=Contoso Issuing CA {crl=http://crl.contoso.com/ca.crl, "
        "issuer=CN=Fabrikam, signature=sha256WithRSAEncryption, position=0}"
    );
}

TEST_CASE("not-revoked: one who says so is enough, even a list of yesterday") {
    const auto revoked =
        Judged({read(today()), read(list("2026-10-01", "2026-10-31"), Status::revoked)});
    CHECK(
        revoked.text("not-revoked") ==
        "01 fail: revoked (superseded), says http://crl.contoso.com/ca.crl {status=revoked, "
        "location=http://crl.contoso.com/ca.crl, reason=superseded, position=0}"
    );
    CHECK(revoked.of("not-revoked")->message.find("superseded") != std::string::npos);
    auto forged = today();
    forged.signature = SignatureState::bad;
    CHECK(
        Judged({read(today()), read(forged, Status::revoked)}).text("not-revoked") ==
        "01 pass {status=good, locations=[http://crl.contoso.com/ca.crl]}"
    );
}

TEST_CASE("not-revoked: nobody vouches where there is nothing, or nothing of today") {
    CHECK(
        Judged({}).text("not-revoked") == "01 inconclusive: the certificate names no CRL and no "
                                          "OCSP location that could be asked {position=0}"
    );
    CHECK(
        Judged({failed(FetchOutcome::status)}).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://crl.contoso.com/ca.crl: it "
        "did not work {asked=[http://crl.contoso.com/ca.crl: it did not work], position=0}"
    );
    CHECK(
        Judged({read(list("2026-10-01", "2026-10-31"))}).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://crl.contoso.com/ca.crl: it "
        "ran out on 2026-10-31T00:00:00Z {asked=[http://crl.contoso.com/ca.crl: it ran out on "
        "2026-10-31T00:00:00Z], position=0}"
    );
    CHECK(
        Judged({delta(Status::good, "a")}).text("not-revoked") ==
        "01 inconclusive: the certificate names no CRL and no OCSP location that could be asked "
        "{position=0}"
    );
}

TEST_CASE("not-revoked: a delta revokes, and takes a hold back where it fits on the base") {
    CHECK(
        Judged({read(today()), delta(Status::revoked, "a")}).text("not-revoked") ==
        "01 fail: revoked (superseded), says http://crl.contoso.com/ca.crl {status=revoked, "
        "location=http://crl.contoso.com/ca.crl, reason=superseded, position=0}"
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "14")})
            .text("not-revoked") ==
        "01 pass {status=good, locations=[http://crl.contoso.com/ca.crl]}"
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "15")})
            .text("not-revoked") ==
        "01 fail: revoked (superseded), says http://crl.contoso.com/ca.crl {status=revoked, "
        "location=http://crl.contoso.com/ca.crl, reason=superseded, position=0}"
    );
    CHECK(
        Judged({read(today(), Status::revoked), delta(Status::removed, "114")})
            .text("not-revoked") ==
        "01 fail: revoked (superseded), says http://crl.contoso.com/ca.crl {status=revoked, "
        "location=http://crl.contoso.com/ca.crl, reason=superseded, position=0}"
    );
}

TEST_CASE("not-revoked: a responder's answer counts like a list, within its time and signature") {
    using enum SignatureState;
    CHECK(
        Judged({answer(Status::good, "2026-11-07", good)}).text("not-revoked") ==
        "01 pass {status=good, locations=[http://ocsp.contoso.com]}"
    );
    CHECK(
        Judged({answer(Status::good, "2026-10-31", good)}).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://ocsp.contoso.com: it ran out "
        "on 2026-10-31T00:00:00Z {asked=[http://ocsp.contoso.com: it ran out on "
        "2026-10-31T00:00:00Z], position=0}"
    );
    CHECK(
        Judged({answer(Status::good, "2026-11-07", bad)}).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://ocsp.contoso.com: its "
        "signature is not verified {asked=[http://ocsp.contoso.com: its signature is not "
        "verified], position=0}"
    );
    CHECK(
        Judged({answer(Status::unknown, "2026-11-07", good)}).text("not-revoked") ==
        "01 inconclusive: no source confirms that it is valid: http://ocsp.contoso.com: the "
        "responder does not know it {asked=[http://ocsp.contoso.com: the responder does not know "
        "it], position=0}"
    );
    CHECK(
        Judged({read(today()), answer(Status::revoked, "2026-11-07", good)}).text("not-revoked") ==
        "01 fail: revoked, says http://ocsp.contoso.com {status=revoked, "
        "location=http://ocsp.contoso.com, position=0}"
    );
    // No list was asked for: the rules about lists say nothing.
    CHECK(!Judged({answer(Status::good, "2026-11-07", good)}).verdict("crl-reachable"));
}
