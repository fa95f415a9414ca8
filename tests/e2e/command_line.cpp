// SPDX-License-Identifier: MIT
// Arguments: help, mistakes with a suggestion, what is known and not built yet, any order.
#include "e2e/fixtures.h"

#include <sstream>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

using Arguments = std::vector<std::string>;

void refused(const Arguments& arguments, std::string_view because) {
    const auto done = lyncprobe(arguments);
    std::string line;
    for (const auto& argument : arguments)
        line += argument + " ";
    CAPTURE(line);
    CAPTURE(done.err);
    CHECK(done.exit_code == 2);
    CHECK(done.out == "");
    CHECK(has(done.err, because));
}

} // namespace

TEST_CASE("help and version: exit code 0, on stdout, with examples") {
    CHECK(lines_of(lyncprobe({"--version"}).out).size() == 1);
    CHECK(lyncprobe({"--version"}).out.starts_with("lyncprobe "));
    for (const Arguments& arguments :
         {Arguments{"--help"},
          {"scan", "--help"},
          {"probe", "--help"},
          {"check", "--help"},
          {"discover", "--help"},
          {"federation", "--help"},
          {"report", "--help"},
          {"rules", "--help"}}) {
        CAPTURE(arguments.front());
        const auto help = lyncprobe(arguments);
        CHECK(help.exit_code == 0);
        CHECK(help.err == "");
        const auto examples = help.out.find("Examples:");
        REQUIRE(examples != std::string::npos);
        CHECK(
            has(std::string_view(help.out).substr(examples),
                "lyncprobe " + (arguments.size() > 1 ? arguments.front() : "scan"))
        );
        CHECK(!has(help.out, "not built"));
        for (const auto* to_come : {"--nagios", "--state", "--changes"})
            CHECK(!has(help.out, to_come));
    }
    CHECK(run({lab_path(), "--help"}).exit_code == 0);
    CHECK(run({lab_path(), "--version"}).exit_code == 0);
}

TEST_CASE("a mistyped word is refused with the nearest one") {
    refused({"scna", "x.yaml"}, "did you mean 'scan'?");
    refused({"scan", "x.yaml", "--otput", "a.json"}, "did you mean '--output'?");
    refused({"scan", "--conncurrency", "3", "x.yaml"}, "did you mean '--concurrency'?");
    refused({"scan", "--hlep"}, "--hlep");
    refused({"probe", "localhost", "--as", "spi"}, "did you mean 'sip'?");
    refused({"probe", "localhost", "--role", "frontend"}, "did you mean 'front-end'?");
    refused({"check", "x.pem", "--use", "InternalWeb"}, "--use: 'InternalWeb' is not known");
    refused({"rules", "server-ek"}, "did you mean 'server-eku'?");
    refused({"rules", "nonsense"}, "no rule 'nonsense' (lyncprobe rules lists them)");
}

