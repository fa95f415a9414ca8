// SPDX-License-Identifier: MIT
// judge(): order, scopes, selection, rules that throw, entries that are no certificate.
#include "unit/rules/subjects.h"

#include <new>
#include <stdexcept>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

const Rule kThrowing{
    .id = "throws",
    .source = {"a document", "a section"},
    .fix = "mend it",
    .check = [](const Subject&) -> Ruling { throw std::runtime_error("no such thing"); },
};
const Rule kThrowingOddly{.id = "throws-oddly", .check = [](const Subject&) -> Ruling { throw 7; }};
const Rule kThrowingEarly{
    .id = "throws-early",
    .applies = [](const Subject&) -> std::string { throw std::runtime_error("too early"); },
    .check = [](const Subject&) { return pass(); },
};
const Rule kStarving{
    .id = "starves",
    .check = [](const Subject&) -> Ruling { throw std::bad_alloc(); },
};
const Rule kMending{
    .id = "mends",
    .fix = "reissue it",
    .check =
        [](const Subject& s) {
            return s.is_leaf() ? warn("not needed").fixed_by("remove it") : pass().fixed_by("none");
        },
};
const Rule kPassing{.id = "passes", .check = [](const Subject&) { return pass(); }};

std::vector<const Finding*> by(std::vector<const Rule*> rules, Bench& bench, FindingPool& pool) {
    return judge_by(rules, bench.chain, bench.ready(), pool);
}

std::size_t place_of(const std::vector<Finding>& findings, std::string_view rule, int number) {
    for (std::size_t i = 0; i < findings.size(); ++i)
        if (findings[i].rule == rule && findings[i].certificate &&
            (*findings[i].certificate)[0] == number)
            return i;
    throw std::invalid_argument(std::string(rule));
}

} // namespace

TEST_CASE("judge: a rule that throws fails under its own id with the error alone, the others go on"
) {
    Bench bench;
    FindingPool pool;
    const auto findings =
        by({&kThrowing, &kThrowingOddly, &kThrowingEarly, &kPassing}, bench, pool);
    REQUIRE(findings.size() == 4);
    CHECK(findings[0]->rule == "throws");
    CHECK(findings[0]->verdict == Verdict::fail);
    CHECK(findings[0]->evidence.text("error") == "no such thing");
    CHECK(std::distance(findings[0]->evidence.begin(), findings[0]->evidence.end()) == 1);
    CHECK(findings[0]->fix == "mend it");
    CHECK(findings[1]->verdict == Verdict::fail);
    CHECK(!findings[1]->evidence.text("error").empty());
    CHECK(findings[2]->evidence.text("error") == "too early");
    CHECK(findings[3]->verdict == Verdict::pass);
}

TEST_CASE("judge: the fix of a ruling goes before that of its rule, and a pass has none") {
    Bench bench({server(), intermediate()});
    CHECK(judge_one(kMending, {bench.chain, 0, bench.ready()}).fix == "remove it");
    CHECK(judge_one(kMending, {bench.chain, 1, bench.ready()}).fix.empty());
    FindingPool pool;
    CHECK(by({&kThrowing}, bench, pool).front()->fix == "mend it");
}

TEST_CASE("judge: what a CA certificate breaks is not mended by reissuing the server certificate") {
    auto short_server = server(), short_ca = intermediate();
    short_server.key.bits = short_ca.key.bits = 1000;
    Bench bench({short_server, short_ca});
    const auto& rule = *find("key-length");
    CHECK(judge_one(rule, {bench.chain, 0, bench.ready()}).fix == rule.fix);
    const auto above = judge_one(rule, {bench.chain, 1, bench.ready()});
    CHECK(above.verdict == Verdict::fail);
    CHECK(
        above.fix == "renew the CA certificate with a new RSA key of 2048 or 4096 bits, then "
                     "reissue what it issued"
    );
}

