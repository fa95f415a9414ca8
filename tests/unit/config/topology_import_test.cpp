// SPDX-License-Identifier: MIT
// Topology files: both forms become the same target list, nothing with TLS is lost, and hostile
// files are refused.
#include "config/topology_import.h"
#include "plan/expand.h"
#include "unit/config/reading.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

using Texts = std::vector<std::string>;

std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in.good(), path);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string sample(const std::string& name) {
    return contents(LYNCPROBE_SOURCE_DIR "/tests/unit/config/topologies/" + name);
}

config::ImportedTopology import(const std::string& bytes) {
    auto imported = config::import_topology(bytes);
    if (!imported) FAIL(to_text(imported.error()));
    return std::move(*imported);
}

// What a scan of the written list would probe.
std::vector<Target> scanned(const config::ImportedTopology& imported) {
    const auto yaml = config::to_yaml(imported, "topology.xml");
    const auto outcome = read({{"t.yaml", yaml}});
    CHECK_MESSAGE(texts(outcome) == Texts{}, yaml);
    CHECK(outcome.deployment.warnings.empty());
    return outcome.deployment.targets;
}

// "fe01.contoso.example:5061/sip Default pool names…", without what the two forms say differently.
std::set<std::string> summaries(const std::vector<Target>& targets) {
    std::set<std::string> out;
    for (const auto& target : targets) {
        std::string text = target.name + " " + target.host + ":" + std::to_string(target.port) +
                           "/" + std::string(to_text(target.probe)) + " " +
                           std::string(to_text(target.role)) + " " +
                           std::string(to_text(target.use)) + " " + target.site;
        for (const auto& address : target.addresses)
            text += " " + to_text(address);
        out.insert(text);
    }
    return out;
}

const Target& named(const std::vector<Target>& targets, std::string_view name) {
    const auto found = std::find_if(targets.begin(), targets.end(), [name](const Target& target) {
        return target.name == name;
    });
    if (found == targets.end()) FAIL("no target is called " << name);
    return *found;
}

// An independent look at the file: the ports that speak TLS or pseudo-TLS.
std::map<int, std::string> tls_ports(const std::string& xml) {
    static const std::regex kPort("<Port [^>]*>");
    const auto attribute = [](const std::string& element, const std::string& name) {
        std::smatch match;
        const std::regex pattern(" " + name + "=\"([^\"]*)\"");
        return std::regex_search(element, match, pattern) ? match[1].str() : std::string();
    };
    std::map<int, std::string> out;
    for (std::sregex_iterator it(xml.begin(), xml.end(), kPort), end; it != end; ++it) {
        const auto element = it->str();
        const auto protocol = attribute(element, "Protocol");
        const bool tls = protocol == "Mtls" || protocol == "Tls" || protocol == "Https";
        if (tls || attribute(element, "Usage") == "TURNServer")
            out[std::stoi(attribute(element, "Port"))] = element;
    }
    return out;
}

void check_nothing_lost(const std::string& xml, const std::vector<Target>& targets) {
    std::set<int> planned;
    for (const auto& target : targets)
        planned.insert(target.port);
    for (const auto& [port, element] : tls_ports(xml))
        CHECK_MESSAGE(planned.count(port) == 1, element);
}

} // namespace

TEST_CASE("import: the published form, the same in UTF-16, and Topology Builder's say the same") {
    const auto published = scanned(import(sample("published.xml")));
    const auto utf16 = scanned(import(sample("published-utf16le.xml")));
    const auto builder = scanned(import(sample("topology-builder.xml")));
    CHECK(published.size() == 79);
    CHECK(summaries(published) == summaries(utf16));
    // Topology Builder knows the simple URLs too, which the reverse proxy publishes.
    const auto all = summaries(builder);
    for (const auto& summary : summaries(published))
        CHECK_MESSAGE(all.count(summary) == 1, summary);
    CHECK(builder.size() == published.size() + 3 * 2);
    CHECK(
        named(builder, "fe01.contoso.example web-internal").names.size() ==
        named(published, "fe01.contoso.example web-internal").names.size() + 4
    );
}

