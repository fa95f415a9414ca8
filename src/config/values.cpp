// SPDX-License-Identifier: MIT
#include "config/values.h"

#include "config/punycode.h"
#include "model/add_once.h"
#include "model/glob.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::config {

namespace {

constexpr std::string_view kAliasHint =
    "write the value out; anchors, aliases and merge keys have no place in a target list";

void note_wrong_kind(const Entry&, std::string_view expected, std::string hint = {});

void note_wrong_kind(const Entry& entry, std::string_view expected, std::string hint) {
    // The message names what was found: a colon or a dash too many is the usual cause.
    const auto subject = fmt::format("{}'{}'", entry.element ? "an entry of " : "", entry.key.text);
    const auto must_be = fmt::format("{} must be {}, not ", subject, expected);
    switch (entry.value.kind) {
    case Node::Kind::nothing:
        return entry.mistake(subject + " has no value", "give it one or remove it");
    case Node::Kind::alias:
        return entry.mistake(subject + " is a YAML alias (*)", std::string(kAliasHint));
    case Node::Kind::tagged:
        return entry.mistake(subject + " has a YAML tag (!)", "remove the tag");
    case Node::Kind::scalar:
        return entry.mistake(must_be + quoted(entry.value.text), std::move(hint));
    case Node::Kind::sequence: return entry.mistake(must_be + "a list", std::move(hint));
    case Node::Kind::mapping: return entry.mistake(must_be + "a mapping", std::move(hint));
    }
}

bool expect_scalar(const Entry& entry, std::string_view expected) {
    if (entry.value.kind == Node::Kind::scalar) return true;
    note_wrong_kind(entry, expected);
    return false;
}

// `host: [2001:db8::1]` without quotes is a YAML list of one; everybody writes it so.
const Node& inside_brackets(const Node& value) {
    if (value.kind != Node::Kind::sequence || value.children.size() != 1) return value;
    const auto& only = value.children.front();
    return only.kind == Node::Kind::scalar && only.text.find(':') != std::string::npos ? only
                                                                                       : value;
}

void note_bad_host(const Entry& entry, const std::string& text, const std::string& reason) {
    if (!is_ascii(text)) {
        const auto a_labels = to_a_labels(text);
        return entry.mistake(
            fmt::format(
                "{} has letters other than ASCII, which Lync does not support", quoted(text)
            ),
            a_labels.empty() ? std::string() : fmt::format("did you mean '{}'?", a_labels)
        );
    }
    std::string hint;
    const auto colon = text.rfind(':');
    if (text.find("://") != std::string::npos)
        hint = "write the name alone, without 'https://' and path";
    else if (text.starts_with("*."))
        hint = "write a name that such a certificate must cover";
    else if (colon != std::string::npos && colon + 1 < text.size() && text.find_first_not_of("0123456789", colon + 1) == std::string::npos)
        hint =
            fmt::format("write the port as a key of its own: 'port: {}'", text.substr(colon + 1));
    entry.mistake(fmt::format("{} is no host name: {}", quoted(text), reason), std::move(hint));
}

std::optional<Milliseconds> duration_of(const Entry& entry, Milliseconds smallest) {
    if (!expect_scalar(entry, "a duration")) return std::nullopt;
    const auto duration = parse_duration(entry.value.text);
    if (duration && *duration >= smallest) return duration;
    entry.mistake(
        fmt::format("'{}' cannot last {}", entry.key.text, quoted(entry.value.text)),
        "write a duration as 250ms, 10s, 5m, 2h or 30d"
    );
    return std::nullopt;
}

} // namespace

void Entry::mistake(std::string what, std::string hint) const {
    // A value that is not there has its place after the line break.
    const auto& place = value.kind == Node::Kind::nothing && !element ? key : value;
    file.mistake(place.spot, std::move(what), std::move(hint));
}

std::optional<std::string> read_text(const Entry& entry) {
    if (!expect_scalar(entry, "text")) return std::nullopt;
    const auto& text = entry.value.text;
    if (text.empty()) {
        entry.mistake(fmt::format("'{}' is empty", entry.key.text));
        return std::nullopt;
    }
    if (std::ranges::any_of(text, is_control)) {
        // "C:\temp" has a tab in it.
        const auto offset = entry.value.spot.offset;
        const bool quoted_twice = entry.file.text().substr(offset, 1) == "\"";
        entry.mistake(
            fmt::format("'{}' has a line break or another control character in it", entry.key.text),
            std::string(quoted_twice ? kBackslashHint : "")
        );
        return std::nullopt;
    }
    return text;
}

