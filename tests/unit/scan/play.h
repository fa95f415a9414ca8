// SPDX-License-Identifier: MIT
// Scans without sockets: a World whose servers, name servers and clock a test writes by hand.
#pragma once

#include "lab/lab.h"
#include "scan/scan.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lyncprobe::scan_test {

// A CA of Contoso and certificates under it, made once.
struct Pki {
    Pki();
    std::string leaf(const std::string& name) const; // DER
    pki::Anchors anchors() const;                    // its root alone

    lab::Authority root;
};
const Pki& contoso();

Target target(const std::string& host, Probe probe = Probe::tls, std::uint16_t port = 443);
Deployment deployment(std::vector<Target> targets);

// A server that shows its certificate, under TLS 1.2.
Observation shown(const Target&);

// Heard writes down what an observer is told, and keeps the rows' ids.
class Heard : public scan::Observer {
  public:
    void identities(const std::vector<IdentityRow>& rows) override;
    void endpoint(const EndpointRow& row, const Target& target) override;
    void warning(const std::string& sentence) override;

    void fetching(std::size_t done, std::size_t known) override { fetched = {done, known}; }

    std::vector<std::string> events, warnings;
    std::pair<std::size_t, std::size_t> fetched; // what was said last
};

// Play is the outside of one scan.
class Play {
  public:
    scan::World world();

    // What each target shows; the endpoints end in the reverse order of their targets.
    std::function<Observation(const Target&)> show = shown;
    // The answers of name servers; what is not in here does not exist.
    std::map<DnsQuestion, DnsAnswer> dns;
    net::RunEnd end = {}; // of every round

    // What was asked for.
    std::vector<std::vector<std::string>> rounds; // hosts
    std::vector<net::EngineOptions> engines;
    std::vector<DnsQuestion> questions;
};

// The result, which has to be there.
ScanResult run(
    Play&, Deployment, scan::ScanOptions = {}, scan::Observer* = nullptr,
    std::vector<pki::IdentityPtr> identities = {}
);

const Finding* finding(const std::vector<const Finding*>&, std::string_view rule); // null = none

} // namespace lyncprobe::scan_test