TEST_CASE("judge: an open question has what settles it for a fix, not the fix of a failure") {
    std::size_t open = 0;
    for (const auto& finding : Bench().ask_all()) {
        if (finding.verdict != Verdict::inconclusive) continue;
        CHECK_MESSAGE(finding.fix != find(finding.rule)->fix, finding.rule);
        ++open;
    }
    CHECK(open >= 2);
}

TEST_CASE("judge: each document of a source stands with its own section") {
    CHECK(to_text(Source{"RFC 5246", "7.4.4"}) == "RFC 5246, 7.4.4");
    CHECK(to_text(Source{"RFC 5246; RFC 6120", "7.4.4; 4.9"}) == "RFC 5246, 7.4.4; RFC 6120, 4.9");
    CHECK(to_text(Source{"RFC 5246; experience", "7.4.4"}) == "RFC 5246; experience, 7.4.4");
}

TEST_CASE("judge: want of memory is no finding about a certificate") {
    Bench bench;
    FindingPool pool;
    CHECK_THROWS_AS(by({&kPassing, &kStarving}, bench, pool), std::bad_alloc);
}

TEST_CASE("judge: findings stand in the order of positions, then of rules, the chain's own last") {
    const auto findings = Bench({server(), intermediate()}).ask_all();
    CHECK(place_of(findings, "server-eku", 1) == 0);
    CHECK(place_of(findings, "server-eku", 1) < place_of(findings, "key-algorithm", 1));
    CHECK(place_of(findings, "chain-eku", 1) < place_of(findings, "server-eku", 2));
    std::size_t without_certificate = 0;
    for (const auto& finding : findings) {
        if (!finding.certificate) ++without_certificate;
        if (without_certificate > 0) CHECK(!finding.certificate);
    }
    CHECK(without_certificate == 7); // order, complete, trusted, CA names, two of versions, SNI
}

TEST_CASE("judge: a rule about the server certificate does not apply to a CA certificate") {
    const auto findings = Bench({server(), intermediate()}).ask_all();
    for (const auto* rule :
         {"server-eku", "crl-distribution-point", "auto-enrollment", "windows-2003-ca",
          "host-name"})
        CHECK(findings[place_of(findings, rule, 2)].verdict == Verdict::not_applicable);
}

TEST_CASE("judge: the first certificate is the server certificate, whatever it says of itself") {
    const auto findings = Bench({root(), server()}).ask_all();
    CHECK(findings[place_of(findings, "crl-distribution-point", 3)].verdict == Verdict::fail);
    CHECK(findings[place_of(findings, "server-eku", 1)].verdict == Verdict::not_applicable);
}

TEST_CASE("judge: only open findings carry source, fix and position") {
    auto weak = server();
    weak.key = rsa(512);
    const auto findings = Bench({weak}).ask_all();
    for (const auto& finding : findings) {
        const bool open =
            finding.verdict != Verdict::pass && finding.verdict != Verdict::not_applicable;
        CHECK(finding.source.empty() != open);
        CHECK(finding.fix.empty() != open);
        if (!open) CHECK(finding.evidence.find("position") == nullptr);
        if (open) CHECK(!finding.message.empty());
    }
    const auto& length = findings[place_of(findings, "key-length", 1)];
    CHECK(
        length.source ==
        "Certificate infrastructure requirements for Lync Server 2013, common requirements"
    );
    CHECK(number_of(length.evidence, "position") == 0);
}

TEST_CASE("judge: the same certificate judged twice is one finding in the pool") {
    Bench bench;
    FindingPool pool;
    const auto first = by({find("server-eku")}, bench, pool);
    const auto second = by({find("server-eku")}, bench, pool);
    CHECK(first.front() == second.front());
}

TEST_CASE("judge: an empty chain has no findings") {
    CHECK(Bench(std::vector<Certificate>{}).ask_all().empty());
}

