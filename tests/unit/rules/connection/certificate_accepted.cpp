// SPDX-License-Identifier: MIT
// client-certificate-accepted and own-certificate-usage: every alert, every way of having none.
#include "rules/connection/refusal.h"
#include "unit/rules/connection/endings.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using O = Outcome;
using S = Stage;
using V = Verdict;

// Ours was sent and refused with this alert; 0: without one.
End refused_with(std::uint8_t code, std::string refusal = "received fatal alert") {
    End end(O::client_certificate_rejected, S::client_auth);
    auto& facts = end.asked();
    facts.identity_offered = true;
    facts.presented = "ab";
    facts.accepted = false;
    facts.refusal = std::move(refusal);
    if (code != 0) end.alert(code);
    return end;
}

Chain ours(Certificate leaf, Certificate issuer) {
    Chain out;
    out.presented = {std::make_shared<Certificate>(std::move(leaf))};
    out.path.path = {out.presented.front(), std::make_shared<Certificate>(std::move(issuer))};
    return out;
}

Certificate with_eku(Certificate certificate, std::vector<std::string> eku) {
    certificate.eku = std::move(eku);
    return certificate;
}

} // namespace

TEST_CASE("client-certificate-accepted: each alert has its cause, side and fix") {
    for (const auto& [code, cause, side] :
         std::initializer_list<std::tuple<std::uint8_t, const char*, const char*>>{
             {40, "handshake_failure", "either"},
             {41, "no_certificate", "either"},
             {42, "bad_certificate", "either"},
             {43, "unsupported_certificate", "either"},
             {44, "certificate_revoked", "ours"},
             {45, "certificate_expired", "ours"},
             {46, "certificate_unknown", "either"},
             {47, "illegal_parameter", "either"},
             {48, "unknown_ca", "theirs"},
             {49, "access_denied", "theirs"},
             {50, "decode_error", "either"},
             {51, "decrypt_error", "either"},
             {80, "internal_error", "theirs"},
             {116, "certificate_required", "either"}}) {
        CAPTURE(cause);
        const auto finding = refused_with(code).ask(kAccepted);
        CHECK(finding.verdict == V::fail);
        CHECK(finding.evidence.text("cause") == cause);
        CHECK(finding.evidence.text("side") == side);
        CHECK(finding.message.find("ends the handshake after") == std::string::npos);
        CHECK_FALSE(finding.fix.empty());
    }
    CHECK(
        refused_with(0, "connection reset right after our Finished")
            .ask(kAccepted)
            .evidence.text("cause") == "reset"
    );
    CHECK(
        refused_with(0, "connection closed right after our Finished")
            .ask(kAccepted)
            .evidence.text("cause") == "closed"
    );
}

TEST_CASE("client-certificate-accepted: alert 43 names what lacks client authentication") {
    const auto both = std::vector<std::string>{kServer, kClient};
    const auto server_only = std::vector<std::string>{kServer};
    struct Case {
        std::vector<std::string> leaf, issuer;
        const char* named;
    };
    for (const auto& one :
         {Case{server_only, both, "our certificate is not for client"},
          Case{both, server_only, "its CA"}, Case{both, both, ""}}) {
        const auto chain = ours(with_eku(server(), one.leaf), with_eku(intermediate(), one.issuer));
        auto end = refused_with(43);
        end.bench.seen.ours = &chain;
        const auto finding = end.ask(kAccepted);
        CHECK(finding.evidence.text("side") == (*one.named ? "ours" : "either"));
        CHECK(
            finding.message.find(*one.named ? one.named : "no certificate of this kind") !=
            std::string::npos
        );
    }
}

TEST_CASE("client-certificate-accepted: an issuer that is not on the list is said") {
    auto end = refused_with(48);
    auto facts = *end.row.main.client_certificate;
    facts.ca_names_count = 12;
    facts.issuer_in_ca_names = false;
    end.row.main.client_certificate = std::make_shared<ClientCertificateFacts>(facts);
    CHECK(end.ask(kAccepted).message.find("not among the 12") != std::string::npos);
    facts.issuer_in_ca_names = true;
    end.row.main.client_certificate = std::make_shared<ClientCertificateFacts>(facts);
    CHECK(end.ask(kAccepted).message.find("among") == std::string::npos);
}

