// SPDX-License-Identifier: MIT
// What discover writes: text, JSON, a target list, counts and exit code; foreign text made
// harmless.
#include "report/discovery.h"
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

boost::json::object json(const ScanResult& found) {
    return boost::json::parse(json_of(found)).as_object();
}

std::string yaml(const ScanResult& found, const std::vector<Target>& targets) {
    std::ostringstream out;
    report::write_discovery_yaml(out, found, targets);
    return out.str();
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

TEST_CASE("discovery report: records in the order of each client, then what is wrong") {
    const auto found = discovery();
    CHECK(
        text_of(found) ==
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
    const auto verbose = text_of(found, {.verbose = true});
    CHECK(has(verbose, "PASS dns-records"));
    CHECK(has(verbose, "(valid for 300 s)"));
    const auto quiet = text_of(found, {.quiet = true});
    CHECK(!has(quiet, "Browsers"));
    CHECK(has(quiet, "FAIL dns-srv-host"));
    CHECK(has(quiet, "OPEN dns-answer"));
}

TEST_CASE("discovery report: counts and exit code") {
    const auto code = [](std::optional<Verdict> fail_on, auto change) {
        auto found = discovery();
        change(found);
        found.summary = rules::summarise(found, fail_on);
        return found.summary.exit_code;
    };
    const auto as_it_is = [](ScanResult&) {};
    CHECK(code(Verdict::fail, as_it_is) == 1);
    CHECK(code({}, as_it_is) == 3); // one question was not answered
    CHECK(code({}, [](ScanResult& found) { found.interrupted = true; }) == 130);
    const auto answered = [](ScanResult& found) {
        found.domains[0].rows[2].answer.status = DnsStatus::no_such_name;
    };
    CHECK(code({}, answered) == 0);
    const auto only_warnings = [&](ScanResult& found) {
        answered(found);
        found.domains[0].findings.erase(found.domains[0].findings.begin() + 1);
    };
    CHECK(code(Verdict::fail, only_warnings) == 0);
    CHECK(code(Verdict::warn, only_warnings) == 1);
}

TEST_CASE("discovery report: the JSON has every field that docs/discovery.md names") {
    const auto found = discovery();
    const auto document = json(found);
    CHECK(document.at("schema") == "lyncprobe/1");
    CHECK(document.at("kind") == "discovery");
    CHECK(document.at("run").at("vantage") == "internal");
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
    const auto list = yaml(discovery(), {target});
    CHECK(has(list, "# contoso.com fail dns-srv-host: _sip._tls names gone.contoso.com"));
    CHECK(has(list, "# sip_domains:\n#   - \"contoso.com\"\n"));
    CHECK(!has(list, "    sip_domain:")); // nobody said that the domain is ours
    CHECK(
        has(list, "targets:\n"
                  "  - name: \"a \\\"b\\\\c\"\n"
                  "    host: \"no\"\n"
                  "    port: 5061\n"
                  "    probe: sip\n"
                  "    role: edge\n"
                  "    use: AccessEdgeExternal\n"
                  "    side: external\n")
    );
    target.probe = Probe::federation;
    CHECK(has(yaml(discovery(), {target}), "    sip_domain: \"contoso.com\"\n"));
    CHECK(has(yaml(discovery(), {}), "targets: []\n"));
}

TEST_CASE("discovery report: foreign text is harmless in every format") {
    auto found = discovery();
    auto& domain = found.domains[0];
    domain.rows[1].answer.targets[0].host = kNasty;
    domain.rows[0].answer.aliases = {kNasty};
    domain.rows[2].answer.detail = kNasty;
    domain.findings[1].message = kNasty;
    found.summary = rules::summarise(found, Verdict::fail);
    Target target;
    target.name = target.host = target.sip_domain = kNasty;
    const auto list = yaml(found, {target});
    for (const auto& written : {text_of(found, {.verbose = true}), list})
        for (const char c : written)
            CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK(has(text_of(found), "\\x1b"));
    CHECK(json(found).at("domains").as_array().size() == 1);
    // Nothing of it begins a line of its own.
    for (const auto& line : lines_of(list))
        CHECK(
            (line.empty() || line.front() == '#' || line.front() == ' ' ||
             line.starts_with("targets:"))
        );
}

} // namespace lyncprobe
