// SPDX-License-Identifier: MIT
// What `lyncprobe discover` writes, and with which exit code: reports, files, target lists.
#include "servers/name_servers.h"

#include <algorithm>
#include <csignal>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

Finished discover(const Dnsmasq& dns, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"discover", "contoso.example", "--resolver", dns.address()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lyncprobe(arguments);
}

// Sign-in alone: only what this build can probe.
const std::vector<std::string> kSignIn{
    "--local=/contoso.example/", "--host-record=sip.contoso.example,127.0.0.1",
    "--srv-host=_sip._tls.contoso.example,sip.contoso.example,443",
    "--srv-host=_sipinternaltls._tcp.contoso.example,sip.contoso.example,5061"};

std::vector<std::string> with_autodiscover() {
    auto out = kSignIn;
    out.push_back("--host-record=lyncdiscover.contoso.example,192.0.2.1");
    out.push_back("--srv-host=_sipfederationtls._tcp.contoso.example,sip.contoso.example,5061");
    out.push_back("--srv-host=_xmpp-server._tcp.contoso.example,sip.contoso.example,5269");
    out.push_back("--host-record=meet.contoso.example,192.0.2.1");
    return out;
}

} // namespace

TEST_CASE("discover: the text has every client's records in order, and the problems") {
    const Dnsmasq dns(with_autodiscover());
    const auto done = discover(dns, {});
    CHECK(done.exit_code == 0);
    CHECK(done.err == "");
    CHECK(has(done.out, "1 domain: 15 names asked for; "));
    CHECK(
        has(done.out, "  Lync Windows Store app\n"
                      "    1. lyncdiscoverinternal: no such name\n"
                      "    2. lyncdiscover: 192.0.2.1\n")
    );
    CHECK(has(done.out, "    5. _sip._tls: sip.contoso.example port 443: 127.0.0.1\n"));
    CHECK(has(done.out, "    1. _sipfederationtls._tcp: sip.contoso.example port 5061: 127.0.0.1\n")
    );
    const auto quiet = discover(dns, {"--quiet"});
    CHECK(!has(quiet.out, "_sip._tls: "));
    CHECK(has(discover(dns, {"--verbose"}).out, "PASS dns-strict-naming"));
    CHECK(has(discover(dns, {"--color", "always"}).out, "\x1b[1mcontoso.example"));
}

TEST_CASE("discover: exit codes and --fail-on, --only, --skip") {
    const Dnsmasq dns(kSignIn); // no partner finds it, no autodiscover: warnings
    CHECK(discover(dns, {}).exit_code == 0);
    CHECK(discover(dns, {"--fail-on", "warn"}).exit_code == 1);
    CHECK(discover(dns, {"--fail-on", "warn", "--skip", "dns-records"}).exit_code == 0);
    CHECK(discover(dns, {"--fail-on", "warn", "--only", "dns-srv-*"}).exit_code == 0);
    const TemporaryFolder folder;
    const auto waivers = folder.write(
        "waivers.yaml",
        "waivers: [{rule: dns-records, target: contoso.example, reason: no partner}]"
    );
    const auto waived = discover(dns, {"--fail-on", "warn", "--waivers", waivers});
    CHECK(waived.exit_code == 0);
    CHECK(discover(dns, {"--waivers", folder.file("none.yaml")}).exit_code == 2);
    const Dnsmasq nothing({"--local=/contoso.example/"});
    CHECK(discover(nothing, {}).exit_code == 1);
    CHECK(discover(nothing, {"--fail-on", "never"}).exit_code == 0);
    const Dnsmasq refusing({"--local=/fabrikam.example/"});
    CHECK(discover(refusing, {}).exit_code == 3);
    CHECK(discover(dns, {"--resolver", "127.0.0.1:9"}).exit_code == 0); // another one answers
}

TEST_CASE("discover: files beside the report, each in its format") {
    const TemporaryFolder folder;
    const Dnsmasq dns(kSignIn);
    const auto json = folder.file("found.json"), text = folder.file("found.txt");
    const auto done = discover(dns, {"--output", json, "--output", text});
    CHECK(done.exit_code == 0);
    CHECK(done.out == read_text(text));
    const auto document = boost::json::parse(read_text(json));
    CHECK(document.at("kind") == "discovery");
    CHECK(document.at("run").at("resolvers").at(0) == dns.address().c_str());
    CHECK(
        discover(dns, {"--format", "json", "--vantage", "inside"}).out.find("\"inside\"") !=
        std::string::npos
    );
    Process::Options full;
    full.stdout_path = "/dev/full";
    CHECK(
        lyncprobe({"discover", "contoso.example", "--resolver", dns.address()}, full).exit_code == 4
    );
}