TEST_CASE("values that make no sense are refused, and the message names option and value") {
    refused({}, "--help");
    refused({"scan"}, "TARGETS");
    refused({"check"}, "FILE");
    refused({"probe"}, "HOST");
    refused({"probe", "a.example", "b.example"}, "b.example");
    refused({"probe", "host:0"}, "'0' is no port");
    refused({"probe", "host:99999"}, "'99999' is no port");
    refused({"probe", "https://host"}, "host");
    refused({"probe", "host", "--timeout", "soon"}, "--timeout: 'soon'");
    for (const auto* limit : {"--timeout", "--connect-timeout", "--deadline"}) {
        refused({"probe", "host", limit, "0"}, "leaves no time");
        refused({"probe", "host", limit, "-5s"}, "is no duration");
    }
    refused({"probe", "b\u00fccher.example"}, "did you mean 'xn--bcher-kva.example'?");
    refused(
        {"check", "x.pem", "--name", "b\u00fccher.example"}, "did you mean 'xn--bcher-kva.example'?"
    );
    refused({"check", "x.pem", "--name", "*.contoso.example"}, "--name: '*.contoso.example'");
    refused({"check", "x.pem", "--name", ""}, "--name: ''");
    refused({"probe", "host", "--concurrency", "0"}, "--concurrency: '0'");
    refused({"probe", "host", "--concurrency", "-3"}, "--concurrency");
    refused({"probe", "host", "--retries", "many"}, "--retries: 'many'");
    refused({"probe", "host", "--address-family", "5"}, "--address-family: '5'");
    refused({"probe", "host", "--color", "red"}, "--color: 'red'");
    refused({"probe", "host", "--fail-on", "pass"}, "--fail-on: 'pass'");
    refused({"probe", "host", "--format", "pdf"}, "--format: 'pdf'");
    refused({"probe", "host", "--at", "tomorrow"}, "--at: 'tomorrow'");
    refused({"probe", "host", "--output", "result.pdf"}, "result.pdf");
    refused({"probe", "host", "--output"}, "--output");
    refused({"probe", "host", "--only", "no-such-rule"}, "no-such-rule");
    refused({"probe", "host", "--skip", "zzz*"}, "zzz*");
    refused({"probe", "host", "--resolver", "nowhere"}, "nowhere");
    refused({"probe", "host", "--quiet", "--verbose"}, "--verbose");
    refused({"probe", "host", "--cert", "a.pem"}, "--key");
    refused({"probe", "host", "--key", "a.pem"}, "--cert");
    refused({"probe", "host", "--pfx", "a.pfx", "--cert", "a.pem", "--key", "a.key"}, "--pfx");
    refused({"scan", "x.yaml", "--shard", "2/2"}, "--shard");
    refused({"scan", "x.yaml", "--shard", "two"}, "--shard");
    refused({"scan", "x.yaml", "--inventory", "--mtls-matrix"}, "--inventory shakes no hands");
    refused(
        {"scan", "x.yaml", "--inventory", "--as-os", "windows-11"}, "--inventory makes no handshake"
    );
    refused({"scan", "x.yaml", "--ldap-server", "ldap://dc01"}, "'ldap://dc01': a host is wanted");
    refused({"scan", "x.yaml", "--ldap-server", "dc01:99999"}, "'99999' is no port");
    refused({"probe", "host", "--plan", "--only", "no-such-rule"}, "no-such-rule");
    refused({"probe", "host", "--target", "x*"}, "no target, host, server or pool is called 'x*'");
    refused({"scan", "\x1b[31mred.yaml"}, "\\x1b[31mred.yaml");
}

TEST_CASE("--as-os: the help has every release, and a list in which --inventory gives way says so"
) {
    const auto wrong = lyncprobe({"scan", "x.yaml", "--as-os", "windows-10"});
    CHECK(wrong.exit_code == 2);
    const auto known = wrong.err.find("known: ");
    REQUIRE(known != std::string::npos);
    const auto begin = known + std::string("known: ").size();
    std::istringstream names(wrong.err.substr(begin, wrong.err.find(')', begin) - begin));
    const auto help = lyncprobe({"scan", "--help"}).out;
    int count = 0;
    for (std::string name; names >> name; ++count) {
        if (name.back() == ',') name.pop_back();
        CHECK_MESSAGE(has(help, name), name);
    }
    CHECK(count == 10);

    const TemporaryFolder folder;
    const auto list = folder.write(
        "list.yaml", "targets:\n"
                     "  - {name: one, host: 127.0.0.1, port: 9, peer_os: windows-server-2012-r2}\n"
                     "  - {name: two, host: 127.0.0.1, port: 10, peer_os: windows-11}\n"
                     "  - {name: three, host: 127.0.0.1, port: 11}\n"
    );
    const auto planned = lyncprobe({"scan", list, "--plan", "--inventory"});
    CHECK(planned.exit_code == 0);
    CHECK(has(planned.err, "--inventory does not apply to 'one' and 1 more"));
    CHECK(has(planned.err, "a handshake as windows-server-2012-r2"));
    CHECK(lyncprobe({"scan", list, "--plan"}).err == "");
}

