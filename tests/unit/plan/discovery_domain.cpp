// SPDX-License-Identifier: MIT
#include "unit/plan/discovery_domain.h"

#include "plan/discovery.h"
#include "plan/discovery_checks.h"

#include <algorithm>

namespace lyncprobe::discovery_test {

Domain::Domain(const std::string& name) : domain_(plan::discovery_of(name)) {
    for (auto& row : domain_.rows)
        row.answer.status = DnsStatus::no_such_name;
}

DiscoveryRow& Domain::row(std::string_view record) {
    return *std::ranges::find(domain_.rows, record, &DiscoveryRow::record);
}

Domain& Domain::address(std::string_view record, const std::string& address) {
    auto& answer = row(record).answer;
    answer.status = DnsStatus::found;
    answer.addresses.push_back(parse_address(address).value());
    return *this;
}

Domain& Domain::alias(
    std::string_view record, const std::string& of, const std::string& its_address
) {
    row(record).answer.aliases.push_back(of);
    row(record).answer.status = DnsStatus::no_such_record;
    return its_address.empty() ? *this : address(record, its_address);
}

Domain& Domain::srv(
    std::string_view record, const std::string& host_name, std::uint16_t port,
    const std::string& its_address
) {
    auto& answer = row(record).answer;
    answer.status = DnsStatus::found;
    answer.targets.push_back({host_name, port, 0, 0});
    if (its_address.empty()) return *this;
    auto& host = domain_.hosts[host_name];
    host.status = DnsStatus::found;
    host.addresses = {parse_address(its_address).value()};
    return *this;
}

Domain& Domain::host(const std::string& name, DnsStatus status) {
    domain_.hosts[name].addresses.clear();
    domain_.hosts[name].status = status;
    return *this;
}

Domain& Domain::status(std::string_view record, DnsStatus status) {
    row(record).answer.status = status;
    return *this;
}

std::vector<Finding> Domain::findings() const { return plan::judge_discovery(domain_); }

std::vector<std::string> Domain::problems(std::string_view check) const {
    std::vector<std::string> out;
    for (const auto& finding : findings())
        if (finding.rule == check && !finding.fix.empty())
            out.push_back(std::string(to_text(finding.verdict)) + ": " + finding.message);
    return out;
}

std::string Domain::verdicts(std::string_view check) const {
    std::string out;
    for (const auto& finding : findings())
        if (finding.rule == check)
            out += (out.empty() ? "" : " ") + std::string(to_text(finding.verdict));
    return out;
}

} // namespace lyncprobe::discovery_test
