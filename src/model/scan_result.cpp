// SPDX-License-Identifier: MIT
#include "model/scan_result.h"

#include "model/compare.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace lyncprobe {

namespace {

constexpr auto kKinds = std::to_array<Word<ResultKind>>({
    {ResultKind::scan, "scan"},
    {ResultKind::check, "check"},
    {ResultKind::discovery, "discovery"},
    {ResultKind::federation, "federation"},
});

} // namespace

template <>
std::span<const Word<ResultKind>> words() {
    return kKinds;
}

bool judged(const EndpointRow& row) {
    const auto seen = [](const AttemptRow& attempt) {
        return has_own_sni(attempt.role) && (attempt.chain || attempt.pseudo_tls || attempt.plain);
    };
    if (seen(row.main)) return true;
    for (const auto& variant : row.variants)
        if (seen(variant)) return true;
    return false;
}

bool GivenCertificate::operator==(const GivenCertificate& other) const {
    return source == other.source && same(certificate, other.certificate);
}

bool AttemptRow::operator==(const AttemptRow& other) const {
    const auto rest = [](const AttemptRow& it) {
        return std::tie(
            it.label, it.outcome, it.stage, it.detail, it.timings, it.pseudo_tls, it.plain,
            it.raw_version, it.role, it.as_os, it.sure_only, it.not_offered, it.answer, it.given
        );
    };
    return rest(*this) == rest(other) && same(tls, other.tls) &&
           same(client_certificate, other.client_certificate) && same(chain, other.chain);
}

bool EndpointRow::operator==(const EndpointRow& other) const {
    const auto rest = [](const EndpointRow& it) {
        return std::tie(
            it.id, it.target, it.address, it.addresses_skipped, it.attempts, it.main, it.variants
        );
    };
    return rest(*this) == rest(other) && same(findings, other.findings);
}

bool IdentityRow::operator==(const IdentityRow& other) const {
    return id == other.id && same(chain, other.chain) && same(findings, other.findings);
}

bool TopologyRow::operator==(const TopologyRow& other) const {
    return endpoints == other.endpoints && same(finding, other.finding);
}

bool FileRow::operator==(const FileRow& other) const {
    return path == other.path && error == other.error && same(chain, other.chain) &&
           same(findings, other.findings) && key == other.key && notes == other.notes;
}

bool ScanResult::operator==(const ScanResult& other) const {
    const auto rest = [](const ScanResult& it) {
        return std::tie(
            it.kind, it.started_at, it.finished_at, it.judged_at, it.vantage, it.inputs,
            it.resolvers, it.interrupted, it.stalled, it.declared, it.targets, it.endpoints,
            it.identities, it.trust, it.roots, it.topology, it.files, it.federation, it.domains,
            it.fetched, it.summary
        );
    };
    return rest(*this) == rest(other) && same(locations, other.locations);
}

std::size_t locations_left_out(const ScanResult& run) {
    return static_cast<std::size_t>(std::ranges::count(
        run.locations, FetchOutcome::skipped, [](const auto& it) { return it->outcome; }
    ));
}

namespace {

const Finding* reach_of(const EndpointRow& row) {
    const auto found = std::ranges::find(row.findings, kEndpointReachable, &Finding::rule);
    return found == row.findings.end() ? nullptr : *found;
}

// Skipped at connect: this address cannot be tried from here. Skipped before that: the run's own
// deadline cut it off, and it was owed all the same.
bool untriable(const EndpointRow& row) {
    return row.main.outcome == Outcome::skipped && row.main.stage == Stage::connect;
}

} // namespace

std::set<const EndpointRow*> unjudged_rows(const ScanResult& run) {
    std::set<std::size_t> judged_targets;
    for (const auto& row : run.endpoints)
        if (judged(row)) judged_targets.insert(row.target);
    std::set<const EndpointRow*> result;
    for (const auto& row : run.endpoints) {
        const auto* reach = reach_of(row);
        // Results of before the rule do not have its finding.
        const bool owed =
            reach ? !reach->waived &&
                        (reach->verdict == Verdict::inconclusive || reach->verdict == Verdict::fail)
                  : !judged(row) && !(untriable(row) && judged_targets.contains(row.target));
        if (owed) result.insert(&row);
    }
    return result;
}

} // namespace lyncprobe
