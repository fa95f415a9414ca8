// SPDX-License-Identifier: MIT
#include "app/asking.h"

#include "app/process.h"

#include <algorithm>

namespace lyncprobe::app {

Asking::Asking(const Options& options) : deadline_(options.settings.deadline) {
    options_.resolvers = options.resolvers;
    options_.timeout = options.settings.timeout.value_or(options_.timeout);
    options_.at_a_time =
        options.settings.concurrency.value_or(static_cast<std::uint32_t>(options_.at_a_time));
    options_.interrupts = &count_interrupts();
}

Result<plan::Answers> Asking::ask(const std::vector<DnsQuestion>& questions) {
    options_.deadline = remaining();
    auto list = net::ask(questions, options_);
    if (!list) return list.error();
    plan::Answers answers;
    for (auto& answer : *list)
        answers.emplace(answer.question, std::move(answer));
    return answers;
}

std::optional<Milliseconds> Asking::remaining() const {
    if (!deadline_) return std::nullopt;
    const auto gone = std::chrono::steady_clock::now() - started_;
    return std::max(Milliseconds{0}, *deadline_ - std::chrono::duration_cast<Milliseconds>(gone));
}

} // namespace lyncprobe::app