TEST_CASE("discover: what makes no sense is refused before anything is asked") {
    refused({"discover"}, "SIP-DOMAIN");
    refused({"discover", "b\u00fccher.example"}, "did you mean 'xn--bcher-kva.example'?");
    refused({"discover", "a b.example"}, "is no DNS name");
    refused({"discover", "sip:contoso.example"}, "is no DNS name");
    refused({"discover", "sip:user@contoso.example"}, "did you mean 'contoso.example'?");
    refused({"discover", "192.0.2.1"}, "is an address, no SIP domain");
    refused({"discover", "contoso.example", "--resolver", "nowhere"}, "nowhere");
    refused({"discover", "contoso.example", "--timeout", "0"}, "leaves no time");
    refused({"discover", "contoso.example", "--yaml", "--scan"}, "--yaml and --scan");
    refused({"discover", "contoso.example", "--plan"}, "--plan needs --scan");
    refused({"discover", "contoso.example", "--target", "x"}, "--target needs --scan");
    refused({"discover", "contoso.example", "--shard", "0/2"}, "--shard needs --scan");
    refused({"discover", "contoso.example", "--follow"}, "--follow needs --scan");
    refused({"discover", "contoso.example", "--fetch"}, "--fetch needs --scan");
    refused({"discover", "contoso.example", "--fetch-private"}, "--fetch-private needs --scan");
    refused({"discover", "contoso.example", "--allow-private"}, "--allow-private needs --scan");
    refused({"discover", "contoso.example", "--versions"}, "--versions needs --scan");
    refused(
        {"discover", "contoso.example", "--scan", "--ldap-server", "dc01"},
        "--ldap-server needs --fetch"
    );
    refused({"discover", "contoso.example", "--format", "ndjson"}, "no lines");
    refused({"discover", "contoso.example", "--output", "r.ndjson"}, "no lines");
    refused({"discover", "contoso.example", "--output", "/nowhere/r.json"}, "/nowhere");
    refused({"discover", "contoso.example", "--only", "server-eku"}, "no check 'server-eku'");
    refused({"discover", "contoso.example", "--skip", "zzz*"}, "no check 'zzz*'");
    refused({"federation", "contoso.example", "--only", "host-name"}, "'--only' is no option");
    refused({"federation", "contoso.example", "--fail-on", "warn"}, "'--fail-on' is no option");
    refused({"federation", "contoso.example", "--pfx", "/nowhere/edge.pfx"}, "/nowhere/edge.pfx");
    refused(
        {"federation", "contoso.example", "--only", "x"}, "'--only' is no option of federation"
    );
    refused({"federation", "192.0.2.1"}, "no SIP domain");
    refused({"federation", "contoso.example", "--direct", "192.0.2.1"}, "takes a name");
    refused({"federation", "contoso.example", "--direct", "edge:99999"}, "is no port");
    refused({"federation", "contoso.example", "--self", "--our-domain", "a.example"}, "exclude");
    refused({"federation", "contoso.example", "--self", "--pfx", "a.pfx"}, "without a certificate");
    refused({"federation", "contoso.example", "--our-domain", "contoso.example"}, "--self");
    refused({"discvoer", "contoso.example"}, "did you mean 'discover'?");
}

TEST_CASE("what is planned and not built yet is refused with just these words") {
    for (const auto* command : {"diff", "history", "serve", "merge"}) {
        refused({command}, "known, not built yet");
        refused({command, "argument", "--format", "json"}, "known, not built yet");
        refused({command, "--help"}, "known, not built yet");
    }
    for (const auto* option : {"--changes", "--nagios"}) {
        refused({"scan", "x.yaml", option}, "known, not built yet");
        refused({"probe", option, "localhost"}, "known, not built yet");
    }
    refused({"scan", "x.yaml", "--state", "runs.db"}, "known, not built yet");
    refused({"check", "x.pem", "--nagios"}, "known, not built yet");
    for (const auto* ending : {"prom"}) {
        refused({"check", "x.pem", "--output", std::string("r.") + ending}, "known, not built yet");
    }
    for (const auto* format : {"prometheus", "prom"})
        refused({"check", "x.pem", "--format", format}, "known, not built yet");
}

TEST_CASE("options and file names may stand in any order, an option takes one value") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    const auto out = site.file("a.json");
    for (const Arguments& arguments :
         {Arguments{"scan", "--output", out, list}, Arguments{"scan", list, "--output", out},
          Arguments{"scan", "--quiet", "--output=" + out, "--timeout", "5s", list},
          Arguments{
              "scan", "--ca-file", site.file("root.pem"), list, "--output", out, "--only",
              "validity", "--no-progress"}}) {
        CHECK(lyncprobe(arguments).exit_code == 0);
        CHECK(target_names(json_file(out)).size() == 1);
    }
    const auto pem = site.folder().write("server.pem", pki().chain_text(pki().server));
    const auto checked = lyncprobe(
        {"check", "--name", std::string(kServerName), pem, "--role", "front-end",
         site.file("root.pem"), "--format", "json"}
    );
    CHECK(parse_json(checked.out).at("files").as_array().size() == 2);
}

TEST_CASE("probe takes what scan takes to choose and to plan") {
    const Trap trap;
    const auto plan = lyncprobe({"probe", trap.address(), "--plan"});
    CHECK(plan.exit_code == 0);
    CHECK(has(plan.out, trap.address()));
    CHECK(!trap.was_called());
}

} // namespace lyncprobe::test