TEST_CASE("client-certificate-accepted: a stranger to the topology is meant to be refused") {
    auto end = refused_with(48);
    end.bench.seen.stranger = true;
    const auto finding = end.ask(kAccepted);
    CHECK(finding.verdict == V::warn);
    CHECK(finding.fix.find("expect: client-certificate-refused") != std::string::npos);
}

TEST_CASE("client-certificate-accepted: taken, not asked for, wanted and not given, not sent") {
    End taken(O::ok, S::done);
    taken.asked().identity_offered = true;
    auto facts = *taken.row.main.client_certificate;
    facts.presented = "ab";
    facts.accepted = true;
    facts.ca_names_count = 3;
    facts.issuer_in_ca_names = false; // client-ca-names warns
    taken.row.main.client_certificate = std::make_shared<ClientCertificateFacts>(facts);
    CHECK(taken.verdict(kAccepted) == V::pass);

    CHECK(End(O::ok, S::done).verdict(kAccepted) == V::not_applicable);
    End optional(O::ok, S::done);
    optional.asked().required = false;
    CHECK(optional.verdict(kAccepted) == V::not_applicable);

    for (const auto mutual : {Mutual::automatic, Mutual::none}) {
        End wanted(O::client_certificate_required, S::client_auth);
        wanted.asked().required = true;
        wanted.bench.target.mutual = mutual;
        const auto finding = wanted.ask(kAccepted);
        CHECK(finding.verdict == V::inconclusive);
        CHECK(finding.fix.find("--cert FILE --key FILE") != std::string::npos);
    }

    End not_sent(O::client_certificate_required, S::client_auth);
    auto& its = not_sent.asked();
    its.required = true;
    its.identity_offered = true;
    const auto finding = not_sent.ask(kAccepted);
    CHECK(finding.verdict == V::fail);
    CHECK(finding.evidence.text("cause") == "not_sent");

    End cut(O::timeout, S::conversation);
    auto& unknown = cut.asked();
    unknown.identity_offered = true;
    unknown.presented = "ab";
    CHECK(cut.verdict(kAccepted) == V::inconclusive);
}

TEST_CASE("client-certificate-accepted: of two attempts the one with our certificate decides") {
    End end(O::ok, S::done);
    end.asked().required = false;
    auto with = refused_with(48);
    with.row.main.role = AttemptRole::primary;
    end.row.variants.push_back(with.row.main);
    CHECK(end.verdict(kAccepted) == V::fail);
    CHECK(end.verdict(kReachable) == V::pass);
}

TEST_CASE("client-certificate-accepted: HTTP refuses what TLS took") {
    End end(O::ok, S::done, Probe::https);
    auto& facts = end.asked();
    facts.identity_offered = true;
    facts.presented = "ab";
    facts.accepted = false;
    facts.refusal = "GET / with 400 Bad Request: it does not accept ours";
    const auto finding = end.ask(kAccepted);
    CHECK(finding.verdict == V::fail);
    CHECK(finding.evidence.text("cause") == "http");
}

TEST_CASE("client-certificate-accepted: an expected refusal passes, and everything else fails") {
    const auto expecting = [](End end) {
        end.bench.target.expect = Expectation::client_certificate_refused;
        return end.verdict(kAccepted);
    };
    CHECK(expecting(refused_with(48)) == V::pass);
    CHECK(expecting(End(O::ok, S::done)) == V::fail); // nobody was asked
    End taken(O::ok, S::done);
    auto& facts = taken.asked();
    facts.identity_offered = true;
    facts.presented = "ab";
    facts.accepted = true;
    CHECK(expecting(taken) == V::fail);
    End none_given(O::client_certificate_required, S::client_auth);
    none_given.asked().required = true;
    CHECK(expecting(none_given) == V::inconclusive);
}

