// SPDX-License-Identifier: MIT
// Rule dns-lyncdiscover-alias: mobile clients accept no autodiscover under a name of another
// domain.
#include "plan/discovery_naming.h"
#include "rules/engine/all.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling rule_on(std::string_view record, const DnsAnswer& answer, const std::string& domain) {
    if (plan::leads_to_hosting(answer))
        return pass(fmt::format("{} leads to Microsoft 365", record));
    const auto foreign = std::ranges::find_if(answer.aliases, [&](const std::string& alias) {
        return !plan::is_below(alias, domain) && !plan::is_hosted(alias);
    });
    if (foreign == answer.aliases.end())
        return pass(fmt::format("{} is an alias inside the domain", record));
    return warn(fmt::format(
        "{} is an alias of {}, in another domain: over HTTPS mobile clients do not accept that",
        record, *foreign
    ));
}

std::vector<DomainRuling> check_dns_lyncdiscover_alias(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    for (const std::string_view record : {"lyncdiscoverinternal", "lyncdiscover"}) {
        const auto& answer = plan::row_of(domain, record).answer;
        if (!answer.aliases.empty())
            out.push_back(
                {.ruling = rule_on(record, answer, domain.domain)
                               .with("record", std::string(record))
                               .with("aliases", answer.aliases)}
            );
    }
    return out;
}

} // namespace

constinit const Rule dns_lyncdiscover_alias{
    .id = "dns-lyncdiscover-alias",
    .title = "lyncdiscover is no alias of a name in another domain",
    .scope = Scope::dns,
    .source =
        {.document = "Technical requirements for mobility in Lync Server 2013",
         .section = "DNS records for the autodiscover service"},
    .demands = "Neither lyncdiscover nor lyncdiscoverinternal is an alias of a name in another "
               "domain; Microsoft 365 is excepted.",
    .why = "Over HTTPS mobile clients do not accept an answer under a name outside the domain of "
           "the user, so that autodiscover fails for them.",
    .fix = "make lyncdiscover an A record, or an alias inside its own domain; or serve it by plain "
           "HTTP",
    .evidence = "record: which of the two names; aliases: the names that it leads to",
    .check_domain = check_dns_lyncdiscover_alias,
};

} // namespace lyncprobe::rules
