// SPDX-License-Identifier: MIT
// The short words in which rules write their verdicts.
#include "rules/rule.h"

#include <utility>

namespace lyncprobe::rules {

Ruling&& Ruling::with(std::string_view key, Value value) && {
    evidence.set(key, std::move(value));
    return std::move(*this);
}

Ruling verdict(Verdict verdict, std::string message) {
    return {.verdict = verdict, .message = std::move(message), .evidence = {}};
}

Ruling pass(std::string message) { return verdict(Verdict::pass, std::move(message)); }
Ruling warn(std::string message) { return verdict(Verdict::warn, std::move(message)); }
Ruling fail(std::string message) { return verdict(Verdict::fail, std::move(message)); }
Ruling inconclusive(std::string message) {
    return verdict(Verdict::inconclusive, std::move(message));
}
Ruling not_applicable(std::string message) {
    return verdict(Verdict::not_applicable, std::move(message));
}

} // namespace lyncprobe::rules
