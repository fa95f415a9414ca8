// SPDX-License-Identifier: MIT
#include "report/pseudonyms.h"

#include "model/text/ascii.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kShortest = 3;   // of a learnt text; shorter ones stand in every sentence
constexpr std::size_t kIdentifier = 8; // hexadecimal digits from which on it is no number

bool is_word(char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Belongs>
std::string_view run_of(std::string_view text, Belongs belongs) {
    const auto end = std::ranges::find_if_not(text, belongs);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// A host name with a domain: labels with dots between them, of which the last has letters.
std::string_view host_at(std::string_view text) {
    auto run = run_of(text, [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
    });
    while (!run.empty() && (run.back() == '.' || run.back() == '-'))
        run.remove_suffix(1);
    const auto dot = run.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || run.size() - dot < 3) return {};
    // Programs and services of Windows are named in fixes; none of these is a top-level domain.
    const auto last = run.substr(dot + 1);
    if (last == "exe" || last == "msc" || last == "svc") return {};
    return std::ranges::all_of(run.substr(dot + 1), is_digit) ? std::string_view() : run;
}

std::string_view address_at(std::string_view text) {
    auto run = run_of(text, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
    // The colon or the stop behind an address is the sentence's.
    for (; run.size() > 2; run.remove_suffix(1)) {
        const auto inside = run.find_first_of(":.");
        if (inside == std::string_view::npos) return {};
        const auto rest = text.substr(run.size());
        // The beginning of an object identifier looks like an address.
        const bool goes_on = rest.starts_with('.') && rest.size() > 1 && is_digit(rest[1]);
        if (!goes_on && (rest.empty() || !is_hex(rest[0])) && parse_address(run)) return run;
    }
    return {};
}

// Labels that the product has everywhere, and which say what a name is for.
bool well_known(std::string_view label) {
    constexpr std::string_view kLabels[] = {"*",           "sip",          "sipinternal",
                                            "sipexternal", "lyncdiscover", "lyncdiscoverinternal"};
    return label.starts_with('_') || std::ranges::find(kLabels, label) != std::end(kLabels);
}

std::string numbered_hex(std::size_t number, std::size_t digits) {
    // In front, where a shortened form shows it.
    return fmt::format("{:08x}{}", number, std::string(digits > 8 ? digits - 8 : 0, '0'));
}

} // namespace

void Pseudonyms::learn(std::string_view kind, std::string_view text) {
    const auto host = host_at(text);
    if (!host.empty()) {
        const auto pseudonym = host_name(host);
        // Servers are called by their first label alone, too.
        const auto label = host.substr(0, host.find('.'));
        if (label.find_first_of("0123456789-") != std::string_view::npos && !well_known(label))
            add_literal(label, pseudonym.substr(0, pseudonym.find('.')));
    }
    const auto known = host.empty() ? address_at(text).size() : host.size();
    // "sip.contoso.com:5061" needs no name of its own.
    if (known > 0 && std::ranges::none_of(text.substr(known), is_letter)) return;
    if (text.size() < kShortest || find_literal(text)) return;
    add_literal(text, fmt::format("{}-{}", kind, ++counts_[std::string(kind)]));
}

bool Pseudonyms::find_literal(std::string_view text) const {
    const auto* found = literal(text);
    return found && found->first.size() == text.size();
}

void Pseudonyms::add_literal(std::string_view text, std::string_view pseudonym) {
    if (text.size() < kShortest || find_literal(text)) return;
    auto& bucket = literals_[to_lower(text.substr(0, kShortest))];
    bucket.emplace_back(std::string(text), std::string(pseudonym));
    std::ranges::stable_sort(bucket, std::ranges::greater{}, [](const auto& it) {
        return it.first.size();
    });
}

void Pseudonyms::learn_distinguished_name(std::string_view name) {
    // "CN=Contoso CA, O=Contoso": what a value may hold besides, such as a comma, is learnt in
    // parts.
    while (!name.empty()) {
        const auto end = std::min(name.find(", "), name.size());
        const auto part = name.substr(0, end);
        const auto equals = part.find('=');
        learn("name", equals == std::string_view::npos ? part : part.substr(equals + 1));
        name.remove_prefix(std::min(end + 2, name.size()));
    }
}

void Pseudonyms::learn_certificate(const Certificate& it) {
    const auto number =
        certificates_.try_emplace(it.sha256, certificates_.size() + 1).first->second;
    const auto add = [&](std::string_view original, std::string_view replacement) {
        if (original.size() < kIdentifier) return;
        hex_.try_emplace(to_lower(original), replacement);
        hex_.try_emplace(
            to_lower(original.substr(0, kIdentifier)), replacement.substr(0, kIdentifier)
        );
    };
    add(to_hex(it.sha256), numbered_hex(number, 64));
    add(it.thumbprint, numbered_hex(number, 40));
    add(it.serial, numbered_hex(number, 16));
    add("0" + it.serial, numbered_hex(number, 16));
}

Fingerprint Pseudonyms::fingerprint(const Fingerprint& it) {
    const auto number = certificates_.try_emplace(it, certificates_.size() + 1).first->second;
    Fingerprint out{};
    for (std::size_t i = 0; i < 4; ++i)
        out[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return out;
}

std::string Pseudonyms::thumbprint(const Certificate& it) {
    auto out = it.thumbprint.empty() ? "" : to_hex(fingerprint(it.sha256)).substr(0, 40);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

std::string Pseudonyms::serial(const Certificate& it) {
    return it.serial.empty() ? "" : to_hex(fingerprint(it.sha256)).substr(0, 16);
}

Address Pseudonyms::address(const Address& it) {
    const auto [at, fresh] = addresses_.try_emplace(it);
    if (!fresh) return at->second;
    // 198.18.0.0/15 and 2001:db8::/32 are nobody's (RFC 2544, RFC 3849).
    const auto number = addresses_.size();
    auto& out = at->second;
    out.v6 = it.v6;
    const std::size_t low = it.v6 ? 15 : 3;
    if (it.v6) {
        out.bytes[0] = 0x20, out.bytes[1] = 0x01, out.bytes[2] = 0x0d, out.bytes[3] = 0xb8;
    } else {
        out.bytes[0] = 198, out.bytes[1] = 18;
    }
    out.bytes[low] = static_cast<std::uint8_t>(number);
    out.bytes[low - 1] = static_cast<std::uint8_t>(number >> 8);
    return out;
}

std::string Pseudonyms::host_name(std::string_view name) {
    const auto key = to_lower(name);
    if (const auto known = hosts_.find(key); known != hosts_.end()) return known->second;
    const auto dot = key.find('.');
    const auto label = key.substr(0, dot), above = key.substr(dot + 1);
    std::string out;
    if (above.find('.') == std::string::npos && !well_known(label)) {
        out = fmt::format("domain-{}.example", ++counts_["domain"]);
        add_literal(label, out.substr(0, out.find('.')));
    } else
        out = (well_known(label) ? label : fmt::format("host-{}", ++counts_["host"])) + "." +
              (above.find('.') == std::string::npos
                   ? fmt::format("domain-{}.example", ++counts_["domain"])
                   : host_name(above));
    return hosts_[key] = out;
}

std::string Pseudonyms::hexadecimal(std::string_view digits) {
    const auto [at, fresh] = hex_.try_emplace(to_lower(digits));
    if (fresh) at->second = fmt::format("id-{}", ++counts_["id"]);
    return at->second;
}

// The part of a SIP or mail address in front of the "@".
std::string Pseudonyms::user(std::string_view name) {
    auto& it = hosts_[to_lower(name) + "@"];
    if (it.empty()) it = fmt::format("user-{}", ++counts_["user"]);
    return it;
}

const std::pair<std::string, std::string>* Pseudonyms::literal(std::string_view at) const {
    if (at.size() < kShortest) return nullptr;
    const auto bucket = literals_.find(to_lower(at.substr(0, kShortest)));
    if (bucket == literals_.end()) return nullptr;
    for (const auto& it : bucket->second)
        if (equal_ignoring_case(at.substr(0, it.first.size()), it.first) &&
            (at.size() == it.first.size() || !is_word(at[it.first.size()]) ||
             !is_word(it.first.back())))
            return &it;
    return nullptr;
}

std::string Pseudonyms::text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t taken = 1;
        const auto host = host_at(text);
        const auto* known = literal(text);
        const auto numbers = run_of(text, [](char c) { return is_digit(c) || c == '.'; });
        if (known && known->first.size() > host.size()) {
            out += known->second;
            taken = known->first.size();
        } else if (const auto address_text = address_at(text); !address_text.empty()) {
            out += to_text(address(*parse_address(address_text)));
            taken = address_text.size();
        } else if (!host.empty()) {
            out += text.substr(host.size()).starts_with('@') ? user(host) : host_name(host);
            taken = host.size();
        } else if (numbers.find('.') != std::string_view::npos && numbers.size() > 1) {
            out += numbers; // a version, a section, an object identifier
            taken = numbers.size();
        } else {
            const auto word = run_of(text, is_word);
            const bool identifier = word.size() >= kIdentifier &&
                                    std::ranges::all_of(word, is_hex) &&
                                    std::ranges::any_of(word, is_digit);
            taken = std::max<std::size_t>(word.size(), 1);
            const auto rest = text.substr(taken);
            if (!word.empty() && rest.starts_with('@') && !host_at(rest.substr(1)).empty())
                out += user(word);
            else
                out += identifier ? hexadecimal(word) : std::string(text.substr(0, taken));
        }
        text.remove_prefix(taken);
    }
    return out;
}

} // namespace lyncprobe::report
