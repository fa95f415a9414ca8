// SPDX-License-Identifier: MIT
#include "report/statements.h"

#include <map>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::string_view kDeployment = "the deployment";

bool passes(const Finding& finding) {
    return finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable;
}

template <class Wanted>
std::vector<Statement> group(const std::vector<Occurrence>& all, Wanted wanted) {
    std::vector<Statement> result;
    std::map<std::tuple<Verdict, std::string_view, std::string_view, std::string_view>, std::size_t>
        index;
    for (const auto& one : all) {
        const auto& finding = *one.finding;
        if (!wanted(finding)) continue;
        const std::string_view reason =
            finding.waived ? std::string_view(*finding.waived) : std::string_view();
        const auto [at, is_new] = index.try_emplace(
            {finding.verdict, finding.rule, finding.message, reason}, result.size()
        );
        if (is_new) result.push_back({&finding, one.server, false, {}, {}, 0});
        auto& statement = result[at->second];
        ++statement.findings;
        if (one.server != statement.server) statement.several_servers = true;
        // The findings of one place stand together.
        if (statement.where.empty() || statement.where.back() != one.where)
            statement.where.push_back(one.where);
        if (finding.certificate) statement.certificates.insert(*finding.certificate);
    }
    return result;
}

} // namespace

std::vector<Occurrence> occurrences(const ScanResult& run, bool with_passes) {
    std::vector<Occurrence> all;
    const auto add = [&](const std::vector<const Finding*>& findings, std::string_view where,
                         std::string_view server) {
        for (const auto* finding : findings)
            if (with_passes || !passes(*finding)) all.push_back({finding, where, server});
    };
    for (const auto& row : run.endpoints) {
        const auto& target = run.targets[row.target];
        add(row.findings, row.id, target.server.empty() ? target.host : target.server);
    }
    for (const auto& row : run.topology) {
        for (const auto endpoint : row.endpoints)
            all.push_back({row.finding, run.endpoints[endpoint].id, kDeployment});
        if (row.endpoints.empty()) all.push_back({row.finding, kDeployment, kDeployment});
    }
    for (const auto& identity : run.identities)
        add(identity.findings, identity.id, "our own identities");
    for (const auto& file : run.files)
        add(file.findings, file.path, file.path);
    return all;
}

std::vector<Statement> statements(const std::vector<Occurrence>& all, Verdict verdict) {
    return group(all, [&](const Finding& f) { return f.verdict == verdict && !f.waived; });
}

std::vector<Statement> waived_statements(const std::vector<Occurrence>& all) {
    return group(all, [](const Finding& f) { return f.waived.has_value(); });
}

} // namespace lyncprobe::report
