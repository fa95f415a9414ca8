// SPDX-License-Identifier: MIT
#include "config/shared_sections.h"

#include "config/target_entry.h"
#include "model/add_once.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::config {

namespace {

void read_files(const Entry&, Trust&);
void read_certificate(const Entry&, Waiver&);
void read_until(const Entry&, Waiver&);
void check_identity(const Node& mapping, ListFile&, const IdentityFiles&);
void check_waiver(const Node& mapping, ListFile&, std::uint64_t seen);
std::optional<std::string> read_resolver(const Entry&);
std::optional<std::string> read_decision(const Entry&, Policy&);
std::optional<std::string> read_setting(const Entry&, RunSettings&);
bool note_elsewhere(const Node& key, ListFile&);

using I = IdentityFiles;
constexpr std::array kIdentityKeys{
    Key<I>{"id", read_member<&I::id, read_text>},
    Key<I>{"certificate", read_member<&I::certificate, read_path>},
    Key<I>{"key", read_member<&I::key, read_path>},
    Key<I>{"pfx", read_member<&I::pfx, read_path>},
    Key<I>{"password_env", read_member<&I::password_env, read_text>},
    Key<I>{"password_file", read_member<&I::password_file, read_path>},
};

constexpr std::array kTrustKeys{
    Key<Trust>{"ca_files", read_files},
    Key<Trust>{"system", read_member<&Trust::system, read_yes_or_no>},
};

constexpr std::array kCaFileKeys{
    Key<CaFile>{"file", read_member<&CaFile::path, read_path>},
    Key<CaFile>{"anchor", read_member<&CaFile::anchor, read_yes_or_no>},
};

using W = Waiver;
constexpr std::array kWaiverKeys{
    Key<W>{"rule", read_member<&W::rule, read_rule>},
    Key<W>{"target", read_member<&W::target, read_text>},
    Key<W>{"certificate", read_certificate},
    Key<W>{"reason", read_member<&W::reason, read_text>},
    Key<W>{"until", read_until},
};

// Setting is one run option under its long name; `read` gives back how the value is compared
// between lists.
struct Setting {
    std::string_view name;
    std::optional<std::string> (*read)(const Entry&, RunSettings&);
};

// Values of one kind have one text, so that "60s" and "1m" are no contradiction between lists.
std::string text_of(const std::string& text) { return text; }
std::string text_of(const std::vector<std::string>& rules) { return joined(rules); }
std::string text_of(Milliseconds duration) { return to_text(duration); }
std::string text_of(std::uint32_t number) { return std::to_string(number); }
std::string text_of(bool flag) { return flag ? "yes" : "no"; }
std::string text_of(OperatingSystem os) { return std::string(to_text(os)); }
std::string text_of(int family) { return family == 0 ? "any" : std::to_string(family); }

template <auto Member, auto Read>
std::optional<std::string> take(const Entry& entry, RunSettings& settings) {
    const auto value = Read(entry);
    if (!value) return std::nullopt;
    settings.*Member = *value;
    return text_of(*value);
}

template <std::uint32_t Smallest, std::uint32_t Largest>
std::optional<std::uint32_t> number(const Entry& entry) {
    return read_number(entry, Smallest, Largest);
}

// On the command line the option may be repeated, so here it may be a list.
std::optional<std::vector<std::string>> read_rules(const Entry& entry) {
    std::vector<std::string> rules;
    for (const auto& element : read_one_or_more(entry, "server-eku"))
        if (auto rule = read_rule(element)) rules.push_back(std::move(*rule));
    if (rules.empty()) return std::nullopt;
    return rules;
}

std::optional<std::string> read_choice(const Entry&, std::span<const std::string_view> choices);

std::optional<int> read_address_family(const Entry& entry) {
    constexpr std::array<std::string_view, 3> kFamilies{"any", "4", "6"};
    const auto choice = read_choice(entry, kFamilies);
    if (!choice) return std::nullopt;
    return choice == "any" ? 0 : choice == "4" ? 4 : 6;
}

std::optional<std::string> read_fail_on(const Entry& entry) {
    constexpr std::array<std::string_view, 3> kVerdicts{"warn", "fail", "never"};
    return read_choice(entry, kVerdicts);
}

std::optional<std::string> read_ldap_server(const Entry& entry) {
    auto text = read_text(entry);
    if (!text) return std::nullopt;
    // Here, since a wrong one would show only when the first directory is asked.
    const auto reason = host_and_port_problem(*text);
    if (reason.empty()) return text;
    entry.mistake(fmt::format("'{}': {}", *text, reason));
    return std::nullopt;
}

using R = RunSettings;
constexpr std::array kSettings{
    Setting{"timeout", take<&R::timeout, read_duration>},
    Setting{"connect-timeout", take<&R::connect_timeout, read_duration>},
    Setting{"deadline", take<&R::deadline, read_duration>},
    Setting{"expires-within", take<&R::expires_within, read_duration_or_zero>},
    Setting{"concurrency", take<&R::concurrency, number<1, 100'000>>},
    Setting{"per-address", take<&R::per_address, number<1, 1000>>},
    Setting{"retries", take<&R::retries, number<0, 100>>},
    Setting{"versions", take<&R::versions, read_yes_or_no>},
    Setting{"mtls-matrix", take<&R::mtls_matrix, read_yes_or_no>},
    Setting{"sni-matrix", take<&R::sni_matrix, read_yes_or_no>},
    Setting{"inventory", take<&R::inventory, read_yes_or_no>},
    Setting{"as-os", take<&R::as_os, read_windows_release>},
    Setting{"fetch", take<&R::fetch, read_yes_or_no>},
    Setting{"fetch-private", take<&R::fetch_private, read_yes_or_no>},
    Setting{"ldap-server", take<&R::ldap_server, read_ldap_server>},
    Setting{"allow-private", take<&R::allow_private, read_yes_or_no>},
    Setting{"address-family", take<&R::address_family, read_address_family>},
    Setting{"fail-on", take<&R::fail_on, read_fail_on>},
    Setting{"only", take<&R::only, read_rules>},
    Setting{"skip", take<&R::skip, read_rules>},
};

// Elsewhere is an option of the command line that `policy:` does not take.
struct Elsewhere {
    std::string_view name, hint;
};
constexpr std::array kElsewhere{
    Elsewhere{"ca-file", "write 'trust: {ca_files: [root.pem]}'"},
    Elsewhere{"anchor-file", "write 'trust: {ca_files: [{file: ca.pem, anchor: yes}]}'"},
    Elsewhere{"no-system-trust", "write 'trust: {system: no}'"},
    Elsewhere{"resolver", "write 'resolvers: [192.0.2.53]' on the top level"},
    Elsewhere{"cert", "write it under 'identities'"},
    Elsewhere{"key", "write it under 'identities'"},
    Elsewhere{"pfx", "write it under 'identities'"},
};

constexpr std::size_t kFingerprintDigits = 64; // SHA-256 in hex
constexpr std::size_t kThumbprintDigits = 40;  // SHA-1, what Windows shows
constexpr std::string_view kLeftToRightMark = "\u200e";

} // namespace

void SharedSections::sip_domains(const Entry& section) {
    for (const auto& element : read_list(section, "contoso.com"))
        if (auto domain = read_host_name(element))
            add_once(deployment_.sip_domains, std::move(*domain));
}

void SharedSections::resolvers(const Entry& section) {
    for (const auto& element : read_list(section, "\"192.0.2.53\""))
        if (auto resolver = read_resolver(element))
            add_once(deployment_.resolvers, std::move(*resolver));
}

void SharedSections::trust(const Entry& section) {
    Trust trust;
    read_mapping<kTrustKeys>(section, trust);
    for (auto& file : trust.ca_files)
        add_once(deployment_.trust.ca_files, std::move(file));
    // Files add up over the lists; whether the system is trusted must not differ between them.
    if (!trust.system) return;
    deployment_.trust.system = trust.system;
    for (const auto& entry : entries_of(section.value, section.file))
        if (entry.key.text == "system") agree(entry, text_of(*trust.system));
}

void SharedSections::policy(const Entry& section) {
    if (!expect_mapping(section)) return;
    std::vector<std::string_view> names;
    for (const auto& info : decisions())
        names.push_back(info.key);
    // Decisions and run options share the section and one name space.
    for (const auto& setting : kSettings)
        names.push_back(setting.name);
    KnownKeys keys(names, section.file);
    for (const auto& entry : entries_of(section.value, section.file)) {
        // A familiar option in the wrong place deserves its right place, not "unknown key".
        if (note_elsewhere(entry.key, section.file) || !keys.find(entry.key)) continue;
        auto value = find_decision(entry.key.text) != nullptr
                         ? read_decision(entry, deployment_.policy)
                         : read_setting(entry, deployment_.settings);
        if (value) agree(entry, *value);
    }
}

void SharedSections::identity(const Entry& element) {
    if (!expect_mapping(element)) return;
    for (const auto& entry : entries_of(element.value, element.file))
        // Before anything else is read, and without quoting the value: the message may be logged.
        if (entry.key.text == "password")
            return element.file.mistake(
                entry.key.spot, "no password stands in a target list",
                "name the variable or the file that holds it: password_env or password_file"
            );
    IdentityFiles files;
    files.where = element.file.where(element.value.spot);
    read_mapping<kIdentityKeys>(element.value, element.file, files);
    check_identity(element.value, element.file, files);
    const auto place = element.file.place(element.value.spot);
    // By place, so that the second one can name the first, which may be in another list.
    const auto [first, added] = identities_.emplace(files.id, place);
    if (!added && !files.id.empty())
        element.file.mistakes().add_duplicate(place, "identity", files.id, first->second);
    deployment_.identities.push_back(std::move(files));
}

void SharedSections::waiver(const Entry& element) {
    if (!expect_mapping(element)) return;
    Waiver waiver;
    waiver.where = element.file.where(element.value.spot);
    const auto seen = read_mapping<kWaiverKeys>(element.value, element.file, waiver);
    check_waiver(element.value, element.file, seen);
    deployment_.waivers.push_back(std::move(waiver));
}

std::vector<std::string_view> SharedSections::identity_ids() const {
    std::vector<std::string_view> ids;
    for (const auto& [id, place] : identities_)
        ids.push_back(id);
    return ids;
}

// The lists of a run have one policy and one trust.
void SharedSections::agree(const Entry& entry, const std::string& value) {
    const auto [first, added] =
        said_.emplace(entry.key.text, Said{value, entry.file.place(entry.value.spot)});
    if (!added && first->second.value != value)
        entry.mistake(
            fmt::format(
                "'{}' is {} here and {} in another list", entry.key.text, quoted(value),
                quoted(first->second.value)
            ),
            "the other is at " + entry.file.mistakes().place_text(first->second.place)
        );
}

namespace {

void read_files(const Entry& entry, Trust& trust) {
    for (const auto& element : read_list(entry, "pki/root.pem")) {
        CaFile file;
        if (element.value.kind != Node::Kind::mapping) {
            keep(file.path, read_path(element));
        } else {
            const auto seen = read_mapping<kCaFileKeys>(element.value, element.file, file);
            if (!has_key<kCaFileKeys>(seen, "file"))
                element.mistake("an entry of 'ca_files' has no 'file'");
        }
        file.where = element.file.where(element.value.spot);
        if (!file.path.empty()) trust.ca_files.push_back(std::move(file));
    }
}

// SHA-256 as the reports write it or SHA-1 as Windows shows it, with colons, spaces and capitals as
// other tools write them. In front of a thumbprint that is copied from the certificate dialog of
// Windows stands an invisible left-to-right mark.
void read_certificate(const Entry& entry, Waiver& waiver) {
    const auto text = read_text(entry);
    if (!text) return;
    std::string digits;
    for (std::string_view rest = *text; !rest.empty();) {
        const bool mark = rest.starts_with(kLeftToRightMark);
        if (!mark && rest.front() != ':' && rest.front() != ' ') digits += to_lower(rest.front());
        rest.remove_prefix(mark ? kLeftToRightMark.size() : 1);
    }
    const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (hex && (digits.size() == kFingerprintDigits || digits.size() == kThumbprintDigits))
        waiver.certificate = std::move(digits);
    else
        entry.mistake(
            quoted(*text) + " is no fingerprint of a certificate",
            "64 hexadecimal digits of SHA-256 or the 40 of the thumbprint that Windows shows"
        );
}

void read_until(const Entry& entry, Waiver& waiver) {
    constexpr std::size_t kDateLength = 10; // 2026-12-31
    const auto text = read_text(entry);
    if (!text) return;
    waiver.until = parse_time(*text);
    if (!waiver.until)
        return entry.mistake(
            quoted(*text) + " is no date", "write it as 2026-12-31 or 2026-12-31T18:00:00Z"
        );
    // Until a day includes the day.
    if (text->size() == kDateLength)
        *waiver.until += std::chrono::days{1} - std::chrono::seconds{1};
}

void check_identity(const Node& mapping, ListFile& file, const IdentityFiles& files) {
    const auto has = [&mapping](std::string_view key) { return value_of(mapping, key) != nullptr; };
    const bool pem = has("certificate") || has("key");
    // By key: what a key says wrongly has its own message.
    if (!has("id"))
        file.mistake(mapping.spot, "this identity has no 'id'", "targets refer to it by its id");
    // Two sources of one key could differ, and one of them would be ignored.
    if (pem && has("pfx"))
        file.mistake(
            mapping.spot, "an identity is either 'certificate' and 'key' or 'pfx', not both"
        );
    else if (pem ? !(has("certificate") && has("key")) : !has("pfx"))
        file.mistake(
            mapping.spot,
            pem ? fmt::format("this identity has no '{}'", has("key") ? "certificate" : "key")
                : "this identity has no files",
            "give 'certificate' and 'key', or 'pfx'"
        );
    // The same for its password.
    if (!files.password_env.empty() && !files.password_file.empty())
        file.mistake(
            mapping.spot, "an identity has either 'password_env' or 'password_file', not both"
        );
}

void check_waiver(const Node& mapping, ListFile& file, std::uint64_t seen) {
    // By key, not by value: a key with a bad value has its own mistake already.
    const auto has = [seen](std::string_view key) { return has_key<kWaiverKeys>(seen, key); };
    if (!has("rule"))
        file.mistake(mapping.spot, "this waiver has no 'rule'", "the id of a rule, or a glob");
    if (!has("reason"))
        file.mistake(
            mapping.spot, "this waiver has no 'reason'", "the report shows it beside the finding"
        );
    // A waiver for everything has to be written out, never to happen by omission.
    if (!has("target") && !has("certificate"))
        file.mistake(
            mapping.spot, "this waiver has neither 'target' nor 'certificate'",
            "target: \"*\" waives the rule everywhere"
        );
}

// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"
std::optional<std::string> read_resolver(const Entry& entry) {
    const auto text = read_text(entry);
    if (!text) return std::nullopt;
    // An address without a port is tried first, since IPv6 has colons of its own.
    if (const auto address = parse_address(*text))
        return address->v6 ? fmt::format("[{}]", to_text(*address)) : to_text(*address);
    if (const auto colon = text->rfind(':'); colon != std::string::npos) {
        const auto address = parse_address(std::string_view(*text).substr(0, colon));
        const auto port = parse_number(std::string_view(*text).substr(colon + 1), 1, kLargestPort);
        const bool bracketed = text->front() == '[';
        if (address && port && bracketed == address->v6)
            return host_and_port(to_text(*address), static_cast<std::uint16_t>(*port));
    }
    entry.mistake(
        quoted(*text) + " is no resolver",
        "an address and, where it is not 53, a port: \"192.0.2.53:5353\""
    );
    return std::nullopt;
}

std::optional<std::string> read_decision(const Entry& entry, Policy& policy) {
    const auto verdict = read_word<Verdict>(entry);
    if (!verdict) return std::nullopt;
    policy.set(find_decision(entry.key.text)->decision, *verdict);
    return std::string(to_text(*verdict));
}

std::optional<std::string> read_setting(const Entry& entry, RunSettings& settings) {
    // KnownKeys has let only names of the table through.
    return std::ranges::find(kSettings, entry.key.text, &Setting::name)->read(entry, settings);
}

// One word of a few.
std::optional<std::string> read_choice(
    const Entry& entry, std::span<const std::string_view> choices
) {
    auto text = read_text(entry);
    if (!text || std::ranges::find(choices, *text) != choices.end()) return text;
    entry.mistake(
        fmt::format("'{}' cannot be {}", entry.key.text, quoted(*text)), suggestion(*text, choices)
    );
    return std::nullopt;
}

bool note_elsewhere(const Node& key, ListFile& file) {
    for (const auto& other : kElsewhere) {
        if (key.text != other.name) continue;
        file.mistake(
            key.spot, fmt::format("'{}' does not stand in 'policy'", other.name),
            std::string(other.hint)
        );
        return true;
    }
    return false;
}

} // namespace

} // namespace lyncprobe::config
