// SPDX-License-Identifier: MIT
// The short words in which rules write their verdicts.
#include "rules/engine/rule.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::vector<std::string_view> parts_of(std::string_view text) {
    constexpr std::string_view kBetween = "; ";
    std::vector<std::string_view> out;
    for (auto at = text.find(kBetween); at != text.npos; at = text.find(kBetween)) {
        out.push_back(text.substr(0, at));
        text.remove_prefix(at + kBetween.size());
    }
    out.push_back(text);
    return out;
}

} // namespace

std::string to_text(const Source& source) {
    const auto documents = parts_of(source.document), sections = parts_of(source.section);
    if (documents.size() != sections.size())
        return fmt::format("{}, {}", source.document, source.section);
    std::string out;
    for (std::size_t i = 0; i < documents.size(); ++i)
        out += fmt::format("{}{}, {}", i == 0 ? "" : "; ", documents[i], sections[i]);
    return out;
}

Ruling&& Ruling::with(std::string_view key, Value value) && {
    evidence.set(key, std::move(value));
    return std::move(*this);
}

Ruling&& Ruling::fixed_by(std::string text) && {
    fix = std::move(text);
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
Ruling inconclusive(std::string message, std::string what_settles_it) {
    return inconclusive(std::move(message)).fixed_by(std::move(what_settles_it));
}
Ruling not_applicable(std::string message) {
    return verdict(Verdict::not_applicable, std::move(message));
}

} // namespace lyncprobe::rules
