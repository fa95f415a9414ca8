// SPDX-License-Identifier: MIT
#include "scan/asking.h"

#include <algorithm>

namespace lyncprobe::scan {

Asking::Asking(
    const RunSettings& settings, const std::vector<std::string>& resolvers,
    const ScanOptions& options
)
    : world_(options.world), deadline_(settings.deadline) {
    options_.resolvers = resolvers;
    options_.timeout = settings.timeout.value_or(options_.timeout);
    options_.at_a_time =
        settings.concurrency.value_or(static_cast<std::uint32_t>(options_.at_a_time));
    options_.interrupts = options.interrupts;
    options_.stalls = &stalls_;
}

Result<plan::Answers> Asking::ask(const std::vector<DnsQuestion>& questions) {
    options_.deadline = remaining();
    auto list = world_.ask(questions, options_);
    if (!list) return list.error();
    plan::Answers answers;
    for (auto& answer : *list)
        answers.emplace(answer.question, std::move(answer));
    return answers;
}

std::optional<Problem> Asking::find_out(
    std::vector<DomainDiscovery>& domains, const std::vector<DnsQuestion>& records, int family
) {
    const auto first = ask(records);
    if (!first) return first.error();
    for (auto& domain : domains)
        plan::take_records(domain, *first);
    // Only now: the records name the hosts.
    const auto hosts = ask(plan::host_questions(domains, family));
    if (!hosts) return hosts.error();
    for (auto& domain : domains)
        plan::take_hosts(domain, *hosts);
    return std::nullopt;
}

Milliseconds Asking::stalled() const {
    return std::chrono::duration_cast<Milliseconds>(stalls_.total());
}

std::optional<Milliseconds> Asking::remaining() const {
    if (!deadline_) return std::nullopt;
    const auto gone = std::chrono::steady_clock::now() - started_;
    return std::max(Milliseconds{0}, *deadline_ - std::chrono::duration_cast<Milliseconds>(gone));
}

} // namespace lyncprobe::scan
