// SPDX-License-Identifier: MIT
#include "unit/scan/play.h"

#include <algorithm>
#include <ranges>

#include <doctest/doctest.h>

namespace lyncprobe::scan_test {

namespace {

lab::CertificateSpec root_spec() {
    lab::CertificateSpec spec;
    spec.common_name = "Contoso Root CA";
    spec.ca = true;
    return spec;
}

} // namespace

Pki::Pki() : root(root_spec()) {}

std::string Pki::leaf(const std::string& name) const {
    lab::CertificateSpec spec;
    spec.common_name = name;
    spec.dns = {name};
    return root.issue(spec).certificate_der;
}

pki::Anchors Pki::anchors() const {
    pki::Anchors out;
    out.add(root.self().certificate_der);
    return out;
}

const Pki& contoso() {
    static const Pki pki;
    return pki;
}

Target target(const std::string& host, Probe probe, std::uint16_t port) {
    Target out;
    out.host = host;
    out.probe = probe;
    out.port = port;
    return out;
}

Deployment deployment(std::vector<Target> targets) {
    Deployment out;
    out.targets = std::move(targets);
    return out;
}

Observation shown(const Target& target) {
    Observation out;
    out.attempt.handshake.server_name = target.host;
    out.attempt.probe = target.probe;
    out.outcome = Outcome::ok;
    out.stage = Stage::done;
    out.tls.version = TlsVersion::tls1_2;
    out.tls.handshake_done = true;
    out.presented = {contoso().leaf(target.host)};
    return out;
}

void Heard::identities(const std::vector<IdentityRow>& rows) {
    events.push_back("identities " + std::to_string(rows.size()));
}

void Heard::endpoint(const EndpointRow& row, const Target& target) {
    CHECK(row.id.starts_with(target.host));
    events.push_back(row.id + (row.findings.empty() ? " unjudged" : ""));
}

void Heard::warning(const std::string& sentence) { warnings.push_back(sentence); }

scan::World Play::world() {
    scan::World out;
    out.now = [] { return parse_time("2026-06-01").value(); };
    out.probe = [this](
                    std::span<const Target> targets, const net::EngineOptions& options,
                    tls::ContextPool&, const net::Sinks& sinks
                ) -> Result<net::RunEnd> {
        auto& hosts = rounds.emplace_back();
        engines.push_back(options);
        for (std::size_t i = targets.size(); i-- > 0;) {
            ProbedEndpoint probed;
            probed.target = i;
            probed.address = parse_address("192.0.2.1");
            probed.observations.push_back(show(targets[i]));
            probed.attempts = 1;
            hosts.push_back(targets[i].host);
            sinks.finished(std::move(probed));
        }
        std::ranges::reverse(hosts);
        return end;
    };
    out.ask = [this](std::span<const DnsQuestion> asked, const net::AskOptions&)
        -> Result<std::vector<DnsAnswer>> {
        std::vector<DnsAnswer> answers;
        for (const auto& question : asked) {
            questions.push_back(question);
            const auto known = dns.find(question);
            answers.push_back(
                known != dns.end()
                    ? known->second
                    : DnsAnswer{.question = question, .status = DnsStatus::no_such_name}
            );
        }
        return answers;
    };
    out.fetch = [](const std::vector<fetch::Request>& requests, const fetch::Options&,
                   const std::function<void(std::size_t, fetch::Answer &&)>& done) {
        for (std::size_t i = 0; i < requests.size(); ++i)
            done(i, {.outcome = FetchOutcome::status, .detail = "404"});
    };
    return out;
}

ScanResult run(
    Play& play, Deployment deployment, scan::ScanOptions options, scan::Observer* observer,
    std::vector<pki::IdentityPtr> identities
) {
    scan::Observer deaf;
    options.world = play.world();
    auto plan = scan::prepare(std::move(deployment));
    REQUIRE(plan.has_value());
    auto result = scan::scan(
        std::move(*plan), options,
        {.anchors = contoso().anchors(), .identities = std::move(identities)},
        observer ? *observer : deaf
    );
    REQUIRE(result.has_value());
    return std::move(*result);
}

const Finding* finding(const std::vector<const Finding*>& findings, std::string_view rule) {
    const auto found = std::ranges::find(findings, rule, [](const Finding* it) -> std::string_view {
        return it->rule;
    });
    return found == findings.end() ? nullptr : *found;
}

} // namespace lyncprobe::scan_test
