// SPDX-License-Identifier: MIT
// Rule dns-records: each generation of clients, and partners, find a record that they ask for.
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::rules {

namespace {

// What it means to a client that it finds no record; those that can do without are not_applicable.
struct Absence {
    std::string_view client;
    Verdict verdict;
    std::string_view consequence;
};
constexpr Absence kAbsences[] = {
    {"lync-2013", Verdict::fail, "they cannot sign in unless the server is entered in the client"},
    {"lync-store-app", Verdict::warn, "it asks for nothing else and cannot sign in"},
    {"lync-2010-early", Verdict::warn,
     "they cannot sign in unless the server is entered in the client"},
    {"skype-for-business", Verdict::fail,
     "they cannot sign in unless the server is entered in the client"},
    {"partners", Verdict::warn,
     "partners that look for the domain do not find it, and mobile clients get no push messages"},
    {"xmpp-partners", Verdict::not_applicable, "no XMPP federation, which is optional"},
    {"phones", Verdict::not_applicable, "only telephones inside ask for it"},
    {"browsers", Verdict::not_applicable, "the simple URLs may have other names"},
};

// The name exists and has no record of the type asked for. Where no name of the domain is missing,
// a wildcard may have made it exist (RFC 4592 2.2.1).
bool has_another_record(const DomainDiscovery& domain, const DiscoveryRow& row) {
    return row.answer.status == DnsStatus::no_such_record && row.answer.aliases.empty() &&
           std::ranges::any_of(domain.rows, [](const DiscoveryRow& other) {
               return other.answer.status == DnsStatus::no_such_name;
           });
}

Ruling rule_on(const DomainDiscovery& domain, const ClientOrder& client) {
    std::vector<std::string> found, absent, open, wrong;
    for (const auto index : client.rows) {
        const auto& row = domain.rows[index];
        // A loop of aliases is as good as nothing.
        const bool gone = certain(row.answer.status) || row.answer.status == DnsStatus::alias_loop;
        (leads_somewhere(row) ? found : gone ? absent : open).emplace_back(row.record);
        if (has_another_record(domain, row))
            wrong.push_back(fmt::format(
                "{} (no {} record)", row.name,
                row.type == RecordType::srv ? "SRV" : "A, AAAA or CNAME"
            ));
    }
    const auto& absence = *std::ranges::find(kAbsences, client.id, &Absence::client);
    auto ruling = !found.empty() ? pass(fmt::format("{}: {}", client.who, fmt::join(found, ", ")))
                  : !open.empty()
                      ? verdict(
                            absence.verdict == Verdict::not_applicable ? absence.verdict
                                                                       : Verdict::inconclusive,
                            fmt::format(
                                "{}: nothing was found, and no answer about {}", client.who,
                                fmt::join(open, ", ")
                            )
                        )
                      : verdict(
                            absence.verdict, fmt::format(
                                                 "{}: there is no {}: {}", client.who,
                                                 fmt::join(absent, ", "), absence.consequence
                                             )
                        );
    if (ruling.verdict == Verdict::inconclusive)
        ruling.fix = "ask a name server that answers (--resolver), and run it again";
    if (found.empty() && !wrong.empty()) {
        const auto names = fmt::format("{}", fmt::join(wrong, ", "));
        ruling.message += fmt::format("; there is a record of another type under {}", names);
        ruling.fix = fmt::format("publish the record of the type that is asked for: {}", names);
        ruling.evidence.set("other_type", std::move(wrong));
    }
    ruling.evidence.set("client", std::string(client.id));
    ruling.evidence.set("found", std::move(found));
    ruling.evidence.set("absent", std::move(absent));
    if (!open.empty()) ruling.evidence.set("not_answered", std::move(open));
    return ruling;
}

std::vector<DomainRuling> check_dns_records(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    for (const auto& client : domain.clients)
        out.push_back({.ruling = rule_on(domain, client)});
    return out;
}

} // namespace

constinit const Rule dns_records{
    .id = "dns-records",
    .title = "Clients and partners find a record",
    .scope = Scope::dns,
    .source = kDnsRequirements,
    .demands =
        "Each generation of clients, and partners, find at least one of the records that they ask "
        "for, in the order in which they ask. Missing for Lync 2013 or Skype for Business it "
        "fails, for the others it is a warning; XMPP, telephones and simple URLs are optional.",
    .why = "Clients without a record cannot sign in unless somebody enters the server by hand; "
           "partners do not find the domain, and mobile clients get no push messages.",
    .fix = "publish the records that these clients ask for",
    .evidence = "client: id of its kind; found, absent, not_answered: records that it asks for; "
                "other_type: names that exist with a record of another type",
    .check_domain = check_dns_records,
};

} // namespace lyncprobe::rules
