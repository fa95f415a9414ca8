// SPDX-License-Identifier: MIT
// The rules about what a protocol answered: with and without a chain, each verdict.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

// Answered is a bench whose endpoint said something.
struct Answered {
    explicit Answered(Probe probe, bool with_chain = true) {
        bench.target.probe = probe;
        bench.seen.answer = &facts;
        bench.seen.answered_at = at("2026-11-25T12:00:00Z");
        if (!with_chain) bench.chain = {};
    }
    Finding ask(std::string_view rule) {
        // As the engine does: every rule over the chain, then the one that is asked for.
        FindingPool pool;
        const Rule* one = find(rule);
        const auto found = judge_by({&one, 1}, bench.chain, bench.ready(), pool);
        REQUIRE(found.size() == 1);
        return *found.front();
    }
    Verdict verdict(std::string_view rule) { return ask(rule).verdict; }

    Facts facts;
    Bench bench;
};

Certificate named(std::vector<std::string> dns) {
    auto certificate = server();
    certificate.san->dns = std::move(dns);
    return certificate;
}

} // namespace

TEST_CASE("answer rules: say nothing where nothing was answered, and need no chain") {
    Bench bench;
    FindingPool pool;
    const Rule* rule = find("not-refused");
    CHECK(judge_by({&rule, 1}, bench.chain, bench.ready(), pool).empty());
    Answered edge(Probe::av_edge, false);
    edge.facts.set("status", std::int64_t{401});
    CHECK(edge.verdict("not-refused") == Verdict::pass);
    CHECK(edge.verdict("revealed-name") == Verdict::not_applicable);
    CHECK(edge.verdict("xmpp-domain") == Verdict::not_applicable);
}

TEST_CASE("clock-skew: a minute passes, more warns, more than five fail, nonsense is inconclusive"
) {
    Answered sip(Probe::sip);
    sip.facts.set("server", std::string("RTC/5.0"));
    CHECK(sip.verdict("clock-skew") == Verdict::not_applicable);
    const auto with_date = [&](std::string_view date) {
        sip.facts.set("date", std::string(date));
        return sip.ask("clock-skew");
    };
    CHECK(with_date("Wed, 25 Nov 2026 12:00:00 GMT").verdict == Verdict::pass);
    CHECK(with_date("Wed, 25 Nov 2026 11:59:00 GMT").verdict == Verdict::pass);
    const auto behind = with_date("Wed, 25 Nov 2026 11:58:59 GMT");
    CHECK(behind.verdict == Verdict::warn);
    CHECK(number_of(behind.evidence, "skew_seconds") == -61);
    CHECK(behind.message == "its clock is 61s behind ours");
    CHECK(with_date("Wed, 25 Nov 2026 12:05:00 GMT").verdict == Verdict::warn);
    const auto ahead = with_date("Wed, 25 Nov 2026 12:05:01 GMT");
    CHECK(ahead.verdict == Verdict::fail);
    CHECK(number_of(ahead.evidence, "skew_seconds") == 301);
    CHECK(with_date("yesterday").verdict == Verdict::inconclusive);
}

TEST_CASE("product-version: an older answer than the declared product warns, a newer one passes") {
    Answered sip(Probe::sip);
    sip.facts.set("product", std::string("Lync Server 2010"));
    CHECK(sip.verdict("product-version") == Verdict::not_applicable);
    sip.bench.target.product = Product::lync_2013;
    const auto old = sip.ask("product-version");
    CHECK(old.verdict == Verdict::warn);
    CHECK(old.message.find("Lync Server 2010") != std::string::npos);
    sip.facts.set("product", std::string("Lync Server 2013"));
    CHECK(sip.verdict("product-version") == Verdict::pass);
    sip.facts.set("product", std::string("Skype for Business Server 2019"));
    CHECK(sip.verdict("product-version") == Verdict::pass);
    sip.facts.set("product", std::string("UCMA application"));
    CHECK(sip.verdict("product-version") == Verdict::not_applicable);
}

TEST_CASE("revealed-name: a registrar's own name stands in its certificate, letter by letter") {
    Answered sip(Probe::sip);
    sip.bench = Bench({named({"pool.contoso.com", "fe01.contoso.com"})});
    sip.bench.target.probe = Probe::sip;
    sip.bench.seen.answer = &sip.facts;
    sip.facts.set("target_name", std::string("FE01.contoso.com"));
    CHECK(sip.verdict("revealed-name") == Verdict::not_applicable); // nobody said what it is
    sip.bench.target.role = Role::front_end;
    CHECK(sip.verdict("revealed-name") == Verdict::pass);
    sip.facts.set("target_name", std::string("fe02.contoso.com"));
    CHECK(sip.verdict("revealed-name") == Verdict::fail);
    sip.bench.chain = Bench({named({"*.contoso.com"})}).chain;
    CHECK(sip.ask("revealed-name").message.find("wildcard") != std::string::npos);
    // What an Access Edge tells is the name of the pool behind it.
    sip.bench.target.role = Role::edge;
    CHECK(sip.verdict("revealed-name") == Verdict::not_applicable);
}

