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
    CHECK(text_of(edge.ask("not-refused")) == "pass");
    CHECK(text_of(edge.ask("revealed-name")) == "not_applicable: no certificate was presented");
    CHECK(text_of(edge.ask("xmpp-domain")) == "not_applicable: no XMPP port");
}

TEST_CASE("clock-skew: a minute passes, more warns, more than five fail, nonsense is inconclusive"
) {
    Answered sip(Probe::sip);
    sip.facts.set("server", std::string("RTC/5.0"));
    CHECK(text_of(sip.ask("clock-skew")) == "not_applicable: its answer has no date");
    const auto with_date = [&](std::string_view date) {
        sip.facts.set("date", std::string(date));
        return sip.ask("clock-skew");
    };
    CHECK(
        text_of(with_date("Wed, 25 Nov 2026 12:00:00 GMT")) ==
        "pass {date=Wed, 25 Nov 2026 12:00:00 GMT, skew_seconds=0}"
    );
    CHECK(
        text_of(with_date("Wed, 25 Nov 2026 11:59:00 GMT")) ==
        "pass {date=Wed, 25 Nov 2026 11:59:00 GMT, skew_seconds=-60}"
    );
    const auto behind = with_date("Wed, 25 Nov 2026 11:58:59 GMT");
    CHECK(
        text_of(behind) ==
        "warn: its clock is 61s behind ours {date=Wed, 25 Nov 2026 11:58:59 GMT, skew_seconds=-61}"
    );
    CHECK(number_of(behind.evidence, "skew_seconds") == -61);
    CHECK(behind.message == "its clock is 61s behind ours");
    CHECK(
        text_of(with_date("Wed, 25 Nov 2026 12:05:00 GMT")) ==
        "warn: its clock is 5m ahead of ours {date=Wed, 25 Nov 2026 12:05:00 GMT, skew_seconds=300}"
    );
    const auto ahead = with_date("Wed, 25 Nov 2026 12:05:01 GMT");
    CHECK(
        text_of(ahead) == "fail: its clock is 301s ahead of ours {date=Wed, 25 Nov 2026 12:05:01 "
                          "GMT, skew_seconds=301}"
    );
    CHECK(number_of(ahead.evidence, "skew_seconds") == 301);
    CHECK(
        text_of(with_date("yesterday")) == "inconclusive: the date in its answer cannot be read; "
                                           "look at the server's clock {date=yesterday}"
    );
}

TEST_CASE("product-version: an older answer than the declared product warns, a newer one passes") {
    Answered sip(Probe::sip);
    sip.facts.set("product", std::string("Lync Server 2010"));
    CHECK(
        text_of(sip.ask("product-version")) ==
        "not_applicable: the target list does not say which product runs there (product:)"
    );
    sip.bench.target.product = Product::lync_2013;
    const auto old = sip.ask("product-version");
    CHECK(
        text_of(old) == "warn: answers as Lync Server 2010, and Lync Server 2013 is said to run "
                        "there {seen=Lync Server 2010, expected=Lync Server 2013}"
    );
    CHECK(old.message.find("Lync Server 2010") != std::string::npos);
    sip.facts.set("product", std::string("Lync Server 2013"));
    CHECK(
        text_of(sip.ask("product-version")) ==
        "pass {seen=Lync Server 2013, expected=Lync Server 2013}"
    );
    sip.facts.set("product", std::string("Skype for Business Server 2019"));
    CHECK(
        text_of(sip.ask("product-version")) ==
        "pass {seen=Skype for Business Server 2019, expected=Lync Server 2013}"
    );
    sip.facts.set("product", std::string("UCMA application"));
    CHECK(
        text_of(sip.ask("product-version")) ==
        "not_applicable: its answer does not name the product"
    );
}

