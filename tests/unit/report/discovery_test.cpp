// SPDX-License-Identifier: MIT
// What discover writes: text, JSON, a target list, counts and exit code; foreign text made
// harmless.
#include "report/discovery.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

Finding finding(std::string_view check, Verdict verdict, std::string message) {
    Finding out;
    out.rule = check;
    out.verdict = verdict;
    out.message = std::move(message);
    if (verdict != Verdict::pass) out.fix = "mend it", out.source = "RFC 2782";
    out.evidence.set("record", std::string("_sip._tls"));
    return out;
}

Discovery example() {
    DomainDiscovery domain;
    domain.domain = "contoso.com";
    DiscoveryRow discover;
    discover.record = "lyncdiscover";
    discover.purpose = "autodiscover outside";
    discover.name = "lyncdiscover.contoso.com";
    discover.usual_port = 443;
    discover.answer.status = DnsStatus::found;
    discover.answer.aliases = {"web.contoso.com"};
    discover.answer.addresses = {*parse_address("192.0.2.1"), *parse_address("2001:db8::1")};
    discover.answer.addresses_skipped = 3;
    discover.answer.ttl = 300;
    DiscoveryRow sip;
    sip.record = "_sip._tls";
    sip.purpose = "sign-in outside";
    sip.name = "_sip._tls.contoso.com";
    sip.type = RecordType::srv;
    sip.usual_port = 443;
    sip.answer.status = DnsStatus::found;
    sip.answer.targets = {{"sip.contoso.com", 443, 0, 0}, {"gone.contoso.com", 5061, 10, 5}};
    DiscoveryRow meet;
    meet.record = "meet";
    meet.purpose = "meetings";
    meet.name = "meet.contoso.com";
    meet.answer.status = DnsStatus::server_failure;
    meet.answer.detail = "the name server could not answer (SERVFAIL)";
    domain.rows = {discover, sip, meet};
    domain.clients = {{"lync-2013", "Lync 2013", {0, 1}}, {"browsers", "Browsers", {2}}};
    auto& host = domain.hosts["sip.contoso.com"];
    host.status = DnsStatus::found;
    host.addresses = {*parse_address("192.0.2.2")};
    domain.hosts["gone.contoso.com"].status = DnsStatus::no_such_name;
    domain.findings = {
        finding("dns-records", Verdict::pass, "Lync 2013: lyncdiscover"),
        finding("dns-srv-host", Verdict::fail, "_sip._tls names gone.contoso.com: no such name"),
        finding("dns-srv-port", Verdict::warn, "an odd port"),
        finding("dns-answer", Verdict::inconclusive, "meet: server failure")};
    Discovery out;
    out.domains.push_back(std::move(domain));
    return out;
}

std::string text(const Discovery& found, const report::TextOptions& options = {}) {
    std::ostringstream out;
    report::write_discovery_text(out, found, options);
    return out.str();
}

boost::json::object json(const Discovery& found) {
    std::ostringstream out;
    report::write_discovery_json(out, found);
    return boost::json::parse(out.str()).as_object();
}

