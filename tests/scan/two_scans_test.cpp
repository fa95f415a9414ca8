// SPDX-License-Identifier: MIT
// Scans of lab servers through the library: one after another and two at once give what one gives.
#include "lab/lab.h"
#include "report/report.h"
#include "scan/scan.h"

#include <regex>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

// Farm is a few servers on loopback, each with a fault of its own.
class Farm {
  public:
    Farm() : root_(root_spec()) {
        add("good", {});
        add("required", {.client_certificates = lab::ClientCertificates::required});
        add("old", {.max_version = 0x0303});
        add("untrusted", {}, lab::Authority(root_spec()));
        add("mute", {.faults = {.silent = true}});
        Target named; // by c-ares, from the hosts file
        named.host = "localhost";
        named.port = targets_.front().port;
        targets_.push_back(named);
    }

    Deployment deployment() const {
        Deployment out;
        out.targets = targets_;
        out.settings.address_family = 4;
        out.settings.timeout = Milliseconds{2'000};
        out.settings.mtls_matrix = true;
        out.settings.versions = true;
        out.settings.fetch_private = true; // by libcurl, from a port that nobody listens on
        return out;
    }

    std::string root_der() const { return root_.self().certificate_der; }
    pki::IdentityPtr identity() const {
        const auto issued = root_.issue(leaf_spec());
        auto read = pki::read_identity("ours", issued.certificate_pem, issued.key_pem, {});
        REQUIRE(read.has_value());
        return *read;
    }

  private:
    static lab::CertificateSpec root_spec() {
        lab::CertificateSpec spec;
        spec.common_name = "Contoso Root CA";
        spec.ca = true;
        return spec;
    }
    static lab::CertificateSpec leaf_spec() {
        lab::CertificateSpec spec;
        spec.common_name = "server.contoso.example";
        spec.dns = {spec.common_name};
        spec.crl_urls = {"http://127.0.0.1:1/ca.crl"};
        return spec;
    }

    void add(const std::string& name, lab::ServerSpec spec) { add(name, std::move(spec), root_); }
    void add(const std::string& name, lab::ServerSpec spec, const lab::Authority& issuer) {
        const auto issued = issuer.issue(leaf_spec());
        spec.name = name;
        spec.chain_pem = {issued.certificate_pem};
        spec.key_pem = issued.key_pem;
        spec.client_ca_pem = {root_.self().certificate_pem};
        const auto port = lab_.add(spec);
        REQUIRE(port.has_value());
        Target target;
        target.name = name;
        target.host = "127.0.0.1";
        target.port = *port;
        target.identity = "ours";
        targets_.push_back(target);
    }

    lab::Authority root_;
    lab::Lab lab_;
    std::vector<Target> targets_;
};

// What a scan gives, but for how long things took.
std::string run(const Farm& farm, const pki::IdentityPtr& identity) {
    scan::Observer deaf;
    scan::ScanOptions options;
    options.world.now = [] { return parse_time("2026-12-01").value(); };
    auto plan = scan::prepare(farm.deployment());
    if (!plan) return to_text(plan.error());
    pki::Anchors anchors;
    anchors.add(farm.root_der());
    const auto result = scan::scan(
        std::move(*plan), options, {.anchors = std::move(anchors), .identities = {identity}}, deaf
    );
    if (!result) return to_text(result.error());
    std::ostringstream out;
    report::write_json(out, *result);
    static const std::regex timing(R"rx("timing_ms": ?\{[^}]*\}|"time_ms": ?[0-9.]+)rx");
    return std::regex_replace(out.str(), timing, "\"-\": 0");
}

} // namespace

TEST_CASE("two scans, one after another and at once, give what one gives") {
    const Farm farm;
    const auto identity = farm.identity();
    const auto first = run(farm, identity);
    CHECK(first.find("\"client_certificate") != std::string::npos);
    CHECK(run(farm, identity) == first);
    std::string left, right;
    std::thread beside([&] { left = run(farm, identity); });
    right = run(farm, identity);
    beside.join();
    CHECK(left == first);
    CHECK(right == first);
}
