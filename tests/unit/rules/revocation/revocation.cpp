// SPDX-License-Identifier: MIT
// Rules crl-reachable, crl-fresh, crl-signature and not-revoked, on facts.
#include "rules/revocation/revocation_facts.h"
#include "support/finding_text.h"
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

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

TEST_CASE("age: what is not of today, at each edge") {
    using std::chrono::seconds;
    const auto now = at("2026-11-01");
    const seconds second{1}, clocks{300}; // that machines of a domain may differ by
    struct Row {
        std::optional<Time> from, until, publish;
        std::string problem;
        bool stale;
    };
    const std::string undated = "it does not say when the next one is due";
    const Row rows[] = {
        {now + clocks, now, {}, "", false},
        {now + clocks + second, now, {}, "it is valid only from 2026-11-01T00:05:01Z on", true},
        {now, now - second, {}, "it ran out on 2026-10-31T23:59:59Z", true},
        {now, now, now, "", false},
        {now, now, now - second, "a newer one was due on 2026-10-31T23:59:59Z and is not there",
         false},
        {now, now - second, now - second, "it ran out on 2026-10-31T23:59:59Z", true},
        {now, {}, {}, undated, false},
        {now,
         {},
         now - second,
         "a newer one was due on 2026-10-31T23:59:59Z and is not there",
         false},
        {{}, now, {}, "it does not say when it was made", true}};
    for (const auto& row : rows) {
        CAPTURE(row.problem);
        auto facts = today();
        facts.this_update = row.from;
        facts.next_update = row.until;
        facts.next_publish = row.publish;
        const auto age = age_of(*read(facts).location, now);
        CHECK(age.problem == row.problem);
        CHECK(age.stale == row.stale);
        // A responder's answer without a next update is no worse for it (RFC 6960 4.2.2.1).
        FetchedLocation responder;
        responder.ocsp = OcspFacts{.this_update = row.from, .next_update = row.until};
        const auto said = age_of(responder, now);
        CHECK(said.problem == (row.stale ? row.problem : ""));
        CHECK(said.stale == row.stale);
    }
    CHECK(age_of(FetchedLocation{}, now).problem == "nothing was read");
    CHECK(age_of(FetchedLocation{}, now).stale);
}

TEST_CASE("revocation: a delta is one by where it was or by what came") {
    CHECK(is_delta(*delta(Status::good, "1").location));
    CHECK(is_delta(*read(today(), Status::good, LocationKind::delta_crl).location));
    auto misplaced = today();
    misplaced.base_number = "13";
    CHECK(is_delta(*read(misplaced).location));
    CHECK(!is_delta(*read(today()).location));
    CHECK(!is_delta(*failed(FetchOutcome::refused).location));
    for (const auto kind :
         {LocationKind::crl, LocationKind::delta_crl, LocationKind::ocsp, LocationKind::staple,
          LocationKind::ca_issuers})
        CHECK(
            is_list(*location(kind, FetchOutcome::ok)) ==
            (kind == LocationKind::crl || kind == LocationKind::delta_crl)
        );
    // In the place of the full list it says nothing good, and is called what it is.
    CHECK(Judged({read(misplaced)}).verdict("not-revoked") == Verdict::inconclusive);
    misplaced.next_update = at("2026-10-31");
    CHECK(Judged({read(misplaced)})
              .text("crl-fresh")
              .starts_with("01 fail: the delta CRL of http://crl.contoso.com/ca.crl: it ran out"));
}

TEST_CASE("crl-reachable: a wait as long as that of Windows is a dead location, a shorter one not"
) {
    for (const auto& [milliseconds, verdict] :
         {std::pair{14'249.0, Verdict::inconclusive}, {14'250.0, Verdict::fail}}) {
        auto where = location(LocationKind::crl, FetchOutcome::timeout);
        where->milliseconds = milliseconds;
        StatusSaid said;
        said.location = where;
        CHECK(Judged({said}).verdict("crl-reachable") == verdict);
    }
}

TEST_CASE("crl-reachable: directories without a host, deltas and members of the domain") {
    using enum FetchOutcome;
    for (const auto* url : {"ldap:///CN=CA", "ldaps:///CN=CA", "LDAP:///CN=CA"})
        CHECK(Judged({failed(refused, url)}).verdict("crl-reachable") == Verdict::inconclusive);
    for (const auto* url : {"http:///ca.crl", "ldap://dc/CN=CA"})
        CHECK(Judged({failed(refused, url)}).verdict("crl-reachable") == Verdict::fail);
    auto from_directory = read(today());
    from_directory.location = location(LocationKind::crl, ok, "ldap:///CN=CA");
    CHECK(Judged({from_directory}).verdict("crl-reachable") == Verdict::pass);
    // Members only, and something else that could not be asked.
    CHECK(Judged({failed(domain_member_only, "ldap:///CN=CA"), failed(unreachable)})
              .of("crl-reachable")
              ->message.starts_with("no CRL location could be asked from here: ldap:///CN=CA"));
    // A delta that cannot be asked from here says nothing; without '+' IIS is not the cause.
    const auto with_delta = [](FetchOutcome outcome) {
        return Judged({read(today()), failed(outcome, "http://a/d.crl", LocationKind::delta_crl)})
            .text("crl-reachable");
    };
    CHECK(with_delta(unreachable) == "01 pass {reached=[http://crl.contoso.com/ca.crl]}");
    CHECK(
        with_delta(refused) ==
        "01 warn: the CRL is there, its delta CRL is not: http://a/d.crl: it did not work "
        "{reached=[http://crl.contoso.com/ca.crl], dead_delta=[http://a/d.crl: it did not work], "
        "position=0}"
    );
    // A delta alone is no list.
    CHECK(
        Judged({read(today(), Status::good, LocationKind::delta_crl)}).verdict("crl-reachable") ==
        Verdict::inconclusive
    );
}

