// SPDX-License-Identifier: MIT
// What name servers answered, as docs/discovery.md describes it, and the members "domains" and
// "federation".
#include "report/json_fields.h"
#include "report/json_parts.h"

#include <algorithm>

namespace lyncprobe::report {

void fields(auto& json, Is<SrvTarget> auto& it) {
    json("host", it.host);
    json("port", it.port);
    json("priority", it.priority);
    json("weight", it.weight);
    if (kReading<decltype(json)> || it.times > 1) json("times", it.times);
}

namespace {

// What every answer has, whatever was asked.
void answer(auto& json, auto& it) {
    json("status", it.status);
    json("detail", or_null(it.detail));
    json("aliases", it.aliases);
    json("ttl", it.ttl);
    json("recursion", it.recursion);
}

void addresses(auto& json, auto& it) {
    json("addresses", it.addresses);
    json("addresses_skipped", it.addresses_skipped);
}

// Records by their names, which differ within a domain.
template <class Json>
void asked_records(Json& json, auto& domain, auto& client) {
    std::vector<std::string> asks, finds;
    for (const auto index : client.rows) {
        asks.push_back(domain.rows[index].record);
        if (domain.rows[index].answer.status == DnsStatus::found) finds.push_back(asks.back());
    }
    json("asks", asks);
    json.derived("finds", finds);
    if constexpr (kReading<Json>)
        for (const auto& name : asks) {
            const auto row = std::ranges::find(domain.rows, name, &DiscoveryRow::record);
            if (row == domain.rows.end())
                return json.restored().expected("names of records", json.place());
            client.rows.push_back(static_cast<std::size_t>(row - domain.rows.begin()));
        }
}

void clients(auto& json, auto& domain) {
    json.each("clients", domain.clients, [&](auto& object, auto& client) {
        object("client", client.id);
        object("who", client.who);
        asked_records(object, domain, client);
    });
}

// Hosts in the order of their names.
template <class Json>
void hosts(Json& json, auto& domain) {
    std::vector<std::pair<std::string, DnsAnswer>> list(domain.hosts.begin(), domain.hosts.end());
    json.each("hosts", list, [](auto& object, auto& entry) {
        object("host", entry.first);
        answer(object, entry.second);
        addresses(object, entry.second);
    });
    if constexpr (kReading<Json>)
        for (auto& [name, it] : list) {
            it.question.name = name;
            domain.hosts.insert_or_assign(name, std::move(it));
        }
}

} // namespace

void fields(auto& json, Is<DiscoveryRow> auto& it) {
    bool srv = it.type == RecordType::srv;
    json("record", it.record);
    json("name", it.name);
    json("type", two_words(srv, "SRV", "address"));
    json("purpose", it.purpose);
    json("usual_port", it.usual_port);
    answer(json, it.answer);
    json("targets", it.answer.targets);
    json("targets_skipped", it.answer.targets_skipped);
    addresses(json, it.answer);
    if constexpr (kReading<decltype(json)>) {
        it.type = srv ? RecordType::srv : RecordType::a;
        it.answer.question = {it.name, it.type};
    }
}

void fields(auto& json, Is<DomainDiscovery> auto& it) {
    json("domain", it.domain);
    json("records", it.rows);
    clients(json, it);
    hosts(json, it);
    json("findings", it.findings);
}

void fields(auto& json, Is<GoLiveReason> auto& it) {
    json("code", it.code);
    json("weight", it.weight);
    json("side", it.side);
    json("message", it.message);
    json("fix", or_null(it.fix));
    json("source", or_null(it.source));
    json("endpoint", ids(it.endpoint));
    json("waived", it.waived);
}

// Of the records only those that were asked for.
template <class Json>
void asked_for(Json& json, auto& row) {
    std::vector<DiscoveryRow> asked;
    if constexpr (!kReading<Json>)
        std::ranges::copy_if(row.records.rows, std::back_inserter(asked), [](const auto& record) {
            return record.answer.status != DnsStatus::not_asked;
        });
    json("records", asked);
    if constexpr (kReading<Json>) row.records.rows = std::move(asked);
    hosts(json, row.records);
}

void fields(auto& json, Is<FederationRow> auto& it) {
    json("domain", it.domain);
    json("self", it.self);
    json("direct", or_null(it.direct));
    json("our_domain", or_null(it.our_domain));
    json("verdict", it.verdict);
    json("reasons", it.reasons);
    asked_for(json, it);
    json("endpoints", ids(it.endpoints));
    if constexpr (kReading<decltype(json)>) it.records.domain = it.domain;
}

void domain_members(ToJson& json, const DomainDiscovery& it) { fields(json, it); }
void domain_members(FromJson& json, DomainDiscovery& it) { fields(json, it); }
void federation_members(ToJson& json, const FederationRow& it) { fields(json, it); }
void federation_members(FromJson& json, FederationRow& it) { fields(json, it); }

} // namespace lyncprobe::report