TEST_CASE("judge: an entry that is no certificate fails the rules that would judge it") {
    Bench bench({server()});
    bench.chain.unreadable = {1};
    std::size_t errors = 0;
    for (const auto& finding : bench.ask_all())
        if (!finding.evidence.text("error").empty()) {
            ++errors;
            CHECK(finding.verdict == Verdict::fail);
            CHECK(!finding.certificate);
            CHECK(find(finding.rule)->scope == Scope::certificate);
        }
    CHECK(errors > 0);
}

TEST_CASE("judge: when the first entry is no certificate, no other stands in for it") {
    Bench bench({intermediate()});
    bench.chain.unreadable = {0};
    const auto findings = bench.ask_all();
    CHECK(findings[0].rule == "server-eku");
    CHECK(findings[0].verdict == Verdict::fail);
    CHECK(!findings[0].evidence.text("error").empty());
    CHECK(findings[place_of(findings, "server-eku", 2)].verdict == Verdict::not_applicable);
    Bench nothing(std::vector<Certificate>{});
    nothing.chain.unreadable = {0};
    for (const auto& finding : nothing.ask_all())
        CHECK(finding.verdict == Verdict::fail);
}

TEST_CASE("judge: a certificate in which nothing could be read is judged by every rule") {
    Bench bench({Certificate{}, Certificate{}});
    for (const auto role : {Role::front_end, Role::edge, Role::other}) {
        bench.target.role = role;
        bench.target.role_given = true;
        const auto findings = bench.ask_all();
        CHECK(findings.size() > 2 * 14);
        for (const auto& finding : findings)
            CHECK(finding.message.find("could not judge") == std::string::npos);
    }
}

TEST_CASE("judge: text with line breaks and control characters stays raw in the finding") {
    const std::string evil("sip.contoso.com\n\x1b[31m");
    auto certificate = server();
    certificate.san = SubjectAltName{.dns = {evil}, .ip = {}};
    const auto finding = Bench({certificate}).ask("host-name");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(list_of(finding.evidence, "san_dns") == std::vector<std::string>{evil});
}

TEST_CASE("judge: findings are the same for our own identity") {
    auto weak = server();
    weak.key = rsa(1536);
    Bench bench({weak});
    bench.context.own_identity = true;
    CHECK(bench.verdict("key-length") == Verdict::fail);
}

TEST_CASE("selection: --only and --skip take ids and globs") {
    const auto selection = Selection::make({"key-*", "validity"}, {"*-recommended"});
    REQUIRE(selection.has_value());
    CHECK(selection->chosen(*find("key-length")));
    CHECK(selection->chosen(*find("validity")));
    CHECK(!selection->chosen(*find("key-length-recommended")));
    CHECK(!selection->chosen(*find("server-eku")));
    CHECK(Selection().chosen(*find("server-eku")));
    const auto skipping = Selection::make({}, {"validity"});
    REQUIRE(skipping.has_value());
    CHECK(skipping->chosen(*find("server-eku")));
    CHECK(!skipping->chosen(*find("validity")));
}

TEST_CASE("selection: judge gives findings of the chosen rules only") {
    Bench bench({server(), intermediate()});
    FindingPool pool;
    const auto selection = Selection::make({"validity"}, {});
    REQUIRE(selection.has_value());
    CHECK(judge(bench.chain, bench.ready(), *selection, pool).size() == 2);
}

TEST_CASE("selection: a glob that matches nothing is a problem with a suggestion") {
    const auto misspelt = Selection::make({"key-lenght"}, {});
    REQUIRE(misspelt.has_error());
    CHECK(misspelt.error().what.find("key-lenght") != std::string::npos);
    CHECK(misspelt.error().hint.find("key-length") != std::string::npos);
    CHECK(Selection::make({}, {"zzz*"}).has_error());
}

TEST_CASE("selection: leaving no rule is a problem") {
    CHECK(Selection::make({"validity"}, {"*"}).has_error());
}