TEST_CASE("import: every port with TLS is in the plan") {
    for (const auto* name : {"published.xml", "topology-builder.xml"}) {
        const auto xml = sample(name);
        check_nothing_lost(xml, scanned(import(xml)));
        CHECK(tls_ports(xml).size() > 25);
    }
}

TEST_CASE("import: what the file knows of each server is used") {
    const auto targets = scanned(import(sample("published.xml")));
    const auto& registrar = named(targets, "fe02.contoso.example registrar");
    CHECK(registrar.role == Role::front_end);
    CHECK(registrar.product == Product::skype_2019);
    CHECK(to_text(registrar.addresses.at(0)) == "10.0.0.2");
    CHECK(registrar.names == Texts{"pool.contoso.example", "fe02.contoso.example"});
    CHECK(
        to_text(named(targets, "fe02.contoso.example mediation-gateway").addresses.at(0)) ==
        "10.0.9.2"
    );
    CHECK(named(targets, "fe01.contoso.example av-conferencing").port == 6063);
    const auto& outside = named(targets, "fe01.contoso.example web-external");
    CHECK(outside.sni == "web.contoso.example");
    CHECK(named(targets, "dir.contoso.example registrar").role == Role::director);
    CHECK(
        named(targets, "dir.contoso.example web-external").names == Texts{"dirweb.contoso.example"}
    );
    const auto& av = named(targets, "edge01.contoso.example av-edge-clients");
    CHECK(av.host == "av.contoso.example");
    CHECK(to_text(av.addresses.at(0)) == "203.0.113.3"); // what NAT makes of 192.0.2.3
    CHECK(
        to_text(named(targets, "edge01.contoso.example access-edge-clients").addresses.at(0)) ==
        "203.0.113.1"
    );
    CHECK(
        to_text(named(targets, "edge01.contoso.example replication").addresses.at(0)) == "10.1.0.1"
    );
    CHECK(named(targets, "branch.contoso.example sba-mediation-gateway").port == 5082);
    CHECK(named(targets, "branch.contoso.example registrar").site == "Branch");
    CHECK(named(targets, "gw.contoso.example gateway").port == 5068);
    CHECK(named(targets, "app02.contoso.example application 6002").port == 6002);
    CHECK(named(targets, "office.contoso.example office-web-apps").port == 443);
    CHECK(named(targets, "web.contoso.example published-web 8443").port == 8443);
    const auto& unknown = named(targets, "edge01.contoso.example NewThing 5555");
    CHECK(unknown.host == "new.contoso.example");
    CHECK(unknown.side == Side::external);
    CHECK(unknown.names == Texts{"new.contoso.example"});
    CHECK(named(targets, "fe01.contoso.example robot 5999").probe == Probe::sip);
    CHECK(std::none_of(targets.begin(), targets.end(), [](const Target& target) {
        return target.service == "mobility-internal" || target.service == "ucwa";
    }));
}

TEST_CASE("import: what makes no endpoint is told with its line and the reason") {
    const auto imported = import(sample("published.xml"));
    const auto told = [&](std::string_view what) {
        const auto found = std::find_if(
            imported.left_out.begin(), imported.left_out.end(),
            [what](const auto& one) { return one.what.find(what) != std::string::npos; }
        );
        if (found == imported.left_out.end()) FAIL("nothing is told of " << what);
        return *found;
    };
    CHECK(told("port 9001").reason == "it speaks Tcp, which carries no TLS");
    CHECK(told("port 9001").line > 1);
    CHECK(told("UserStore").reason == "it has no port in the file");
    CHECK(told("below fabrikam.example").reason.find("sip_domains") != std::string::npos);
    CHECK(std::is_sorted(
        imported.left_out.begin(), imported.left_out.end(),
        [](const auto& a, const auto& b) { return a.line < b.line; }
    ));
}

