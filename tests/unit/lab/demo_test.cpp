// SPDX-License-Identifier: MIT
// The demonstration: what it plants, what it writes, how fast it starts.
#include "lab/lab.h"
#include "lab/posix.h"
#include "unit/lab/peer.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace lyncprobe;
using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;

namespace {

namespace fs = std::filesystem;

const Demo& high_demo() {
    static const Demo demo = make_demo(false);
    return demo;
}

const DemoServer& server(const Demo& demo, std::string_view name) {
    const auto found =
        std::find_if(demo.servers.begin(), demo.servers.end(), [&](const auto& entry) {
            return entry.server.name == name;
        });
    REQUIRE(found != demo.servers.end());
    return *found;
}

struct TemporaryFolder {
    std::string path = make_temporary_folder().value();
    ~TemporaryFolder() { fs::remove_all(path); }
};

std::string file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE("every rule has a fault planted for it") {
    std::set<std::string> expected;
    for (const auto& entry : high_demo().servers)
        for (const auto& what : entry.expect)
            expected.insert(what);
    for (const auto& domain : high_demo().domains)
        expected.insert(domain.expect.begin(), domain.expect.end());
    for (const auto& file : high_demo().files)
        expected.insert(file.expect.begin(), file.expect.end());
    for (const std::string rule :
         {"dns-srv-address", "server-eku",      "crl-distribution-point", "signature-algorithm",
          "no-rsassa-pss",   "auto-enrollment", "windows-2003-ca",        "key-length",
          "key-algorithm",   "validity",        "chain-complete",         "chain-trusted",
          "host-name",       "chain-eku",       "revealed-name",          "oauth-certificate",
          "clock-skew",      "xmpp-domain",     "autodiscover-answer",    "autodiscover-location",
          "subject-name",    "private-key",     "schannel-compatibility"})
        CHECK_MESSAGE(expected.contains(rule + "=fail"), rule);
    for (const std::string rule :
         {"key-length-recommended", "sha1-deprecated", "crl-reachable-scheme",
          "chain-crl-distribution-point", "chain-order", "clock-skew", "product-version",
          "not-refused", "subject-in-san", "name-characters", "leaf-outlives-issuer",
          "autodiscover-domain", "sni-certificate", "dns-srv-failover", "key-provider"})
        CHECK_MESSAGE(expected.contains(rule + "=warn"), rule);
    for (const std::string outcome :
         {"ok", "timeout", "refused", "not_tls", "client_certificate_required",
          "client_certificate_rejected", "starttls_refused"})
        CHECK_MESSAGE(expected.contains("outcome=" + outcome), outcome);
}

TEST_CASE("good servers are the majority, and only they are expected to be without a fail") {
    std::size_t good = 0;
    for (const auto& [spec, target, planted, expect] : high_demo().servers) {
        CAPTURE(spec.name);
        const bool clean = std::count(expect.begin(), expect.end(), "fail=none") == 1;
        CHECK(clean == planted.empty());
        CHECK(std::count_if(expect.begin(), expect.end(), [](const auto& what) {
                  return what.starts_with("outcome=");
              }) == 1);
        good += planted.empty() ? 1 : 0;
    }
    CHECK(good * 5 >= high_demo().servers.size() * 3);
}

TEST_CASE("every listener and every name of a target is there once") {
    std::set<std::pair<std::string, std::uint16_t>> listeners;
    std::set<std::string> names;
    bool v6 = false;
    for (const auto& [spec, target, planted, expect] : high_demo().servers) {
        CHECK(listeners.emplace(spec.address, spec.port).second);
        CHECK(names.insert(target.name).second);
        CHECK((spec.address.starts_with("127.77.0.") || spec.address == "::1"));
        v6 = v6 || spec.address == "::1";
        CHECK(target.port == spec.port);
        CHECK(to_text(target.addresses.at(0)) == spec.address);
    }
    CHECK(v6);
}

TEST_CASE("high ports are Lync's ports plus 10,000") {
    const Demo real = make_demo(true);
    REQUIRE(real.servers.size() == high_demo().servers.size());
    for (std::size_t i = 0; i < real.servers.size(); ++i)
        CHECK(high_demo().servers[i].server.port == real.servers[i].server.port + 10'000);
    CHECK(server(real, "fe01 registrar").server.port == 5061);
    CHECK(server(real, "edge01 Access Edge, clients").server.port == 443);
}

TEST_CASE("a port that is taken moves 10,000 higher, the others stay") {
    Demo demo;
    demo.servers.resize(2);
    Lab lab;
    ServerSpec taken;
    taken.address = "127.77.0.99";
    taken.port = lab.add(taken).value();
    ServerSpec free = taken;
    {
        Lab other;
        free.port = 0;
        free.port = other.add(free).value();
    }
    REQUIRE(taken.port < 55'000);
    demo.servers[0].server = taken;
    demo.servers[1].server = free;
    demo.servers[1].target.port = free.port;
    move_ports_that_cannot_be_bound(demo);
    CHECK(demo.servers[0].server.port == taken.port + 10'000);
    CHECK(demo.servers[0].target.port == taken.port + 10'000);
    CHECK(demo.servers[1].server.port == free.port);
    CHECK(demo.servers[1].target.port == free.port);
}

TEST_CASE("an address that this machine does not have is reported, loopback is there") {
    ServerSpec spec;
    spec.address = "192.0.2.1";
    CHECK_FALSE(missing_address(spec).empty());
    spec.address = "127.77.0.11";
    CHECK(missing_address(spec).empty());
}

TEST_CASE("the files are written, and only the owner can read the key") {
    const TemporaryFolder folder;
    const fs::path demo_folder = fs::path(folder.path) / "new" / "demo";
    REQUIRE(write_demo_files(high_demo(), demo_folder.string()).has_value());
    REQUIRE(write_demo_files(high_demo(), demo_folder.string()).has_value()
    ); // again, over the old ones
    struct stat status {};
    REQUIRE(::stat((demo_folder / "identity.key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(file(demo_folder / "identity.key") == high_demo().identity.key_pem);
    CHECK(file(demo_folder / "root.pem") == high_demo().root_pem);
    CHECK(file(demo_folder / "public-root.pem") == high_demo().public_root_pem);
    CHECK(
        file(demo_folder / "identity.pem") ==
        high_demo().identity.certificate_pem + high_demo().identity_chain_pem.at(0)
    );
    CHECK(
        std::distance(fs::directory_iterator(demo_folder), {}) == 12
    ); // nothing half-written left behind
}

TEST_CASE("the target list names every server with its role, port and planted fault") {
    const TemporaryFolder folder;
    REQUIRE(write_demo_files(high_demo(), folder.path).has_value());
    const std::string yaml = file(fs::path(folder.path) / "targets.yaml");
    CHECK(
        yaml.find("  ca_files: [root.pem, public-root.pem]\n  system: false\n") != std::string::npos
    );
    CHECK(
        yaml.find("  - name: \"fe01 registrar\"\n"
                  "    host: fe01.contoso.example\n"
                  "    addresses: [\"127.77.0.11\"]\n"
                  "    port: 15061\n"
                  "    probe: sip\n"
                  "    role: front-end\n"
                  "    use: Default\n"
                  "    side: internal\n"
                  "    pool: pool.contoso.example\n"
                  "    server: fe01.contoso.example\n"
                  "    site: Redmond\n"
                  "    product: lync-server-2013\n"
                  "    names: [fe01.contoso.example, pool.contoso.example, sip.contoso.example]\n"
        ) != std::string::npos
    );
    CHECK(
        yaml.find("    enrollment: {method: web, ca_os: windows-server-2003, "
                  "requester_os: windows-server-2008-r2, kb922706: true}\n") != std::string::npos
    );
    CHECK(yaml.find("    mutual: none\n") != std::string::npos);
    CHECK(
        yaml.find("    port: 10080\n    probe: autodiscover\n    plain: yes\n") != std::string::npos
    );
    CHECK(
        yaml.find("    port: 15269\n    probe: xmpp\n    role: edge\n    use: AccessEdgeExternal\n"
                  "    side: external\n    pool: edgepool.contoso.example\n"
                  "    server: access01.contoso.example\n    site: Redmond\n"
                  "    sip_domain: contoso.example\n    product: lync-server-2013\n"
        ) != std::string::npos
    );
    for (const auto& entry : high_demo().servers)
        if (!entry.planted.empty())
            CHECK(
                yaml.find("  # planted: " + entry.planted + "\n  - name: \"" + entry.target.name) !=
                std::string::npos
            );
}

TEST_CASE("a target over UDP says so in the list, a target over TCP does not") {
    Demo demo = high_demo();
    demo.servers.resize(2);
    demo.servers[0].target.transport = Transport::udp;
    const TemporaryFolder folder;
    REQUIRE(write_demo_files(demo, folder.path).has_value());
    const std::string yaml = file(fs::path(folder.path) / "targets.yaml");
    const auto at = yaml.find("    transport: udp\n");
    REQUIRE(at != std::string::npos);
    CHECK(yaml.find("transport:", at + 10) == std::string::npos);
}

TEST_CASE("every name of the demonstration ends in .example") {
    const auto good = [](const std::string& name) { return name.ends_with(".example"); };
    for (const auto& [spec, target, planted, expect] : high_demo().servers) {
        CAPTURE(target.name);
        CHECK(good(target.host));
        CHECK((target.pool.empty() || good(target.pool)));
        CHECK((target.sip_domain.empty() || good(target.sip_domain)));
        for (const auto* name :
             {&spec.sip.fqdn, &spec.web.server_fqdn, &spec.web.internal_web, &spec.web.external_web,
              &spec.web.internal_sip, &spec.web.external_sip, &spec.xmpp_domain})
            CHECK((name->empty() || good(*name)));
    }
}

TEST_CASE("expect.txt has one line for each expectation: target, what, planted fault") {
    Demo demo;
    demo.servers.resize(2);
    demo.servers[0].target.name = "good one";
    demo.servers[0].expect = {"outcome=ok", "fail=none"};
    demo.servers[1].target.name = "bad one";
    demo.servers[1].planted = "expired";
    demo.servers[1].expect = {"validity=fail"};
    CHECK(
        expectations_text(demo) ==
        "good one\toutcome=ok\t\ngood one\tfail=none\t\nbad one\tvalidity=fail\texpired\n"
        "identity renewed\town-certificate-usage=warn\tour certificate was renewed without client "
        "authentication\n"
    );
}

TEST_CASE("a folder that cannot be made is a problem in words") {
    const auto failed = write_demo_files(high_demo(), "/proc/nowhere/demo");
    REQUIRE(failed.has_error());
    CHECK(failed.error().what.find("/proc/nowhere/demo") != std::string::npos);
}

TEST_CASE("the whole demonstration starts, answers and stops within three seconds") {
    Demo demo = high_demo(); // keys are made once per process
    const auto start = std::chrono::steady_clock::now();
    {
        Lab lab;
        for (auto& entry : demo.servers) {
            if (!missing_address(entry.server).empty()) continue;
            entry.server.port = 0; // parallel runs of this test stay out of each other's way
            const auto port = lab.add(entry.server);
            REQUIRE_MESSAGE(port.has_value(), entry.server.name);
            entry.server.port = *port;
        }
        CHECK(
            Wire(server(demo, "fe02 web conferencing").server.port, "127.77.0.12").error() ==
            ECONNREFUSED
        );
        CHECK(Wire(server(demo, "fe01 registrar").server.port, "127.77.0.11").error() == 0);
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("the demonstration's certificates have the planted flaws and the names of their targets"
) {
    const auto certificate = [](std::string_view name) {
        return certificate_from_pem(server(high_demo(), name).server.chain_pem.front());
    };
    const X509Ptr expired = certificate("edge02 Access Edge, clients");
    CHECK(X509_cmp_current_time(X509_get0_notAfter(expired.get())) < 0);
    const X509Ptr pss = certificate("dir01 external web site");
    CHECK(X509_get_signature_nid(pss.get()) == NID_rsassaPss);
    const X509Ptr weak = certificate("Office Web Apps");
    CHECK(EVP_PKEY_get_bits(X509_get0_pubkey(weak.get())) == 1536);
    CHECK(X509_get_ext_by_NID(weak.get(), NID_crl_distribution_points, -1) == -1);
    CHECK(server(high_demo(), "fe02 conference control").server.chain_pem.size() == 1);
    for (const auto& entry : high_demo().servers) {
        if (entry.server.chain_pem.empty()) continue; // speaks no TLS
        const X509Ptr leaf = certificate_from_pem(entry.server.chain_pem.front());
        const bool covered =
            X509_check_host(leaf.get(), entry.target.host.c_str(), 0, 0, nullptr) == 1;
        const bool uncovered_on_purpose =
            std::count(entry.expect.begin(), entry.expect.end(), "host-name=fail") == 1;
        // Targets with names of their own are judged by those.
        std::vector<std::string> names = expected_names(entry.target);
        const bool all = std::all_of(names.begin(), names.end(), [&](const auto& name) {
            return X509_check_host(leaf.get(), name.c_str(), 0, 0, nullptr) == 1;
        });
        CAPTURE(entry.server.name);
        CHECK((covered && all) != uncovered_on_purpose);
    }
}