TEST_CASE("selection: discover chooses among the rules about DNS, with --scan among all") {
    const auto dns = Selection::make({"dns-srv-*"}, {"dns-srv-port"}, RuleSet::dns);
    REQUIRE(dns.has_value());
    CHECK(dns->chosen(*find("dns-srv-host")));
    CHECK(!dns->chosen(*find("dns-srv-port")));
    CHECK(!dns->chosen(*find("dns-records")));
    const auto foreign = Selection::make({"server-eku"}, {}, RuleSet::dns);
    REQUIRE(foreign.has_error());
    CHECK(foreign.error().what == "discover has no check 'server-eku'");
    CHECK(Selection::make({"dns-records"}, {}).has_error()); // a scan has no such rule
    const auto both = Selection::make({"dns-records", "server-eku"}, {}, RuleSet::both);
    REQUIRE(both.has_value());
    CHECK(both->chosen(*find("dns-records")));
    CHECK(!both->chosen(*find("dns-answer")));
    CHECK(Selection::make({"zzz*"}, {}, RuleSet::both).has_error());
    CHECK(Selection::make({}, {"*"}, RuleSet::dns).has_value());
}

TEST_CASE("selection: a word that means a check of DNS is none for the scan behind it") {
    using Globs = std::vector<std::string>;
    CHECK(not_about_dns({"dns-records", "key-*", "*", "dns-*"}) == Globs{"key-*"});
    CHECK(not_about_dns({}).empty());
}

TEST_CASE("selection: the problem names the option, and what is near or where the ids are") {
    const auto only = Selection::make({"key-lenght"}, {});
    CHECK(only.error().what == "--only key-lenght: no rule has this id");
    CHECK(only.error().hint == "did you mean 'key-length'?");
    const auto skip = Selection::make({}, {"qqqqqqqqqqqqqqqq"});
    CHECK(skip.error().what == "--skip qqqqqqqqqqqqqqqq: no rule has this id");
    CHECK(skip.error().hint == "lyncprobe rules lists them");
    CHECK(
        Selection::make({"validity"}, {"validity"}).error().what ==
        "--only and --skip leave no rule to judge by"
    );
    // A skipped rule wins over one that was asked for, and globs of both count.
    const auto both = Selection::make({"key-*"}, {"key-length"});
    REQUIRE(both.has_value());
    CHECK(!both->chosen(*find("key-length")));
    CHECK(both->chosen(*find("key-algorithm")));
}

TEST_CASE("selection: a rule that says nothing where it does not apply does so on request") {
    const auto findings_of = [](const char* only) {
        Bench bench({server(), intermediate()});
        FindingPool pool;
        std::vector<std::string> out;
        for (const auto* finding :
             judge(bench.chain, bench.ready(), *Selection::make({only}, {}), pool))
            out.push_back(finding->rule + " " + std::string(to_text(finding->verdict)));
        return out;
    };
    // Of the chain, and of the server certificate.
    CHECK(
        findings_of("leaf-outlives-issuer") ==
        std::vector<std::string>{"leaf-outlives-issuer not_applicable"}
    );
    CHECK(findings_of("leaf-outlives-*").empty()); // a glob names none
    CHECK(
        findings_of("name-characters") == std::vector<std::string>{"name-characters not_applicable"}
    );
    // One that always speaks does so of the CA certificate, too.
    CHECK(
        findings_of("host-name") ==
        std::vector<std::string>{"host-name pass", "host-name not_applicable"}
    );
}

TEST_CASE("judge: connection rules run on what was asked, whatever was chosen, and first") {
    EndpointRow row;
    row.main.outcome = Outcome::refused;
    row.main.stage = Stage::connect;
    Bench bench(std::vector<Certificate>{});
    FindingPool pool;
    const auto selection = Selection::make({"validity"}, {"endpoint-*"});
    REQUIRE(selection.has_value());
    CHECK(judge(bench.chain, bench.ready(), *selection, pool).empty());
    bench.seen.row = &row;
    const auto findings = judge(bench.chain, bench.ready(), *selection, pool);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0]->rule == "endpoint-reachable");
    CHECK(!findings[0]->certificate);
}

