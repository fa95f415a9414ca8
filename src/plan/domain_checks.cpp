// SPDX-License-Identifier: MIT
// The checks on a domain as a whole: who finds what, and whether the two views of split DNS mix.
#include "plan/discovery_checks.h"
#include "plan/discovery_naming.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace lyncprobe::plan::checks {

namespace {

constexpr std::string_view kInside = "lyncdiscoverinternal", kOutside = "lyncdiscover";

// What the want of every record means to a client; others than these can do without.
struct Want {
    std::string_view client;
    Verdict verdict;
    std::string_view consequence;
};
constexpr Want kWants[] = {
    {"lync-2013", Verdict::fail, "they cannot sign in without being told the server by hand"},
    {"lync-store-app", Verdict::warn, "it asks for nothing else and cannot sign in"},
    {"lync-2010-early", Verdict::warn, "they cannot sign in without being told the server by hand"},
    {"skype-for-business", Verdict::fail,
     "they cannot sign in without being told the server by hand"},
    {"partners", Verdict::warn,
     "partners that look for the domain do not find it, and mobile clients get no push messages"},
    {"xmpp-partners", Verdict::not_applicable, "no XMPP federation, which is optional"},
    {"phones", Verdict::not_applicable, "only telephones inside ask for it"},
    {"browsers", Verdict::not_applicable, "the simple URLs may have other names"},
};

bool is_found(const DiscoveryRow& row) {
    if (row.answer.status != DnsStatus::found) return false;
    if (row.type != RecordType::srv) return true;
    // A target of "." says that there is no such service (RFC 2782).
    return std::ranges::any_of(row.answer.targets, [](const SrvTarget& target) {
        return target.host != ".";
    });
}

std::string list_of(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

void judge_client(const DomainDiscovery& domain, const ClientOrder& client, FindingList& findings) {
    std::vector<std::string> found, absent, open;
    for (const auto index : client.rows) {
        const auto& row = domain.rows[index];
        // A loop of aliases is as good as nothing.
        const bool gone = certain(row.answer.status) || row.answer.status == DnsStatus::alias_loop;
        (is_found(row) ? found : gone ? absent : open).emplace_back(row.record);
    }
    Facts evidence;
    evidence.set("client", std::string(client.id));
    evidence.set("found", found);
    evidence.set("absent", absent);
    if (!open.empty()) evidence.set("not_answered", open);
    const auto& want = *std::ranges::find(kWants, client.id, &Want::client);
    const auto who = std::string(client.who);
    if (!found.empty())
        findings.add(
            "dns-records", Verdict::pass, fmt::format("{}: {}", who, list_of(found)), evidence
        );
    else if (!open.empty())
        findings.add(
            "dns-records",
            want.verdict == Verdict::not_applicable ? want.verdict : Verdict::inconclusive,
            fmt::format("{}: nothing was found, and no answer about {}", who, list_of(open)),
            evidence
        );
    else
        findings.add(
            "dns-records", want.verdict,
            fmt::format("{}: there is no {}: {}", who, list_of(absent), want.consequence), evidence
        );
}

// A resolver shows one side of split DNS only. Where the two names stand together on it, or behind
// an address of the wrong side, that is seen; what the other side says is not.
void judge_split(const DomainDiscovery& domain, FindingList& findings) {
    const auto& inside = row_of(domain, kInside).answer;
    const auto& outside = row_of(domain, kOutside).answer;
    const bool has_inside = inside.status == DnsStatus::found;
    const bool has_outside = outside.status == DnsStatus::found;
    constexpr std::string_view kOther = "what the DNS of the other side says cannot be seen here";
    const auto add = [&](Verdict verdict, std::string_view message) {
        Facts evidence;
        evidence.set("lyncdiscoverinternal", has_inside);
        evidence.set("lyncdiscover", has_outside);
        findings.add(
            "dns-lyncdiscover-split", verdict, fmt::format("{}; {}", message, kOther), evidence
        );
    };
    const bool hosted = leads_to_hosting(outside) || leads_to_hosting(inside);
    if (has_inside && has_outside && hosted)
        add(Verdict::warn, "lyncdiscoverinternal stands beside lyncdiscover, which leads to "
                           "Microsoft 365: clients ask for it first and sign in elsewhere");
    else if (has_inside && has_outside)
        add(Verdict::warn, "this resolver knows lyncdiscover and lyncdiscoverinternal: one of them "
                           "stands in a zone of the wrong side, or the zone is the same on both");
    else if (has_inside && !inside.addresses.empty() && !all_private(inside))
        add(Verdict::warn, "lyncdiscoverinternal has a public address: either it is published "
                           "outside, or the servers inside have public addresses");
    else if (has_outside && all_private(outside))
        add(Verdict::warn, "lyncdiscover has a private address only: it stands in the zone of the "
                           "inside, where only lyncdiscoverinternal belongs");
    else if (has_inside)
        add(Verdict::pass, "this is a view from inside: lyncdiscoverinternal alone");
    else if (has_outside)
        add(Verdict::pass, "this is a view from outside: lyncdiscover alone");
    else
        add(Verdict::not_applicable, "neither name was found");
}

void judge_alias(const DomainDiscovery& domain, FindingList& findings) {
    for (const auto record : {kInside, kOutside}) {
        const auto& answer = row_of(domain, record).answer;
        if (answer.aliases.empty()) continue;
        const auto foreign = std::ranges::find_if(answer.aliases, [&](const std::string& alias) {
            return !is_below(alias, domain.domain) && !is_hosted(alias);
        });
        Facts evidence;
        evidence.set("record", std::string(record));
        evidence.set("aliases", answer.aliases);
        if (leads_to_hosting(answer))
            findings.add(
                "dns-lyncdiscover-alias", Verdict::pass,
                fmt::format("{} leads to Microsoft 365", record), evidence
            );
        else if (foreign == answer.aliases.end())
            findings.add(
                "dns-lyncdiscover-alias", Verdict::pass,
                fmt::format("{} is an alias inside the domain", record), evidence
            );
        else
            findings.add(
                "dns-lyncdiscover-alias", Verdict::warn,
                fmt::format(
                    "{} is an alias of {}, in another domain: over HTTPS mobile clients do not "
                    "accept that",
                    record, *foreign
                ),
                evidence
            );
    }
}

void judge_hosting(const DomainDiscovery& domain, FindingList& findings) {
    std::vector<std::string> there, here;
    for (const std::string_view record :
         {kOutside, std::string_view("_sip._tls"), std::string_view("_sipfederationtls._tcp")}) {
        const auto& row = row_of(domain, record);
        if (!is_found(row)) continue;
        bool hosted = leads_to_hosting(row.answer);
        for (const auto& target : row.answer.targets)
            if (const auto host = domain.hosts.find(target.host); host != domain.hosts.end())
                hosted = hosted || leads_to_hosting(host->second);
        (hosted ? there : here).emplace_back(record);
    }
    if (there.empty()) return;
    Facts evidence;
    evidence.set("microsoft_365", there);
    evidence.set("elsewhere", here);
    if (here.empty())
        findings.add(
            "dns-hosting", Verdict::pass, "the records outside lead to Microsoft 365", evidence
        );
    else
        findings.add(
            "dns-hosting", Verdict::warn,
            fmt::format(
                "{} lead{} to Microsoft 365 and {} elsewhere", list_of(there),
                there.size() == 1 ? "s" : "", list_of(here)
            ),
            evidence
        );
}

// Without TLS a password's hash and every message can be read on the way.
void judge_plain_sip(const DomainDiscovery& domain, FindingList& findings) {
    const auto& row = row_of(domain, "_sipinternal._tcp");
    if (is_found(row))
        findings.add(
            "dns-plain-sip", Verdict::warn,
            "_sipinternal._tcp offers sign-in without TLS to Lync clients"
        );
}

// No deployment has all these names at one place, inside names and outside ones alike.
void judge_wildcard(const DomainDiscovery& domain, FindingList& findings) {
    const std::vector<Address>* first = nullptr;
    for (const auto& row : domain.rows) {
        if (row.type == RecordType::srv) continue;
        if (row.answer.status != DnsStatus::found) return;
        if (first != nullptr && row.answer.addresses != *first) return;
        first = &row.answer.addresses;
    }
    if (first == nullptr || first->empty()) return;
    Facts evidence;
    evidence.set("address", to_text(first->front()));
    findings.add(
        "dns-wildcard", Verdict::warn,
        fmt::format(
            "every name that was asked for leads to {}: the zone seems to have a wildcard, so "
            "clients find servers that are none",
            to_text(first->front())
        ),
        std::move(evidence)
    );
}

// A name server in trouble answers many questions in the same way: said once.
void judge_open_questions(const DomainDiscovery& domain, FindingList& findings) {
    std::map<std::pair<DnsStatus, std::string>, std::vector<std::string>> open;
    for (const auto& row : domain.rows)
        if (!certain(row.answer.status) && row.answer.status != DnsStatus::alias_loop)
            open[{row.answer.status, row.answer.detail}].emplace_back(row.record);
    for (const auto& [why, records] : open) {
        Facts evidence;
        evidence.set("status", std::string(to_text(why.first)));
        evidence.set("records", records);
        findings.add(
            "dns-answer", Verdict::inconclusive,
            fmt::format(
                "{}{}{}: {}", in_words(why.first), why.second.empty() ? "" : ", ", why.second,
                records.size() == domain.rows.size() ? "every record" : list_of(records)
            ),
            std::move(evidence)
        );
    }
}

void judge_aliases_to_nothing(const DomainDiscovery& domain, FindingList& findings) {
    for (const auto& row : domain.rows) {
        const auto& answer = row.answer;
        if (answer.aliases.empty() || answer.status == DnsStatus::found) continue;
        Facts evidence;
        evidence.set("record", row.name);
        evidence.set("aliases", answer.aliases);
        if (answer.status == DnsStatus::alias_loop) {
            findings.add(
                "dns-answer", Verdict::fail, fmt::format("{}: {}", row.record, answer.detail),
                std::move(evidence)
            );
            continue;
        }
        if (!certain(answer.status)) continue;
        // Only a resolver looks behind the alias; a server of the zone alone cannot.
        findings.add(
            "dns-answer", answer.recursion ? Verdict::fail : Verdict::inconclusive,
            fmt::format(
                "{} is an alias of {}, and nothing was found there{}", row.record,
                answer.aliases.back(),
                answer.recursion ? "" : "; this name server answers for its own zones only"
            ),
            std::move(evidence)
        );
    }
}

} // namespace

void judge_domain_records(const DomainDiscovery& domain, FindingList& findings) {
    for (const auto& client : domain.clients)
        judge_client(domain, client, findings);
    judge_split(domain, findings);
    judge_alias(domain, findings);
    judge_hosting(domain, findings);
    judge_plain_sip(domain, findings);
    judge_wildcard(domain, findings);
    judge_open_questions(domain, findings);
    judge_aliases_to_nothing(domain, findings);
}

} // namespace lyncprobe::plan::checks
