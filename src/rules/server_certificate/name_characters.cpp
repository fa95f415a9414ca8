// SPDX-License-Identifier: MIT
// Rule name-characters: names are full and made of letters, digits and hyphens.
#include "model/host.h"
#include "model/text/ascii.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

namespace lyncprobe::rules {

namespace {

using Names = std::vector<std::string>;

bool is_standard(char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; }

// Is one of its labels the ASCII form of an international one (RFC 5890, A-label)?
bool is_international(std::string_view name) {
    for (std::size_t at = 0; at < name.size(); ++at) {
        const bool label_begins = at == 0 || name[at - 1] == '.';
        if (label_begins && dns_name_matches("xn--", name.substr(at, 4))) return true;
    }
    return false;
}

struct OddNames {
    Names odd;           // other characters
    Names international; // xn--…
    Names brief;         // LYNC01
};

OddNames sorted(const Names& names) {
    OddNames out;
    for (const auto& full : names) {
        std::string_view name(full);
        if (name.starts_with("*.")) name.remove_prefix(2);
        if (!std::all_of(name.begin(), name.end(), is_standard))
            out.odd.push_back(full);
        else if (is_international(name))
            out.international.push_back(full);
        else if (name.find('.') == std::string_view::npos)
            out.brief.push_back(full);
    }
    return out;
}

// After "; " where there is text already.
void add_clause(std::string& sentence, const Names& names, std::string_view what) {
    if (names.empty()) return;
    if (!sentence.empty()) sentence += "; ";
    sentence += std::string(what) + ": " + some_of(names);
}

Ruling check_name_characters(const Subject& s) {
    if (auto broken = unreadable(s.leaf(), kSubjectAltName)) return *broken;
    if (!s.leaf().san || s.leaf().san->dns.empty())
        return not_applicable("no DNS name is in a subject alternative name");
    const auto bad = sorted(s.leaf().san->dns);
    std::string sentence;
    add_clause(sentence, bad.odd, "other characters than letters, digits and hyphens");
    add_clause(sentence, bad.international, "international names, which are not supported");
    add_clause(sentence, bad.brief, "short names instead of FQDNs");
    if (sentence.empty()) return pass();
    Names all = bad.odd;
    all.insert(all.end(), bad.international.begin(), bad.international.end());
    all.insert(all.end(), bad.brief.begin(), bad.brief.end());
    const auto count = static_cast<std::int64_t>(all.size());
    all.resize(std::min(all.size(), kNamesInEvidence));
    return warn(sentence).with("san_dns", all).with("san_dns_count", count);
}

std::string applies_name_characters(const Subject& s) {
    if (s.target().role == Role::reverse_proxy)
        return "a reverse proxy publishes other things than Lync, too";
    return not_of_lync(s);
}

} // namespace

constinit const Rule name_characters{
    .id = "name-characters",
    .title = "The names are FQDNs of letters, digits and hyphens",
    .scope = Scope::leaf,
    .source = kDnsRequirements.at(
        "standard characters in FQDNs; System requirements for Skype for Business Server 2019"
    ),
    .demands = "DNS names in a Lync server's certificate are FQDNs whose labels have only A-Z, "
               "a-z, 0-9 and hyphens: no underscore, Unicode or international name (xn--). Never "
               "worse than a warning; a reverse proxy, which may serve others, is not judged.",
    .why = "Topology Builder works with FQDNs, public CAs and external DNS refuse other "
           "characters, and clients do not connect to short or international names.",
    .fix = "rename the server or pool, or leave the name out when the certificate is renewed",
    .evidence = "san_dns: the names; san_dns_count: how many there are",
    .applies = applies_name_characters,
    .only_where_it_applies = true,
    .check = check_name_characters,
};

} // namespace lyncprobe::rules
