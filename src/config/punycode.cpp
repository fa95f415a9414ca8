// SPDX-License-Identifier: MIT
#include "config/punycode.h"

#include "model/text/utf8.h"

#include <algorithm>
#include <optional>

namespace lyncprobe::config {

namespace {

// RFC 3492 5
constexpr std::size_t kBase = 36, kTMin = 1, kTMax = 26, kSkew = 38, kDamp = 700, kInitialBias = 72;
constexpr char32_t kInitialN = 0x80;
constexpr std::size_t kLabelLength = 63; // RFC 1035 2.3.4

std::optional<std::u32string> to_characters(std::string_view text);
char32_t lower(char32_t);
std::string encode_label(std::u32string_view label);
std::size_t adapt(std::size_t delta, std::size_t points, bool first);
void append_number(std::string& out, std::size_t number, std::size_t bias);

} // namespace

std::string to_a_labels(std::string_view name) {
    std::string out;
    for (auto rest = name;;) {
        const auto dot = rest.find('.');
        const auto label = to_characters(rest.substr(0, dot));
        // Encoding is quadratic in the label, and a longer one is no label anyway.
        if (!label || label->size() > kLabelLength) return {};
        out += encode_label(*label);
        if (dot == std::string_view::npos) return out;
        out += '.';
        rest.remove_prefix(dot + 1);
    }
}

namespace {

std::optional<std::u32string> to_characters(std::string_view text) {
    std::u32string out;
    while (!text.empty()) {
        const auto at = first_character(text);
        if (!at.valid) return std::nullopt;
        out += lower(at.character);
        text.remove_prefix(at.length);
    }
    return out;
}

// The capital letters of Latin-1, Greek and Cyrillic; IDNA (RFC 5891) has labels in lower case
// only.
char32_t lower(char32_t c) {
    const bool latin = (c >= U'A' && c <= U'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
    const bool greek = c >= 0x391 && c <= 0x3a9;
    const bool cyrillic = c >= 0x410 && c <= 0x42f;
    return latin || greek || cyrillic ? c + 0x20 : c;
}

// RFC 3492 6.3
std::string encode_label(std::u32string_view label) {
    std::string out;
    for (const auto c : label)
        if (c < kInitialN) out += static_cast<char>(c);
    if (out.size() == label.size()) return out;

    const std::size_t basic = out.size();
    if (basic > 0) out += '-';
    auto n = kInitialN;
    std::size_t delta = 0, bias = kInitialBias, handled = basic;
    while (handled < label.size()) {
        char32_t next = 0x110000;
        for (const auto c : label)
            if (c >= n) next = std::min(next, c);
        delta += (next - n) * (handled + 1);
        n = next;
        for (const auto c : label) {
            if (c < n) ++delta;
            if (c != n) continue;
            append_number(out, delta, bias);
            bias = adapt(delta, handled + 1, handled == basic);
            delta = 0;
            ++handled;
        }
        ++delta;
        ++n;
    }
    return "xn--" + out;
}

// RFC 3492 6.1
std::size_t adapt(std::size_t delta, std::size_t points, bool first) {
    delta = first ? delta / kDamp : delta / 2;
    delta += delta / points;
    std::size_t k = 0;
    for (; delta > (kBase - kTMin) * kTMax / 2; k += kBase)
        delta /= kBase - kTMin;
    return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

// A generalized variable-length integer, RFC 3492 3.3.
void append_number(std::string& out, std::size_t number, std::size_t bias) {
    constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (std::size_t k = kBase;; k += kBase) {
        const auto threshold = k <= bias ? kTMin : std::min(k - bias, kTMax);
        if (number < threshold) break;
        out += kDigits[threshold + (number - threshold) % (kBase - threshold)];
        number = (number - threshold) / (kBase - threshold);
    }
    out += kDigits[number];
}

} // namespace

} // namespace lyncprobe::config