TEST_CASE("revealed-name: a registrar's own name stands in its certificate, letter by letter") {
    Answered sip(Probe::sip);
    sip.bench = Bench({named({"pool.contoso.com", "fe01.contoso.com"})});
    sip.bench.target.probe = Probe::sip;
    sip.bench.seen.answer = &sip.facts;
    sip.facts.set("target_name", std::string("FE01.contoso.com"));
    CHECK(
        text_of(sip.ask("revealed-name")) ==
        "not_applicable: its answer has no name that this certificate must have"
    ); // nobody said what it is
    sip.bench.target.role = Role::front_end;
    CHECK(text_of(sip.ask("revealed-name")) == "pass {name=FE01.contoso.com}");
    sip.facts.set("target_name", std::string("fe02.contoso.com"));
    CHECK(
        text_of(sip.ask("revealed-name")) ==
        "fail: the server calls itself fe02.contoso.com, which its certificate does not cover "
        "{name=fe02.contoso.com}"
    );
    sip.bench.chain = Bench({named({"*.contoso.com"})}).chain;
    CHECK(sip.ask("revealed-name").message.find("wildcard") != std::string::npos);
    // What an Access Edge tells is the name of the pool behind it.
    sip.bench.target.role = Role::edge;
    CHECK(
        text_of(sip.ask("revealed-name")) ==
        "not_applicable: its answer has no name that this certificate must have"
    );
}

TEST_CASE("revealed-name: only the internal web site must have the server's name") {
    Answered web(Probe::https);
    web.bench.chain = Bench({named({"*.contoso.com"})}).chain;
    web.facts.set("server_fqdn", std::string("fe01.contoso.com"));
    CHECK(
        text_of(web.ask("revealed-name")) ==
        "not_applicable: its answer has no name that this certificate must have"
    );
    web.bench.target.use = CertificateUse::web_services_internal;
    CHECK(text_of(web.ask("revealed-name")) == "pass {name=fe01.contoso.com}");
    web.facts.set("server_fqdn", std::string("fe01.fabrikam.com"));
    CHECK(
        text_of(web.ask("revealed-name")) ==
        "fail: the server calls itself fe01.fabrikam.com, which its certificate does not cover "
        "{name=fe01.fabrikam.com}"
    );
}

TEST_CASE("not-refused: a refusal is a warning that says who has to change what") {
    Answered partner(Probe::federation);
    partner.facts.set("status", std::int64_t{200});
    CHECK(text_of(partner.ask("not-refused")) == "pass");
    partner.facts.set("refusal", std::string("the partner's Edge refuses our domain"));
    partner.facts.set("remedy", std::string("they allow our domain"));
    const auto refused = partner.ask("not-refused");
    CHECK(
        text_of(refused) == "warn: the partner's Edge refuses our domain. To do: they allow our "
                            "domain {remedy=they allow our domain}"
    );
    CHECK(refused.message == "the partner's Edge refuses our domain. To do: they allow our domain");
    CHECK(refused.evidence.text("remedy") == "they allow our domain");
    partner.facts.set("refusal_expected", true);
    CHECK(
        text_of(partner.ask("not-refused")) ==
        "pass: the partner's Edge refuses our domain {remedy=they allow our domain}"
    );
}

TEST_CASE("not-refused: what a web server says about our certificate is said once") {
    Answered web(Probe::https);
    web.facts.set("refusal", std::string("no required SSL certificate"));
    EndpointRow row;
    auto certificate = std::make_shared<ClientCertificateFacts>();
    certificate->accepted = false;
    certificate->refusal = "GET / with 400 Bad Request: no required SSL certificate";
    row.main.client_certificate = certificate;
    web.bench.seen.row = &row;
    CHECK(
        text_of(web.ask("not-refused")) ==
        "not_applicable: client-certificate-accepted judges this refusal"
    );
    web.facts.set("refusal", std::string("the proxy refuses this path"));
    CHECK(web.ask("not-refused").verdict == Verdict::warn);
    certificate->accepted.reset();
    certificate->refusal = "the proxy refuses this path";
    CHECK(web.ask("not-refused").verdict == Verdict::warn);
}