TEST_CASE("import: a product that the version does not tell for sure is a remark") {
    const auto imported = import(sample("topology-builder.xml"));
    const auto yaml = config::to_yaml(imported, "a\nb.xml");
    CHECK(yaml.find("# product: lync-server-2013  # probably") != std::string::npos);
    CHECK(yaml.find("\nb.xml") == std::string::npos);
    CHECK(named(scanned(imported), "fe01.contoso.example registrar").product == Product::unknown);
}

TEST_CASE("import: foreign text cannot write lines of its own into the list") {
    const auto targets = scanned(import(sample("hostile/foreign-text.xml")));
    CHECK(targets.size() == 4);
    for (const auto& target : targets)
        CHECK(target.host != "evil.example");
}

TEST_CASE("import: hostile and other files are refused with their place") {
    const auto refusal = [](const std::string& bytes) {
        const auto imported = config::import_topology(bytes);
        REQUIRE(!imported);
        return to_text(imported.error());
    };
    const auto of = [&](const std::string& name) { return refusal(sample("hostile/" + name)); };
    const auto has = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    CHECK(has(of("entities.xml"), "entity"));
    CHECK(has(of("external-entity.xml"), "entity"));
    CHECK(has(of("deep.xml"), "deeper than 64"));
    CHECK(has(of("cut.xml"), "not well-formed"));
    CHECK(has(of("not-a-topology.xml"), "outermost element is 'html'"));
    CHECK(has(of("no-clusters.xml"), "no cluster"));
    CHECK(has(of("nothing-to-probe.xml"), "no port that speaks TLS"));
    CHECK(has(of("broken-utf16.xml"), "UTF-16"));
    CHECK(has(of("empty.xml"), "no element"));
    CHECK(has(refusal(std::string((16u << 20) + 1, ' ')), "longer than"));
    CHECK(has(refusal("<TopologyBuilder><NewTopology/></TopologyBuilder>"), "no topology in it"));

    std::string many = "<Topology><Clusters>";
    for (int cluster = 0; cluster < 3; ++cluster) {
        many += "<Cluster Fqdn=\"a\"><ClusterId SiteId=\"1\" Number=\"" + std::to_string(cluster) +
                "\"/>";
        for (int machine = 0; machine < 8000; ++machine)
            many += "<Machine/>";
        many += "</Cluster>";
    }
    CHECK(has(refusal(many + "</Clusters></Topology>"), "more than 20000 machines"));
}

TEST_CASE("import: a port that a second service names again is one endpoint") {
    const auto port = [](const std::string& owner, const std::string& number) {
        return "<Port Owner=\"urn:component:" + owner +
               "\" Usage=\"SipServer\" InterfaceSide=\"Primary\" InterfaceNumber=\"1\" Port=\"" +
               number + "\" Protocol=\"Mtls\"/>";
    };
    const auto imported = import(
        "<Topology><Clusters><Cluster Fqdn=\"fe.contoso.example\"><ClusterId SiteId=\"1\" "
        "Number=\"1\"/></Cluster></Clusters><Services><Service><ServiceId "
        "RoleName=\"UserServices\"/><InstalledOn><ClusterId SiteId=\"1\" "
        "Number=\"1\"/></InstalledOn><Ports>" +
        port("Registrar", "5061") + port("Other", "5061") + port("Other", "7000") +
        port("Another", "7000") + "</Ports></Service></Services></Topology>"
    );
    const auto targets = scanned(imported);
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].name == "fe.contoso.example Other 7000");
    CHECK(targets[1].name == "fe.contoso.example registrar");
    CHECK(targets[1].role == Role::standard_edition);
    CHECK(targets[1].site == "site 1");
}

TEST_CASE("import: a real topology, where LYNCPROBE_TOPOLOGY_SAMPLE names one") {
    const char* path = std::getenv("LYNCPROBE_TOPOLOGY_SAMPLE");
    if (path == nullptr || *path == '\0') {
        MESSAGE("left out: LYNCPROBE_TOPOLOGY_SAMPLE names no file");
        return;
    }
    const auto xml = contents(path);
    const auto targets = scanned(import(xml));
    CHECK_FALSE(targets.empty());
    check_nothing_lost(xml, targets);
}
