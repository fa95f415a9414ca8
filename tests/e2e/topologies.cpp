// SPDX-License-Identifier: MIT
// Topologies through the program: planned, probed, and imported from Lync's own files.
#include "e2e/fixtures.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

const std::string kFiles = LYNCPROBE_SOURCE_DIR "/tests/unit/config/topologies/";

std::string line_with(const std::string& text, std::string_view start) {
    for (const auto& line : lines_of(text))
        if (line.starts_with(start)) return line;
    FAIL("no line begins with " << start);
    std::abort();
}

} // namespace

TEST_CASE("--plan of a topology shows every endpoint with what is expected of it") {
    const auto done = lyncprobe({"scan", "--plan", kFiles + "three-sites.yaml"});
    CHECK(done.exit_code == 0);
    CHECK(done.err == "");
    CHECK(lines_of(done.out).size() == 365);
    const auto registrar = line_with(done.out, "fe01.contoso.example registrar:5061/sip  ");
    CHECK(has(registrar, "use Default"));
    CHECK(has(registrar, "identity inside"));
    CHECK(has(registrar, "certificate wanted optional"));
    CHECK(has(registrar, "names pool01.contoso.example, fe01.contoso.example"));
    const auto clients = line_with(done.out, "edge02.contoso.example access-edge-clients:443/sip");
    CHECK(has(clients, "  sip.contoso.example:443  "));
    CHECK(has(clients, "no client certificate  certificate wanted none"));
    CHECK(has(clients, "addresses 203.0.113.2 "));
    const auto chosen = lyncprobe(
        {"scan", "--plan", kFiles + "three-sites.yaml", "--target", "* application-sharing"}
    );
    CHECK(lines_of(chosen.out).size() == 8 + 6);
}

TEST_CASE("a topology is probed on each of its machines and judged by the names of its pool") {
    Site site;
    site.add("one", good_server());
    site.add("two", good_server());
    const auto part = [&](const std::string& name, bool port) {
        const auto address = site.address_of(name);
        const auto colon = address.find(':');
        return port ? address.substr(colon + 1) : address.substr(0, colon);
    };
    std::string services = "{";
    for (const auto* group :
         {"registrar", "conference-control", "web", "web-client", "mobility", "ucwa",
          "conferencing", "audio-test", "storage"})
        services += std::string(group) + ": no, ";
    const auto list = site.folder().write(
        "topology.yaml",
        "trust: {ca_files: [root.pem], system: no}\ntopology:\n  - site: Lab\n    pools:\n"
        "      - fqdn: pool.contoso.example\n        role: front-end\n"
        "        servers: [{host: server.contoso.example, addresses: " +
            part("one", false) +
            "}, {host: fe02.contoso.example, addresses: " + part("two", false) +
            "}]\n"
            "        services: " +
            services +
            "bandwidth-policy: no, logging: yes}\n"
            "        ports: {logging: [" +
            part("one", true) + ", " + part("two", true) + "]}\n"
    );
    const auto result = parse_json(lyncprobe({"scan", list, "--format", "json"}).out);
    const auto name = "server.contoso.example logging " + part("one", true);
    CHECK(target_names(result).size() == 4);
    CHECK(outcome_of(result, name) == "ok");
    CHECK(verdict_of(result, name, "host-name") == "fail"); // the pool's name is missing
    CHECK(outcome_of(result, "fe02.contoso.example logging " + part("two", true)) == "ok");
}

TEST_CASE("import writes a target list that is planned as it is, and says what it leaves out") {
    const TemporaryFolder folder;
    for (const auto* file : {"published.xml", "published-utf16le.xml", "topology-builder.xml"}) {
        const auto imported = lyncprobe({"import", kFiles + file});
        CAPTURE(file);
        CHECK(imported.exit_code == 0);
        CHECK(has(imported.err, std::string(file) + ":"));
        CHECK(has(imported.err, "left out: port 9001 of pool.contoso.example"));
        CHECK(has(imported.err, "carries no TLS"));
        const auto list = folder.write("imported.yaml", imported.out);
        const auto plan = lyncprobe({"scan", "--plan", list});
        CHECK(plan.exit_code == 0);
        CHECK(plan.err == "");
        CHECK(lines_of(plan.out).size() >= 79);
        CHECK(has(plan.out, "edge01.contoso.example av-edge-clients:443/av-edge"));
    }
}

TEST_CASE("import reads stdin, refuses what is no topology, and explains itself") {
    Process::Options options;
    options.stdin_text = read_text(kFiles + "published.xml");
    const auto imported = lyncprobe({"import", "-"}, options);
    CHECK(imported.exit_code == 0);
    CHECK(has(imported.out, "topology:"));
    options.stdin_text = imported.out;
    CHECK(lyncprobe({"scan", "-", "--plan"}, options).exit_code == 0);

    const auto refused = lyncprobe({"import", kFiles + "hostile/entities.xml"});
    CHECK(refused.exit_code == 2);
    CHECK(refused.out == "");
    CHECK(has(refused.err, "entities.xml:2:1: "));
    CHECK(lyncprobe({"import", kFiles + "three-sites.yaml"}).exit_code == 2);
    CHECK(lyncprobe({"import", kFiles + "absent.xml"}).exit_code == 2);
    CHECK(lyncprobe({"import"}).exit_code == 2);
    const auto help = lyncprobe({"import", "--help"});
    CHECK(help.exit_code == 0);
    CHECK(has(help.out, "Get-CsTopology -AsXml"));
    CHECK(has(lyncprobe({"--help"}).out, "import"));
}

TEST_CASE("the documents of the services and of the Windows releases are what the program says") {
    for (const std::string kind : {"services", "windows-tls"}) {
        const auto document = lyncprobe({"docs", kind});
        CHECK(document.exit_code == 0);
        CHECK_MESSAGE(
            read_text(LYNCPROBE_SOURCE_DIR "/docs/" + kind + ".md") == document.out,
            "docs/" << kind << ".md is not what `lyncprobe docs " << kind << "` prints"
        );
    }
}

} // namespace lyncprobe::test