TEST_CASE("xmpp-domain: the bare domain, and no wildcard in its place") {
    Answered xmpp(Probe::xmpp);
    xmpp.facts.set("starttls", std::string("offered"));
    CHECK(
        text_of(xmpp.ask("xmpp-domain")) == "not_applicable: no domain was asked about"
    ); // no domain was asked about
    xmpp.bench.target.sip_domain = "contoso.com";
    CHECK(
        text_of(xmpp.ask("xmpp-domain")) ==
        "fail: the certificate does not have the bare domain contoso.com, which XMPP partners look "
        "for {domain=contoso.com}"
    ); // sip.contoso.com alone
    xmpp.bench.chain = Bench({named({"sip.contoso.com", "contoso.com"})}).chain;
    CHECK(text_of(xmpp.ask("xmpp-domain")) == "pass {domain=contoso.com}");
    xmpp.bench.target.probe = Probe::sip;
    CHECK(text_of(xmpp.ask("xmpp-domain")) == "not_applicable: no XMPP port");
}

TEST_CASE("xmpp-domain and revealed-name: names beyond the limit are not absent") {
    auto certificate = named({"sip.contoso.com", "*.contoso.com"});
    certificate.san->beyond = 1;
    Answered xmpp(Probe::xmpp);
    xmpp.facts.set("starttls", std::string("offered"));
    xmpp.bench.target.sip_domain = "contoso.com";
    xmpp.bench.chain = Bench({certificate}).chain;
    CHECK(xmpp.verdict("xmpp-domain") == Verdict::inconclusive);
    Answered web(Probe::https);
    web.bench.chain = Bench({certificate}).chain;
    web.bench.target.use = CertificateUse::web_services_internal;
    web.facts.set("server_fqdn", std::string("fe01.fabrikam.com"));
    CHECK(web.verdict("revealed-name") == Verdict::inconclusive);
    web.facts.set("server_fqdn", std::string("fe01.contoso.com")); // by a wildcard
    CHECK(web.verdict("revealed-name") == Verdict::pass);
}

TEST_CASE("av-edge-address: the Edge's own address is the one that was probed") {
    Answered edge(Probe::av_edge, false);
    edge.facts.set("status", std::int64_t{401});
    CHECK(
        text_of(edge.ask("av-edge-address")) ==
        "not_applicable: its answer names no address of its own"
    );
    edge.bench.seen.address = parse_address("192.0.2.7");
    edge.facts.set("alternate_server", std::string("192.0.2.7:443"));
    CHECK(text_of(edge.ask("av-edge-address")) == "pass {alternate_server=192.0.2.7:443}");
    edge.facts.set("alternate_server", std::string("10.1.1.7:443"));
    const auto other = edge.ask("av-edge-address");
    CHECK(
        text_of(other) == "warn: it was reached as 192.0.2.7 and gives its own address as "
                          "10.1.1.7:443 {alternate_server=10.1.1.7:443}"
    );
    CHECK(other.message.find("192.0.2.7") != std::string::npos);
    CHECK(other.message.find("10.1.1.7") != std::string::npos);
    edge.facts.set("alternate_server", std::string("[2001:db8::7]:443"));
    CHECK(
        text_of(edge.ask("av-edge-address")) ==
        "warn: it was reached as 192.0.2.7 and gives its own address as [2001:db8::7]:443 "
        "{alternate_server=[2001:db8::7]:443}"
    );
    edge.facts.set("alternate_server", std::string("nonsense"));
    CHECK(
        with_fix(edge.ask("av-edge-address")) ==
        "inconclusive: the address that it gives itself cannot be read {alternate_server=nonsense} "
        "-> compare the public address of the A/V Edge in Topology Builder with the address that "
        "its name has in DNS"
    );
}

