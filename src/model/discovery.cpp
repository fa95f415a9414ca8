// SPDX-License-Identifier: MIT
#include "model/discovery.h"

namespace lyncprobe {

AnswerCount count_answers(const DomainDiscovery& domain) {
    AnswerCount count;
    // A loop of aliases is an answer, and a finding.
    const auto look_at = [&count](const DnsAnswer& answer) {
        ++count.questions;
        if (!certain(answer.status) && answer.status != DnsStatus::alias_loop) ++count.unanswered;
    };
    for (const auto& row : domain.rows)
        look_at(row.answer);
    for (const auto& [host, answer] : domain.hosts)
        look_at(answer);
    return count;
}

} // namespace lyncprobe