TEST_CASE(
    "crl-fresh and crl-signature: of several lists the worst is named, of equal ones the first"
) {
    const auto from = [](std::string url, CrlFacts facts) {
        auto said = read(std::move(facts));
        auto where = std::make_shared<FetchedLocation>(*said.location);
        where->url = std::move(url);
        said.location = std::move(where);
        return said;
    };
    const auto named = [](const Judged& judged, const char* rule) {
        return fmt::format(
            "{} {}", to_text(*judged.verdict(rule)), judged.of(rule)->evidence.text("crl")
        );
    };
    auto undated = today(), forged = today(), unknown = today();
    undated.next_update.reset();
    forged.signature = SignatureState::bad;
    unknown.signature = SignatureState::no_issuer;
    const auto gone = list("2026-10-01", "2026-10-31");
    for (const bool turned : {false, true}) {
        const auto pair = [&](CrlFacts a, CrlFacts b) {
            std::vector said{from("http://a", std::move(a)), from("http://b", std::move(b))};
            if (turned) std::swap(said[0], said[1]);
            return Judged(std::move(said));
        };
        const std::string first = turned ? "http://b" : "http://a";
        CHECK(named(pair(today(), gone), "crl-fresh") == "fail http://b");
        CHECK(named(pair(undated, gone), "crl-fresh") == "fail http://b");
        CHECK(named(pair(today(), undated), "crl-fresh") == "warn http://b");
        CHECK(named(pair(gone, gone), "crl-fresh") == "fail " + first);
        CHECK(named(pair(today(), today()), "crl-fresh") == "pass " + first);
        CHECK(named(pair(today(), forged), "crl-signature") == "fail http://b");
        CHECK(named(pair(unknown, forged), "crl-signature") == "fail http://b");
        CHECK(named(pair(today(), unknown), "crl-signature") == "inconclusive http://b");
        CHECK(named(pair(forged, forged), "crl-signature") == "fail " + first);
        CHECK(named(pair(today(), today()), "crl-signature") == "pass " + first);
    }
    // What was not read is passed over.
    CHECK(
        named(Judged({failed(FetchOutcome::refused), from("http://b", gone)}), "crl-fresh") ==
        "fail http://b"
    );
}

TEST_CASE("crl-signature: another CA's list is one by name, unless it is an indirect one") {
    const auto of = [](std::string issuer, std::string der, bool indirect, std::string unfit) {
        auto facts = today();
        facts.issuer = std::move(issuer);
        facts.issuer_der = std::move(der);
        facts.indirect = indirect;
        facts.signature = SignatureState::no_issuer;
        auto said = read(facts);
        said.unfit = std::move(unfit);
        return Judged({said}).verdict("crl-signature");
    };
    const auto ours = server().issuer;
    CHECK(of("CN=Fabrikam", "x", false, "another CA") == Verdict::fail);
    CHECK(of("CN=Fabrikam", "x", true, "another CA") == Verdict::inconclusive);
    CHECK(of("CN=Fabrikam", "x", false, "") == Verdict::inconclusive);
    CHECK(of(ours, "x", false, "another CA") == Verdict::inconclusive); // written otherwise
    CHECK(of("CN=Fabrikam", server().issuer_der, false, "y") == Verdict::inconclusive);
}

TEST_CASE("not-revoked: the fix for a CA is for its own cause") {
    const auto fix_of = [](std::string reason, std::size_t position) {
        auto said = read(today(), Status::revoked);
        said.reason = std::move(reason);
        Bench bench({server(), intermediate()});
        bench.context.now = at("2026-11-01");
        StatusMap statuses;
        statuses[bench.chain.presented[position]->sha256] = {.fetched = true, .said = {said}};
        bench.context.revocation = &statuses;
        return with_fix(bench.ask("not-revoked", position));
    };
    for (const std::string reason : {"keyCompromise", "cACompromise"})
        CHECK(
            fix_of(reason, 1) ==
            "02 fail: revoked (" + reason +
                "), says http://crl.contoso.com/ca.crl {status=revoked, "
                "location=http://crl.contoso.com/ca.crl, reason=" +
                reason +
                ", position=1} -> the key of the CA CN=Contoso Issuing CA is compromised: replace "
                "every certificate that it issued by one of another CA, and remove it from all "
                "stores"
        );
    for (const auto* reason : {"superseded", "aACompromise", ""})
        CHECK(
            fix_of(reason, 1).find("put the present certificate of the CA CN=Contoso Issuing CA") !=
            std::string::npos
        );
    for (const auto* reason : {"keyCompromise", "certificateHold"})
        CHECK(
            fix_of(reason, 0).ends_with(std::string(" -> ") + std::string(find("not-revoked")->fix))
        );
}