TEST_CASE("own-certificate-usage: client authentication in ours and in every CA of the path") {
    const auto both = std::vector<std::string>{kServer, kClient};
    const auto verdict_of = [](const std::optional<std::vector<std::string>>& leaf,
                               const std::optional<std::vector<std::string>>& issuer) {
        auto certificate = server(), ca = intermediate();
        certificate.eku = leaf;
        ca.eku = issuer;
        Bench bench({certificate, ca});
        bench.context.own_identity = true;
        return bench.verdict("own-certificate-usage");
    };
    CHECK(verdict_of(both, both) == V::pass);
    CHECK(verdict_of(std::nullopt, std::nullopt) == V::pass);
    CHECK(verdict_of(both, std::nullopt) == V::pass);
    CHECK(verdict_of({{kServer}}, both) == V::warn);
    CHECK(verdict_of(both, {{kServer}}) == V::warn);
    CHECK(verdict_of({{"2.5.29.37.0"}}, both) == V::warn); // OpenSSL wants it by name
}

TEST_CASE("own-certificate-usage: of files only for roles that connect out") {
    for (const auto& role : words<Role>()) {
        auto certificate = server();
        certificate.eku = std::vector<std::string>{kServer};
        Bench bench({certificate});
        bench.target.role = role.value;
        bench.target.role_given = true;
        bench.ready();
        bench.context.observed = nullptr;
        const bool out = role.value == Role::edge || role.value == Role::mediation ||
                         role.value == Role::gateway || role.value == Role::partner;
        const auto verdict =
            judge_one(own_certificate_usage, {bench.chain, 0, bench.context}).verdict;
        CHECK(verdict == (out ? V::warn : V::not_applicable));
    }
}

TEST_CASE("refusal: only unknown_ca is about the root, and only alerts of a refusal are known") {
    for (int code = 1; code < 256; ++code) {
        CAPTURE(code);
        const auto end = refused_with(static_cast<std::uint8_t>(code));
        CHECK(explain_refusal(end.row.main, nullptr).root == (code == 48));
    }
    const auto other = explain_refusal(refused_with(20).row.main, nullptr);
    CHECK(other.clause == "it ends the handshake after our certificate");
    CHECK(other.side == Party::either);
    CHECK(other.fix.starts_with("their System log (source Schannel)"));
    // A warning, and what we sent ourselves, are no refusal's alert.
    for (const auto& [received, fatal] : {std::pair{true, false}, {false, true}}) {
        auto end = refused_with(48);
        auto facts = std::make_shared<TlsFacts>(*end.row.main.tls);
        facts->alerts = {{.received = received, .fatal = fatal, .code = 48}};
        end.row.main.tls = facts;
        CHECK(explain_refusal(end.row.main, nullptr).cause == "closed");
    }
}

TEST_CASE("refusal: what was refused, by its outcome or by what HTTP said") {
    AttemptRow attempt;
    CHECK(!refused(attempt));
    attempt.outcome = O::client_certificate_rejected;
    CHECK(refused(attempt));
    attempt.outcome = O::ok;
    for (const auto accepted : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
        auto facts = std::make_shared<ClientCertificateFacts>();
        facts->accepted = accepted;
        attempt.client_certificate = facts;
        CHECK(refused(attempt) == (accepted == false));
    }
}