TEST_CASE("autodiscover-answer: a document or a redirect inside the domain, nothing else") {
    Answered web(Probe::autodiscover);
    web.facts.set("status", std::int64_t{404});
    web.facts.set("reason", std::string("Not Found"));
    const auto none = web.ask("autodiscover-answer");
    CHECK(text_of(none) == "fail: no autodiscover document: HTTP 404 Not Found");
    CHECK(none.message.find("404 Not Found") != std::string::npos);
    web.facts.set("formats", std::vector<std::string>{"xml"});
    CHECK(text_of(web.ask("autodiscover-answer")) == "pass");
    web.facts.set("redirect", std::string("https://lyncdiscover.contoso.com/"));
    web.facts.set("redirect_other_domain", false);
    CHECK(
        text_of(web.ask("autodiscover-answer")) ==
        "pass {redirect=https://lyncdiscover.contoso.com/}"
    );
    web.facts.set("redirect_other_domain", true);
    CHECK(
        text_of(web.ask("autodiscover-answer")) ==
        "fail: it sends clients to another domain (https://lyncdiscover.contoso.com/), which "
        "mobile clients refuse {redirect=https://lyncdiscover.contoso.com/}"
    );
    web.facts.set("redirect_other_domain", false);
    web.facts.set("document_problem", std::string("it is HTML"));
    CHECK(
        text_of(web.ask("autodiscover-answer")) ==
        "pass {document_problem=it is HTML, redirect=https://lyncdiscover.contoso.com/}"
    ); // another form of it is good
    web.facts.set("formats", std::vector<std::string>{});
    CHECK(
        text_of(web.ask("autodiscover-answer")) ==
        "pass {redirect=https://lyncdiscover.contoso.com/}"
    ); // sent on within the domain
    Answered other(Probe::autodiscover);
    other.facts.set("document_problem", std::string("it is HTML"));
    CHECK(
        text_of(other.ask("autodiscover-answer")) == "fail: no autodiscover document: it is HTML"
    );
    Answered blind(Probe::autodiscover); // asked by address: no domain to compare with
    blind.facts.set("redirect", std::string("https://lyncweb.contoso.com/"));
    CHECK(
        text_of(blind.ask("autodiscover-answer")) ==
        "inconclusive: it is not known whether the redirect stays in the domain; ask by the name "
        "lyncdiscover.<SIP domain> {redirect=https://lyncweb.contoso.com/}"
    );
    web.bench.target.probe = Probe::https;
    CHECK(text_of(web.ask("autodiscover-answer")) == "not_applicable: no autodiscover service");
}

TEST_CASE("clock-skew: both limits, ahead and behind") {
    const std::pair<const char*, Verdict> rows[] = {
        {"12:01:00", Verdict::pass}, {"12:01:01", Verdict::warn}, {"12:05:00", Verdict::warn},
        {"12:05:01", Verdict::fail}, {"11:59:00", Verdict::pass}, {"11:58:59", Verdict::warn},
        {"11:55:00", Verdict::warn}, {"11:54:59", Verdict::fail}};
    for (const auto& [time, verdict] : rows) {
        CAPTURE(time);
        Answered sip(Probe::sip);
        sip.facts.set("date", "Wed, 25 Nov 2026 " + std::string(time) + " GMT");
        CHECK(sip.verdict("clock-skew") == verdict);
    }
}

TEST_CASE("revealed-name: of which roles the name in an answer must be in the certificate") {
    for (const auto& role : words<Role>()) {
        Answered sip(Probe::sip);
        sip.facts.set("target_name", std::string("fe09.contoso.com"));
        sip.bench.target.role = role.value;
        const bool registrar = role.value == Role::front_end || role.value == Role::director ||
                               role.value == Role::standard_edition || role.value == Role::sba;
        CHECK_MESSAGE(
            sip.verdict("revealed-name") == (registrar ? Verdict::fail : Verdict::not_applicable),
            role.text
        );
        // Then the web server's is none of its business.
        sip.bench.target.use = CertificateUse::web_services_internal;
        sip.facts.set("server_fqdn", std::string("fe08.contoso.com"));
        CHECK((sip.verdict("revealed-name") == Verdict::fail) == registrar);
    }
    Answered broken(Probe::https);
    auto certificate = server();
    certificate.undecodable = {"2.5.29.17"};
    broken.bench.chain = Bench({certificate}).chain;
    broken.bench.target.use = CertificateUse::web_services_internal;
    broken.facts.set("server_fqdn", std::string("sip.contoso.com"));
    CHECK(
        broken.ask("revealed-name").evidence.text("error") ==
        "the extension 2.5.29.17 cannot be decoded"
    );
}