std::optional<bool> read_yes_or_no(const Entry& entry) {
    if (!expect_scalar(entry, "yes or no")) return std::nullopt;
    const auto text = to_lower(entry.value.text);
    // YAML 1.1 and 1.2 differ in what they take for a boolean; this takes both, and nothing else.
    if (text == "yes" || text == "true") return true;
    if (text == "no" || text == "false") return false;
    entry.mistake(
        fmt::format("'{}' must be yes or no, not {}", entry.key.text, quoted(entry.value.text))
    );
    return std::nullopt;
}

std::optional<Milliseconds> read_duration(const Entry& entry) {
    // A time-out of nothing would fail every connection.
    return duration_of(entry, Milliseconds{1});
}

std::optional<Milliseconds> read_duration_or_zero(const Entry& entry) {
    return duration_of(entry, Milliseconds{0});
}

std::optional<std::uint32_t> read_number(
    const Entry& entry, std::uint32_t smallest, std::uint32_t largest
) {
    if (!expect_scalar(entry, "a number")) return std::nullopt;
    const auto& text = entry.value.text;
    // The range is in the hint, so that one message is enough.
    if (const auto number = parse_number(text, smallest, largest)) return number;
    entry.mistake(
        fmt::format("'{}' cannot be {}", entry.key.text, quoted(text)),
        fmt::format("a number from {} to {}", smallest, largest)
    );
    return std::nullopt;
}

std::optional<std::uint32_t> parse_number(
    std::string_view text, std::uint32_t smallest, std::uint32_t largest
) {
    // "5061 " and "0x13" are no numbers here: what looks odd is a mistake more often than meant.
    const auto number = to_number<std::uint32_t>(text);
    return number && *number >= smallest && *number <= largest ? number : std::nullopt;
}

std::optional<std::uint16_t> read_port(const Entry& entry) {
    const auto port = read_number(entry, 1, kLargestPort);
    if (!port) return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

std::optional<std::string> read_host_name(const Entry& entry) {
    const auto text = read_text(entry);
    if (!text) return std::nullopt;
    if (parse_address(*text)) {
        entry.mistake(fmt::format(
            "'{}' takes a DNS name, and {} is an address", entry.key.text, quoted(*text)
        ));
        return std::nullopt;
    }
    auto checked = check_host_name(*text);
    if (checked.reason.empty()) return std::move(checked.name);
    note_bad_host(entry, *text, checked.reason);
    return std::nullopt;
}

std::optional<std::string> read_host(const Entry& entry) {
    const Entry bare{entry.key, inside_brackets(entry.value), entry.file, entry.element};
    if (bare.value.kind == Node::Kind::scalar)
        if (const auto address = parse_address(bare.value.text)) return to_text(*address);
    return read_host_name(entry);
}

std::optional<Address> read_address(const Entry& entry) {
    // An address in brackets is a list to YAML.
    const Entry bare{entry.key, inside_brackets(entry.value), entry.file, entry.element};
    const auto text = read_text(bare);
    if (!text) return std::nullopt;
    const auto address = parse_address(*text);
    if (!address)
        entry.mistake(
            fmt::format("{} is no IP address", quoted(*text)),
            "for example 203.0.113.10 or \"2001:db8::1\""
        );
    return address;
}

std::optional<std::string> read_path(const Entry& entry) {
    const auto path = read_text(entry);
    if (!path) return std::nullopt;
    return entry.file.beside(*path);
}

std::optional<std::string> read_rule(const Entry& entry) {
    auto rule = read_text(entry);
    const auto& known = entry.file.options().rule_ids;
    const auto matches = [&rule](std::string_view id) { return glob_matches(*rule, id); };
    // Without the ids, as in tests, nothing can be checked.
    if (!rule || known.empty() || std::ranges::any_of(known, matches)) return rule;
    const auto near = nearest(*rule, known);
    entry.mistake(
        fmt::format("no rule is called {}", quoted(*rule)),
        near.empty() ? "'lyncprobe rules' lists them" : fmt::format("did you mean '{}'?", near)
    );
    return std::nullopt;
}

std::vector<Entry> entries_of(const Node& mapping, ListFile& file) {
    std::vector<Entry> out;
    out.reserve(mapping.children.size() / 2);
    // A mapping is flat: key, value, key, value; a key without a value has Kind::nothing for one.
    for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2)
        out.push_back({mapping.children[i], mapping.children[i + 1], file});
    return out;
}