std::string yaml(const Discovery& found, const std::vector<Target>& targets) {
    std::ostringstream out;
    report::write_discovery_yaml(out, found, targets);
    return out.str();
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("discovery report: records in the order of each client, then what is wrong") {
    auto found = example();
    report::summarise(found, Verdict::fail);
    CHECK(
        text(found) ==
        "1 domain: 5 names asked for; 1 fail, 1 warn, 1 inconclusive, 1 pass, 1 not answered\n"
        "\n"
        "contoso.com\n"
        "  Lync 2013\n"
        "    1. lyncdiscover: 192.0.2.1, 2001:db8::1 and 3 more, alias of web.contoso.com\n"
        "    2. _sip._tls: sip.contoso.com port 443, priority 0, weight 0: 192.0.2.2\n"
        "       gone.contoso.com port 5061, priority 10, weight 5: no such name\n"
        "  Browsers\n"
        "    1. meet: server failure, the name server could not answer (SERVFAIL)\n"
        "  FAIL dns-srv-host\n"
        "       _sip._tls names gone.contoso.com: no such name\n"
        "       fix: mend it\n"
        "       source: RFC 2782\n"
        "  WARN dns-srv-port\n"
        "       an odd port\n"
        "       fix: mend it\n"
        "       source: RFC 2782\n"
        "  OPEN dns-answer\n"
        "       meet: server failure\n"
        "       fix: mend it\n"
        "       source: RFC 2782\n"
    );
    const auto verbose = text(found, {.verbose = true});
    CHECK(has(verbose, "PASS dns-records"));
    CHECK(has(verbose, "(valid for 300 s)"));
    const auto quiet = text(found, {.quiet = true});
    CHECK(!has(quiet, "Browsers"));
    CHECK(has(quiet, "FAIL dns-srv-host"));
    CHECK(has(quiet, "OPEN dns-answer"));
}

TEST_CASE("discovery report: counts and exit code") {
    const auto code = [](std::optional<Verdict> fail_on, auto change) {
        auto found = example();
        change(found);
        report::summarise(found, fail_on);
        return found.exit_code;
    };
    const auto as_it_is = [](Discovery&) {};
    CHECK(code(Verdict::fail, as_it_is) == 1);
    CHECK(code({}, as_it_is) == 3); // one question was not answered
    CHECK(code({}, [](Discovery& found) { found.interrupted = true; }) == 130);
    const auto answered = [](Discovery& found) {
        found.domains[0].rows[2].answer.status = DnsStatus::no_such_name;
    };
    CHECK(code({}, answered) == 0);
    const auto only_warnings = [&](Discovery& found) {
        answered(found);
        found.domains[0].findings.erase(found.domains[0].findings.begin() + 1);
    };
    CHECK(code(Verdict::fail, only_warnings) == 0);
    CHECK(code(Verdict::warn, only_warnings) == 1);
}

TEST_CASE("discovery report: the JSON has every field that docs/discovery.md names") {
    auto found = example();
    report::summarise(found, Verdict::fail);
    const auto document = json(found);
    CHECK(document.at("schema") == "lyncprobe/1");
    CHECK(document.at("kind") == "discovery");
    CHECK(document.at("run").at("vantage").is_null());
    CHECK(document.at("summary").at("questions") == 5);
    CHECK(document.at("summary").at("unanswered") == 1);
    CHECK(document.at("summary").at("verdict") == "fail");
    CHECK(document.at("summary").at("exit_code") == 1);
    const auto& domain = document.at("domains").at(0);
    const auto& sip = domain.at("records").at(1);
    CHECK(sip.at("record") == "_sip._tls");
    CHECK(sip.at("type") == "SRV");
    CHECK(sip.at("status") == "found");
    CHECK(sip.at("ttl").is_null());
    CHECK(sip.at("targets").at(1).at("host") == "gone.contoso.com");
    CHECK(sip.at("targets").at(1).at("priority") == 10);
    CHECK(sip.at("targets").at(1).at("weight") == 5);
    const auto& discover = domain.at("records").at(0);
    CHECK(discover.at("type") == "address");
    CHECK(discover.at("addresses").at(1) == "2001:db8::1");
    CHECK(discover.at("addresses_skipped") == 3);
    CHECK(discover.at("aliases").at(0) == "web.contoso.com");
    CHECK(discover.at("ttl") == 300);
    const auto& client = domain.at("clients").at(1);
    CHECK(client.at("client") == "browsers");
    CHECK(client.at("asks").as_array().size() == 1);
    CHECK(client.at("finds").as_array().empty());
    CHECK(domain.at("hosts").at(0).at("status") == "no_such_name");
    CHECK(domain.at("findings").at(1).at("rule") == "dns-srv-host");
    CHECK(domain.at("findings").at(1).at("fix") == "mend it");
}

TEST_CASE("discovery report: the target list quotes what could mean something else") {
    Target target;
    target.name = "a \"b\\c";
    target.host = "no";
    target.port = 5061;
    target.probe = Probe::sip;
    target.role = Role::edge;
    target.role_given = true;
    target.use = CertificateUse::access_edge_external;
    target.side = Side::external;
    target.sip_domain = "contoso.com";
    const auto list = yaml(example(), {target});
    CHECK(has(list, "# contoso.com fail dns-srv-host: _sip._tls names gone.contoso.com"));
    CHECK(has(list, "sip_domains:\n  - \"contoso.com\"\n"));
    CHECK(
        has(list, "targets:\n"
                  "  - name: \"a \\\"b\\\\c\"\n"
                  "    host: \"no\"\n"
                  "    port: 5061\n"
                  "    probe: sip\n"
                  "    role: edge\n"
                  "    use: AccessEdgeExternal\n"
                  "    side: external\n"
                  "    sip_domain: \"contoso.com\"\n")
    );
    CHECK(has(yaml(example(), {}), "targets: []\n"));
}

TEST_CASE("discovery report: foreign text is harmless in every format") {
    auto found = example();
    auto& domain = found.domains[0];
    domain.rows[1].answer.targets[0].host = kNasty;
    domain.rows[0].answer.aliases = {kNasty};
    domain.rows[2].answer.detail = kNasty;
    domain.findings[1].message = kNasty;
    report::summarise(found, Verdict::fail);
    Target target;
    target.name = target.host = target.sip_domain = kNasty;
    const auto list = yaml(found, {target});
    for (const auto& written : {text(found, {.verbose = true}), list})
        for (const char c : written)
            CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK(has(text(found), "\\x1b"));
    CHECK(json(found).at("domains").as_array().size() == 1);
    // Nothing of it begins a line of its own.
    for (const auto& line : lines_of(list))
        CHECK(
            (line.empty() || line.front() == '#' || line.front() == ' ' ||
             line.starts_with("sip_domains:") || line.starts_with("targets:"))
        );
}

} // namespace lyncprobe
