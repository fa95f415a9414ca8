// SPDX-License-Identifier: MIT
// A whole finding as one line of text, so that a test asserts all of it at once.
#pragma once

#include "model/escape.h"
#include "model/finding.h"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::testing {

inline std::string text_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "yes" : "no";
    return fmt::format("[{}]", fmt::join(std::get<std::vector<std::string>>(value), "; "));
}

// "{bits=1024, position=0}", in the order in which the rule gave it; empty where it gave none.
inline std::string text_of(const Facts& evidence) {
    std::string out;
    for (const auto& [key, value] : evidence)
        out += fmt::format("{}{}={}", out.empty() ? "{" : ", ", key, text_of(value));
    return out.empty() ? out : out + "}";
}

// "fail: the key has 1024 bits {bits=1024, position=0}"
inline std::string without_certificate(const Finding& finding) {
    auto out = std::string(to_text(finding.verdict));
    if (!finding.message.empty()) out += ": " + finding.message;
    if (const auto evidence = text_of(finding.evidence); !evidence.empty()) out += " " + evidence;
    return for_terminal(out, 4000);
}

// The same with the first byte of the certificate's fingerprint in front: "01 fail: …".
inline std::string text_of(const Finding& finding) {
    return (finding.certificate ? to_hex(*finding.certificate).substr(0, 2) + " " : "") +
           without_certificate(finding);
}

// The same and what is to be done: "01 fail: … -> reissue it".
inline std::string with_fix(const Finding& finding) {
    return text_of(finding) + " -> " + for_terminal(finding.fix, 4000);
}

} // namespace lyncprobe::testing