TEST_CASE("product-version: every product against every other") {
    for (const auto& seen : words<Product>())
        for (const auto& said : words<Product>()) {
            if (seen.value == Product::unknown || said.value == Product::unknown) continue;
            Answered sip(Probe::sip);
            sip.facts.set("product", std::string(product_name(seen.value)));
            sip.bench.target.product = said.value;
            CHECK(
                sip.verdict("product-version") ==
                (seen.value < said.value ? Verdict::warn : Verdict::pass)
            );
        }
}

TEST_CASE("not-refused: whose refusal it is, and what comes with it") {
    Answered web(Probe::https);
    web.facts.set("refusal", std::string("no"));
    web.facts.set("diagnostics", std::string("1010; reason"));
    CHECK(text_of(web.ask("not-refused")) == "warn: no {diagnostics=1010; reason}");
    EndpointRow row;
    web.bench.seen.row = &row;
    CHECK(web.verdict("not-refused") == Verdict::warn);
    const auto judged = [&](std::optional<bool> accepted, const char* refusal) {
        auto facts = std::make_shared<ClientCertificateFacts>();
        facts->accepted = accepted;
        facts->refusal = refusal;
        row.main.client_certificate = facts;
        return web.verdict("not-refused");
    };
    CHECK(judged(false, "GET / with 403: no") == Verdict::not_applicable);
    CHECK(judged(false, "GET / with 403: other") == Verdict::warn);
    CHECK(judged(true, "GET / with 403: no") == Verdict::warn);
    CHECK(judged({}, "GET / with 403: no") == Verdict::warn);
    Answered fine(Probe::https);
    fine.facts.set("status", std::int64_t{200});
    auto facts = std::make_shared<ClientCertificateFacts>();
    facts->accepted = false;
    row.main.client_certificate = facts;
    fine.bench.seen.row = &row;
    CHECK(fine.verdict("not-refused") == Verdict::pass); // every text ends with nothing
}

TEST_CASE("xmpp-domain, av-edge-address: where they have nothing to judge by") {
    Answered bare(Probe::xmpp, false);
    bare.facts.set("starttls", std::string("none"));
    bare.bench.target.sip_domain = "contoso.com";
    CHECK(
        text_of(bare.ask("xmpp-domain")) ==
        "not_applicable: no certificate was presented: TLS is not offered here"
    );
    Answered wild(Probe::xmpp);
    wild.facts.set("starttls", std::string("offered"));
    wild.bench.target.sip_domain = "eu.contoso.com";
    wild.bench.chain = Bench({named({"*.contoso.com"})}).chain;
    CHECK(wild.verdict("xmpp-domain") == Verdict::fail);
    Answered edge(Probe::av_edge, false);
    edge.facts.set("alternate_server", std::string("192.0.2.7:443"));
    CHECK(edge.verdict("av-edge-address") == Verdict::inconclusive); // it has no address here
    edge.bench.target.probe = Probe::sip;
    CHECK(text_of(edge.ask("av-edge-address")) == "not_applicable: no A/V Edge");
}

TEST_CASE("autodiscover-answer: what it is where the parts are missing") {
    Answered silent(Probe::autodiscover);
    silent.facts.set("reason", std::string("Not Found"));
    CHECK(text_of(silent.ask("autodiscover-answer")) == "fail: no autodiscover document");
    Answered elsewhere(Probe::autodiscover);
    elsewhere.facts.set("redirect_other_domain", true);
    elsewhere.facts.set("formats", std::vector<std::string>{"xml"});
    CHECK(
        text_of(elsewhere.ask("autodiscover-answer")) ==
        "fail: it sends clients to another domain (), which mobile clients refuse"
    );
    elsewhere.facts.set("redirect_other_domain", false);
    CHECK(text_of(elsewhere.ask("autodiscover-answer")) == "pass");
}