TEST_CASE("not-revoked: a hold is taken back by a delta that fits, is current and the CA's own") {
    struct Row {
        const char *from, *base;
        bool fits;
    };
    const auto hold = [](CrlFacts facts) { return read(std::move(facts), Status::revoked); };
    for (const auto& row :
         {Row{"14", "14", true}, Row{"13", "14", true}, Row{"15", "14", false},
          Row{"9", "14", true}, Row{"9f", "100", true}, Row{"100", "9f", false}}) {
        CAPTURE(row.from);
        CAPTURE(row.base);
        auto base = today();
        base.number = row.base;
        CHECK(
            Judged({hold(base), delta(Status::removed, row.from)}).verdict("not-revoked") ==
            (row.fits ? Verdict::pass : Verdict::fail)
        );
    }
    const auto by = [&](auto spoil) {
        auto taken_back = delta(Status::removed, "14");
        auto where = std::make_shared<FetchedLocation>(*taken_back.location);
        spoil(taken_back, *where);
        taken_back.location = std::move(where);
        return *Judged({hold(today()), taken_back}).verdict("not-revoked");
    };
    CHECK(by([](StatusSaid&, FetchedLocation&) {}) == Verdict::pass);
    CHECK(by([](StatusSaid&, FetchedLocation& l) {
              l.crl->next_update = at("2026-10-31");
          }) == Verdict::fail);
    CHECK(by([](StatusSaid&, FetchedLocation& l) {
              l.crl->next_publish = at("2026-10-31");
          }) == Verdict::pass); // overdue, and valid still
    CHECK(by([](StatusSaid&, FetchedLocation& l) { l.crl->base_number.reset(); }) == Verdict::fail);
    CHECK(by([](StatusSaid& s, FetchedLocation&) {
              s.signature = SignatureState::bad;
          }) == Verdict::fail);
    CHECK(by([](StatusSaid& s, FetchedLocation&) { s.unfit = "another CA's"; }) == Verdict::fail);
    CHECK(by([](StatusSaid& s, FetchedLocation&) { s.status = Status::good; }) == Verdict::fail);
    // Not what another delta or a responder says.
    CHECK(
        Judged({read(today()), delta(Status::revoked, "14"), delta(Status::removed, "14")})
            .verdict("not-revoked") == Verdict::fail
    );
    CHECK(
        Judged({answer(Status::revoked, "2026-11-07", SignatureState::good),
                delta(Status::removed, "14")})
            .verdict("not-revoked") == Verdict::fail
    );
    // Who takes back says nothing good by itself, wherever it was.
    CHECK(Judged({delta(Status::removed, "14")}).verdict("not-revoked") == Verdict::inconclusive);
    CHECK(Judged({read(today(), Status::removed)}).verdict("not-revoked") == Verdict::inconclusive);
}

TEST_CASE("not-revoked: who confirms nothing says why, in its own words where it has any") {
    const auto asked = [](StatusSaid said) {
        return list_of(Judged({said}).of("not-revoked")->evidence, "asked").at(0);
    };
    auto unfit = read(today());
    unfit.unfit = "it is the list of another CA";
    CHECK(asked(unfit) == "http://crl.contoso.com/ca.crl: it is the list of another CA");
    CHECK(asked(failed(FetchOutcome::refused)) == "http://crl.contoso.com/ca.crl: it did not work");
    auto lacking = answer(Status::good, "2026-11-07", SignatureState::bad);
    auto where = std::make_shared<FetchedLocation>(*lacking.location);
    where->ocsp->signature_text = "the responder's certificate lacks OCSP Signing";
    lacking.location = where;
    CHECK(
        asked(lacking) == "http://ocsp.contoso.com: the responder's certificate lacks OCSP Signing"
    );
    lacking.signature = SignatureState::not_allowed;
    CHECK(asked(lacking) == "http://ocsp.contoso.com: the CA that signed it may not sign CRLs");
    // A revocation that nobody signed is neither good nor bad; one that was signed says when.
    auto forged = today();
    forged.signature = SignatureState::bad;
    CHECK(Judged({read(forged, Status::revoked)}).verdict("not-revoked") == Verdict::inconclusive);
    auto stapled = answer(Status::revoked, "2026-11-07", SignatureState::good);
    where = std::make_shared<FetchedLocation>(*stapled.location);
    where->kind = LocationKind::staple;
    stapled.location = where;
    stapled.revoked_at = at("2026-10-02");
    CHECK(
        Judged({stapled}).text("not-revoked") ==
        "01 fail: revoked on 2026-10-02T00:00:00Z, says the stapled OCSP response {status=revoked, "
        "location=http://ocsp.contoso.com, revoked_at=2026-10-02T00:00:00Z, position=0}"
    );
    CHECK(Judged({stapled}).text("crl-fresh") == "none");
}