TEST_CASE("judge: what is not sent of a path is judged where it is not good, by few rules") {
    auto top = root();
    top.not_after = at("2020-01-01");
    top.key = rsa(512);
    top.signature = top.signature_inner = sha1_rsa();
    Bench bench({server()});
    const auto of_top = [&] {
        std::vector<std::string> out;
        for (const auto& finding : bench.ask_all())
            if (finding.certificate == top.sha256) {
                out.push_back(finding.rule);
                CHECK(finding.evidence.find("position") == nullptr);
            }
        return out;
    };
    bench.chain.path.path = {bench.chain.presented[0], std::make_shared<const Certificate>(top)};
    CHECK(of_top() == std::vector<std::string>{"validity"});
    top.not_after = at("2030-01-01");
    bench.chain.path.path[1] = std::make_shared<const Certificate>(top);
    CHECK(of_top().empty());
}

TEST_CASE("judge: unreadable entries fail what would judge them, position by position") {
    Bench bench({server(), intermediate()});
    bench.chain.unreadable = {1};
    std::vector<std::string> errors;
    for (const auto& finding : bench.ask_all()) {
        if (finding.evidence.text("error").empty()) continue;
        errors.push_back(finding.message);
        CHECK(find(finding.rule)->scope == Scope::certificate);
    }
    for (const auto& error : errors)
        CHECK(error == "entry 1 of the presented chain is no readable certificate");
    // Nothing readable: also what judges the server certificate and the chain, but for silent ones.
    Bench nothing(std::vector<Certificate>{});
    nothing.chain.unreadable = {0, 1};
    std::size_t of_leaf = 0, of_chain = 0;
    for (const auto& finding : nothing.ask_all()) {
        const auto& rule = *find(finding.rule);
        CHECK(!rule.only_where_it_applies);
        of_leaf += rule.scope == Scope::leaf;
        of_chain += rule.scope == Scope::chain || rule.scope == Scope::endpoint;
    }
    std::size_t leaf_rules = 0, chain_rules = 0;
    for (const auto* rule : all()) {
        if (rule->only_where_it_applies) continue;
        leaf_rules += rule->scope == Scope::leaf;
        chain_rules += rule->scope == Scope::chain || rule->scope == Scope::endpoint;
    }
    CHECK(of_leaf == leaf_rules); // of the first entry alone
    CHECK(of_chain == chain_rules);
}

TEST_CASE("judge: a conversation is judged where anything was answered, also without a chain") {
    Bench bench(std::vector<Certificate>{});
    Facts answer;
    bench.seen.answer = &answer;
    CHECK(bench.ask_all().empty());
    answer.set("status", std::int64_t{200});
    std::size_t count = 0;
    for (const auto& finding : bench.ask_all()) {
        CHECK(find(finding.rule)->scope == Scope::conversation);
        ++count;
    }
    CHECK(count > 3);
}

TEST_CASE("judge: a CA certificate fails as an issuer by what judges certificates, dates apart") {
    CHECK(fails_as_issuer(intermediate()) == 0);
    auto weak = intermediate();
    weak.key = rsa(512);
    CHECK(fails_as_issuer(weak) == 1);
    weak.signature = weak.signature_inner = pss("SHA256", 32);
    CHECK(fails_as_issuer(weak) > 1);
    auto expired = intermediate();
    expired.not_after = at("2000-01-01");
    CHECK(fails_as_issuer(expired) == 0);
}

TEST_CASE("judge: each id is found, reasons of federation too, and nothing else") {
    for (const auto* rule : catalogue())
        CHECK(find(rule->id) == rule);
    CHECK(find("nonsense") == nullptr);
    CHECK(find("") == nullptr);
    CHECK(catalogue().size() > all().size());
}
