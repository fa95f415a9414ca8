// SPDX-License-Identifier: MIT
// Rule dns-srv-order: priorities and weights mean what was meant.
#include "model/limits.h"
#include "model/text/lists.h"
#include "rules/engine/all.h"

#include <map>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// What is wrong, one sentence each.
std::vector<std::string> problems_of(const DiscoveryRow& row) {
    std::vector<std::string> out;
    std::map<std::pair<std::string, std::uint16_t>, std::uint32_t> times;
    std::map<std::uint16_t, std::pair<bool, bool>> weights; // by priority: with, without a weight
    for (const auto& target : row.answer.targets) {
        auto& so_far = times[{target.host, target.port}];
        if (so_far < 2 && so_far + target.times >= 2)
            out.push_back(
                so_far + target.times == 2
                    ? fmt::format("{} names {} twice", row.record, target.host)
                    : fmt::format(
                          "{} names {} {} times", row.record, target.host, so_far + target.times
                      )
            );
        so_far += target.times;
        auto& [with, without] = weights[target.priority];
        (target.weight > 0 ? with : without) = true;
    }
    for (const auto& [priority, has] : weights)
        if (has.first && has.second)
            out.push_back(fmt::format(
                "{}: of the records with priority {} some have a weight and some have 0: those "
                "with 0 are hardly ever taken",
                row.record, priority
            ));
    if (row.answer.targets_skipped > 0)
        out.push_back(fmt::format(
            "{} has {} targets; only the first {} were looked at", row.record,
            row.answer.targets.size() + row.answer.targets_skipped, limits::kSrvTargets
        ));
    return out;
}

std::vector<DomainRuling> check_dns_srv_order(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    for (std::size_t i = 0; i < domain.rows.size(); ++i) {
        const auto& row = domain.rows[i];
        const auto& targets = row.answer.targets;
        if (row.type != RecordType::srv || row.answer.status != DnsStatus::found || targets.empty())
            continue;
        const auto count = static_cast<std::int64_t>(targets.size() + row.answer.targets_skipped);
        const auto add = [&](Ruling ruling) {
            out.push_back(
                {.ruling = std::move(ruling).with("record", row.name).with("targets", count),
                 .row = i,
                 .place = targets.size() + 1}
            ); // after what is said of its targets
        };
        const auto problems = problems_of(row);
        for (const auto& problem : problems)
            add(warn(problem));
        if (problems.empty())
            add(pass(fmt::format("{}: {}", row.record, counted(targets.size(), "target"))));
    }
    return out;
}

} // namespace

constinit const Rule dns_srv_order{
    .id = "dns-srv-order",
    .title = "Priorities and weights say what they should",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands = "No target stands twice in an SRV record; of one priority either every target has a "
               "weight or none has; there are no more than 32 targets.",
    .why = "Beside targets with a weight those with 0 are hardly ever taken, so that a server "
           "meant to share the load idles.",
    .fix = "remove the repeated record; give every record of one priority a weight, or none",
    .evidence = "record: the name; targets: how many",
    .check_domain = check_dns_srv_order,
};

} // namespace lyncprobe::rules