TEST_CASE("refusal: a list of issuers without ours, and one about as long as Windows cuts it") {
    ClientCertificateFacts facts{.issuer_in_ca_names = false};
    CHECK(unlisted_text(facts).empty());
    facts.ca_names_count = 1;
    CHECK(
        unlisted_text(facts) ==
        "the issuer of our certificate is not among the 1 that it says it accepts"
    );
    const std::pair<std::uint32_t, bool> sizes[] = {
        {15'871, false}, {15'872, true}, {16'384, true}, {16'896, true}, {16'897, false}};
    for (const auto& [bytes, cut] : sizes) {
        facts.ca_names_bytes = bytes;
        CHECK((unlisted_text(facts).find("cut by Windows") != std::string::npos) == cut);
    }
    facts.issuer_in_ca_names = true;
    CHECK(unlisted_text(facts).empty());
}

TEST_CASE("refusal: client authentication that lacks, without a path and for other alerts") {
    auto chain = ours(with_eku(server(), {kServer}), intermediate());
    CHECK(without_client_authentication(chain) == "our certificate");
    chain.path.path.clear();
    CHECK(without_client_authentication(chain) == "our certificate");
    chain = ours(server(), with_eku(intermediate(), {kServer}));
    CHECK(without_client_authentication(chain) == "our certificate"); // server() is for servers
    auto leaf = server();
    leaf.eku.reset();
    chain = ours(leaf, with_eku(intermediate(), {kServer}));
    CHECK(without_client_authentication(chain) == "its CA CN=Contoso Issuing CA");
    for (const auto code : std::initializer_list<std::uint8_t>{42, 43, 44}) {
        auto end = refused_with(code);
        const bool named =
            explain_refusal(end.row.main, &chain).clause.find("its CA") != std::string::npos;
        CHECK(named == (code == 43));
    }
    CHECK(
        explain_refusal(refused_with(0).row.main, &chain).clause.find("its CA") == std::string::npos
    );
}

TEST_CASE("client-certificate-accepted: the whole finding in each case without a refusal") {
    const auto text = [](auto spoil, Mutual mutual = Mutual::automatic) {
        End end(O::ok, S::done);
        spoil(end.asked());
        end.bench.target.mutual = mutual;
        return text_of(end.ask(kAccepted));
    };
    CHECK(
        text([](auto& f) { f.identity_offered = true; }) ==
        "inconclusive: ours was not sent, since the server takes no such key or signature; it "
        "went on without one"
    );
    CHECK(text([](auto& f) {
              f.required = false;
          }) == "not_applicable: it asks for a client certificate and goes on without one");
    CHECK(text([](auto&) {
          }) == "not_applicable: it asks for a client certificate and goes on without one");
    const std::string demands = "inconclusive: demands a client certificate, and ";
    CHECK(text([](auto& f) { f.required = true; }).starts_with(demands + "none was given, so"));
    CHECK(text([](auto& f) { f.required = true; }, Mutual::none)
              .starts_with(demands + "this target is set to offer none, so"));
    CHECK(text([](auto& f) { f.presented = "ab"; }
    ).starts_with("inconclusive: our certificate was sent, and the connection ended"));
    CHECK(text([](auto& f) {
              f.presented = "ab";
              f.accepted = true;
          }) == "pass");
}

TEST_CASE("client-certificate-accepted: which attempt decides, by its role") {
    for (const auto& role : words<AttemptRole>()) {
        CAPTURE(role.text);
        End end(O::ok, S::done);
        end.asked().required = false;
        auto with = refused_with(48);
        with.row.main.role = role.value;
        end.row.variants.push_back(with.row.main);
        CHECK(end.verdict(kAccepted) == (has_own_sni(role.value) ? V::fail : V::not_applicable));
        // What the main attempt showed is not overruled.
        auto facts = std::make_shared<ClientCertificateFacts>();
        facts->requested = facts->identity_offered = true;
        facts->presented = "ab";
        facts->accepted = true;
        end.row.main.client_certificate = facts;
        CHECK(end.verdict(kAccepted) == V::pass);
    }
}

TEST_CASE("client-certificate-accepted: an expected refusal needs a connection that came up") {
    const auto expecting = [](End end) {
        end.bench.target.expect = Expectation::client_certificate_refused;
        return text_of(end.ask(kAccepted));
    };
    CHECK(
        expecting(refused_with(48)) ==
        "pass: refuses our certificate, as expected {cause=unknown_ca}"
    );
    CHECK(
        expecting(End(O::ok, S::done)) ==
        "fail: asks for no client certificate, where it is expected to refuse ours"
    );
    CHECK(expecting(End(O::refused, S::connect)).starts_with("not_applicable"));
    End cut(O::reset, S::handshake);
    cut.row.main.tls = std::make_shared<TlsFacts>();
    CHECK(expecting(cut).starts_with("not_applicable"));
    End taken(O::ok, S::done);
    auto& facts = taken.asked();
    facts.identity_offered = true;
    facts.presented = "ab";
    facts.accepted = true;
    CHECK(expecting(taken) == "fail: takes our certificate, where it is expected to refuse it");
    End unknown(O::timeout, S::conversation);
    unknown.asked().presented = "ab";
    CHECK(expecting(unknown).starts_with("inconclusive"));
    CHECK(End(O::ok, S::done).verdict(kAccepted) == V::not_applicable); // nothing was expected
}