const Node* value_of(const Node& mapping, std::string_view key) {
    for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2)
        if (mapping.children[i].text == key) return &mapping.children[i + 1];
    return nullptr;
}

std::vector<Entry> read_list(const Entry& entry, std::string_view example) {
    std::vector<Entry> out;
    if (entry.value.kind != Node::Kind::sequence) {
        // An example, since "a list" means little to who has never written YAML.
        note_wrong_kind(entry, "a list", fmt::format("write {}: [{}]", entry.key.text, example));
        return out;
    }
    out.reserve(entry.value.children.size());
    for (const auto& element : entry.value.children)
        out.push_back({entry.key, element, entry.file, true});
    return out;
}

std::vector<Entry> read_one_or_more(const Entry& entry, std::string_view example) {
    if (entry.value.kind == Node::Kind::scalar) return {entry};
    return read_list(entry, example);
}

void read_addresses_into(const std::vector<Entry>& elements, std::vector<Address>& addresses) {
    for (const auto& element : elements)
        // Twice the same address would be two endpoints of one name.
        if (const auto address = read_address(element); address && !add_once(addresses, *address))
            element.mistake(fmt::format("the address {} stands twice", to_text(*address)));
}

template <class E>
std::optional<E> read_word(const Entry& entry, std::initializer_list<E> refused) {
    if (!expect_scalar(entry, "one word")) return std::nullopt;
    std::vector<std::string_view> known;
    for (const auto& word : words<E>()) {
        // Words that have no meaning under this key are not suggested either.
        if (std::ranges::find(refused, word.value) != refused.end()) continue;
        if (word.text == entry.value.text) return word.value;
        known.push_back(word.text);
    }
    entry.mistake(
        fmt::format("'{}' cannot be {}", entry.key.text, quoted(entry.value.text)),
        suggestion(entry.value.text, known)
    );
    return std::nullopt;
}
template std::optional<Verdict> read_word(const Entry&, std::initializer_list<Verdict>);
template std::optional<Role> read_word(const Entry&, std::initializer_list<Role>);
template std::optional<CertificateUse>
read_word(const Entry&, std::initializer_list<CertificateUse>);
template std::optional<Side> read_word(const Entry&, std::initializer_list<Side>);
template std::optional<Probe> read_word(const Entry&, std::initializer_list<Probe>);
template std::optional<Expectation> read_word(const Entry&, std::initializer_list<Expectation>);
template std::optional<Mutual> read_word(const Entry&, std::initializer_list<Mutual>);
template std::optional<Transport> read_word(const Entry&, std::initializer_list<Transport>);
template std::optional<Product> read_word(const Entry&, std::initializer_list<Product>);
template std::optional<EnrollmentMethod>
read_word(const Entry&, std::initializer_list<EnrollmentMethod>);
template std::optional<OperatingSystem>
read_word(const Entry&, std::initializer_list<OperatingSystem>);

bool expect_mapping(const Entry& entry) {
    if (entry.value.kind == Node::Kind::mapping) return true;
    note_wrong_kind(
        entry, "a mapping", entry.element ? "write '- key: value'" : "write 'key: value' below it"
    );
    return false;
}

std::optional<std::size_t> KnownKeys::find(const Node& key) {
    if (key.kind != Node::Kind::scalar) {
        file_.mistake(key.spot, "a key must be a plain word");
        return std::nullopt;
    }
    if (key.text == "<<") {
        // They would let a key appear twice without being written twice.
        file_.mistake(key.spot, "merge keys (<<) are refused", std::string(kAliasHint));
        return std::nullopt;
    }
    const auto found = std::ranges::find(names_, key.text);
    if (found == names_.end()) {
        file_.mistake(key.spot, "unknown key " + quoted(key.text), suggestion(key.text, names_));
        return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(found - names_.begin());
    // 64 keys at most; names_of() holds every table to it.
    const auto bit = std::uint64_t{1} << index;
    if ((seen_ & bit) != 0) {
        file_.mistake(
            key.spot, "duplicate key " + quoted(key.text),
            "each key stands once; remove one of them"
        );
        return std::nullopt;
    }
    seen_ |= bit;
    return index;
}

std::string suggestion(std::string_view text, std::span<const std::string_view> known) {
    for (const auto word : known)
        // Before the nearest word, which counts a capital as a wrong letter: "default" for
        // "Default".
        if (equal_ignoring_case(word, text)) return fmt::format("did you mean '{}'?", word);
    const auto near = nearest(text, known);
    if (!near.empty()) return fmt::format("did you mean '{}'?", near);
    return "known: " + joined(known);
}

} // namespace lyncprobe::config