TEST_CASE("revealed-name: only the internal web site must have the server's name") {
    Answered web(Probe::https);
    web.bench.chain = Bench({named({"*.contoso.com"})}).chain;
    web.facts.set("server_fqdn", std::string("fe01.contoso.com"));
    CHECK(web.verdict("revealed-name") == Verdict::not_applicable);
    web.bench.target.use = CertificateUse::web_services_internal;
    CHECK(web.verdict("revealed-name") == Verdict::pass);
    web.facts.set("server_fqdn", std::string("fe01.fabrikam.com"));
    CHECK(web.verdict("revealed-name") == Verdict::fail);
}

TEST_CASE("not-refused: a refusal is a warning that says who has to change what") {
    Answered partner(Probe::federation);
    partner.facts.set("status", std::int64_t{200});
    CHECK(partner.verdict("not-refused") == Verdict::pass);
    partner.facts.set("refusal", std::string("the partner's Edge refuses our domain"));
    partner.facts.set("remedy", std::string("they allow our domain"));
    const auto refused = partner.ask("not-refused");
    CHECK(refused.verdict == Verdict::warn);
    CHECK(refused.message == "the partner's Edge refuses our domain. To do: they allow our domain");
    CHECK(refused.evidence.text("remedy") == "they allow our domain");
    partner.facts.set("refusal_expected", true);
    CHECK(partner.verdict("not-refused") == Verdict::pass);
}

TEST_CASE("xmpp-domain: the bare domain, and no wildcard in its place") {
    Answered xmpp(Probe::xmpp);
    xmpp.facts.set("starttls", std::string("offered"));
    CHECK(xmpp.verdict("xmpp-domain") == Verdict::not_applicable); // no domain was asked about
    xmpp.bench.target.sip_domain = "contoso.com";
    CHECK(xmpp.verdict("xmpp-domain") == Verdict::fail); // sip.contoso.com alone
    xmpp.bench.chain = Bench({named({"sip.contoso.com", "contoso.com"})}).chain;
    CHECK(xmpp.verdict("xmpp-domain") == Verdict::pass);
    xmpp.bench.target.probe = Probe::sip;
    CHECK(xmpp.verdict("xmpp-domain") == Verdict::not_applicable);
}

TEST_CASE("av-edge-address: the Edge's own address is the one that was probed") {
    Answered edge(Probe::av_edge, false);
    edge.facts.set("status", std::int64_t{401});
    CHECK(edge.verdict("av-edge-address") == Verdict::not_applicable);
    edge.bench.seen.address = parse_address("192.0.2.7");
    edge.facts.set("alternate_server", std::string("192.0.2.7:443"));
    CHECK(edge.verdict("av-edge-address") == Verdict::pass);
    edge.facts.set("alternate_server", std::string("10.1.1.7:443"));
    const auto other = edge.ask("av-edge-address");
    CHECK(other.verdict == Verdict::warn);
    CHECK(other.message.find("192.0.2.7") != std::string::npos);
    CHECK(other.message.find("10.1.1.7") != std::string::npos);
    edge.facts.set("alternate_server", std::string("[2001:db8::7]:443"));
    CHECK(edge.verdict("av-edge-address") == Verdict::warn);
    edge.facts.set("alternate_server", std::string("nonsense"));
    CHECK(edge.verdict("av-edge-address") == Verdict::inconclusive);
}

TEST_CASE("autodiscover-answer: a document or a redirect inside the domain, nothing else") {
    Answered web(Probe::autodiscover);
    web.facts.set("status", std::int64_t{404});
    web.facts.set("reason", std::string("Not Found"));
    const auto none = web.ask("autodiscover-answer");
    CHECK(none.verdict == Verdict::fail);
    CHECK(none.message.find("404 Not Found") != std::string::npos);
    web.facts.set("formats", std::vector<std::string>{"xml"});
    CHECK(web.verdict("autodiscover-answer") == Verdict::pass);
    web.facts.set("redirect", std::string("https://lyncdiscover.contoso.com/"));
    web.facts.set("redirect_other_domain", false);
    CHECK(web.verdict("autodiscover-answer") == Verdict::pass);
    web.facts.set("redirect_other_domain", true);
    CHECK(web.verdict("autodiscover-answer") == Verdict::fail);
    web.facts.set("redirect_other_domain", false);
    web.facts.set("document_problem", std::string("it is HTML"));
    CHECK(web.verdict("autodiscover-answer") == Verdict::pass); // another form of it is good
    web.facts.set("formats", std::vector<std::string>{});
    CHECK(web.verdict("autodiscover-answer") == Verdict::pass); // sent on within the domain
    Answered other(Probe::autodiscover);
    other.facts.set("document_problem", std::string("it is HTML"));
    CHECK(other.ask("autodiscover-answer").message.find("it is HTML") != std::string::npos);
    Answered blind(Probe::autodiscover); // asked by address: no domain to compare with
    blind.facts.set("redirect", std::string("https://lyncweb.contoso.com/"));
    CHECK(blind.verdict("autodiscover-answer") == Verdict::inconclusive);
    web.bench.target.probe = Probe::https;
    CHECK(web.verdict("autodiscover-answer") == Verdict::not_applicable);
}