TEST_CASE("discover --yaml: a target list that scan takes") {
    const TemporaryFolder folder;
    const Dnsmasq dns(kSignIn);
    const auto done = discover(dns, {"--yaml"});
    CHECK(done.exit_code == 0);
    CHECK(has(done.err, "warn dns-records")); // who reads no report is told here
    const auto list = folder.write("targets.yaml", done.out);
    const auto plan = lyncprobe({"scan", list, "--plan"});
    CAPTURE(plan.err);
    CHECK(plan.exit_code == 0);
    CHECK(
        plan.out ==
        "contoso.example _sipinternaltls._tcp sip.contoso.example:5061/sip  "
        "sip.contoso.example:5061  role other  use Default  sni sip.contoso.example  "
        "no client certificate  certificate wanted unknown  names sip.contoso.example\n"
        "contoso.example _sip._tls sip.contoso.example:443/sip  "
        "sip.contoso.example:443  role edge  use AccessEdgeExternal  sni sip.contoso.example  "
        "no client certificate  certificate wanted none  names sip.contoso.example\n"
    );
}

TEST_CASE("discover --yaml: every kind of target; one domain may want for everything") {
    const Dnsmasq dns(with_autodiscover());
    const auto list = discover(dns, {"--yaml"}).out;
    for (const auto* part :
         {"probe: autodiscover\n    role: reverse-proxy\n    use: WebServicesExternal",
          "port: 5061\n    probe: federation\n    role: edge", "port: 5269\n    probe: xmpp",
          "host: \"meet.contoso.example\"\n    port: 443\n    probe: https",
          "# sip_domains:\n#   - \"contoso.example\"\n"})
        CHECK_MESSAGE(has(list, part), list);
    const Dnsmasq nothing({"--local=/contoso.example/"});
    const auto empty = discover(nothing, {"--yaml"});
    CHECK(empty.exit_code == 1);
    CHECK(has(empty.out, "targets: []"));
    CHECK(has(empty.out, "# contoso.example fail dns-records: "));
}

TEST_CASE("discover --scan: the scan's options, the scan's files, one document on stdout") {
    const TemporaryFolder folder;
    const Dnsmasq dns(with_autodiscover());
    const auto plan = discover(dns, {"--scan", "--plan"});
    CHECK(plan.exit_code == 0);
    CHECK(has(plan.out, "_sip._tls sip.contoso.example:443/sip"));
    const auto file = folder.file("result.json");
    const auto done = discover(
        dns, {"--scan", "--target", "*_sip._tls*", "--timeout", "2s", "--format", "json",
              "--output", file, "--skip", "dns-records", "--skip", "sha1-deprecated"}
    );
    const auto result = boost::json::parse(done.out);
    CHECK(result.at("kind") == "scan");
    REQUIRE(result.at("endpoints").as_array().size() == 1);
    CHECK(result.at("endpoints").at(0).at("target").at("role") == "edge");
    CHECK(boost::json::parse(read_text(file)).at("endpoints").as_array().size() == 1);
    CHECK(discover(dns, {"--scan", "--only", "no-such-rule"}).exit_code == 2);
    const Dnsmasq nothing({"--local=/contoso.example/"});
    const auto empty = discover(nothing, {"--scan"});
    CHECK(empty.exit_code == 1);
    CHECK(has(empty.err, "nothing was found that could be probed"));
}

TEST_CASE("discover: an interrupt ends the waiting, and what is known is reported") {
    const LyingDns silent(Lie::silent);
    Process process(
        {lyncprobe_path(), "discover", "contoso.example", "--resolver", silent.address(),
         "--timeout", "30s"}
    );
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    process.send_signal(SIGINT);
    const auto done = process.wait(std::chrono::seconds(10));
    CHECK(done.exit_code == 130);
    CHECK(has(done.out, "interrupted"));
    CHECK(done.seconds < 5);
}

} // namespace lyncprobe::test
