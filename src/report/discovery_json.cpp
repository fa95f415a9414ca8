// SPDX-License-Identifier: MIT
// The fields are described in docs/discovery.md; other people's scripts rely on them.
#include "report/discovery.h"
#include "report/discovery_parts.h"
#include "report/json_parts.h"

namespace lyncprobe::report {
namespace {

void addresses(JsonWriter& json, const DnsAnswer& answer) {
    json.key("addresses").begin_array();
    for (const auto& address : answer.addresses)
        json.text(to_text(address));
    json.end_array();
    json.key("addresses_skipped").number(answer.addresses_skipped);
}

// What every answer has, whatever was asked.
void answer_members(JsonWriter& json, const DnsAnswer& answer) {
    json.key("status").text(to_text(answer.status));
    json.key("detail").text_or_null(answer.detail);
    json.key("aliases").texts(answer.aliases);
    json.key("ttl").integer_or_null(answer.ttl);
}

void targets(JsonWriter& json, const DnsAnswer& answer) {
    json.key("targets").begin_array();
    for (const auto& target : answer.targets) {
        json.begin_object();
        json.key("host").text(target.host);
        json.key("port").integer(target.port);
        json.key("priority").integer(target.priority);
        json.key("weight").integer(target.weight);
        json.end_object();
    }
    json.end_array();
    json.key("targets_skipped").number(answer.targets_skipped);
}

void client(JsonWriter& json, const DomainDiscovery& domain, const ClientOrder& order) {
    json.begin_object();
    json.key("client").text(order.id);
    json.key("who").text(order.who);
    json.key("asks").begin_array();
    for (const auto index : order.rows)
        json.text(domain.rows[index].record);
    json.end_array();
    json.key("finds").begin_array();
    for (const auto index : order.rows)
        if (domain.rows[index].answer.status == DnsStatus::found)
            json.text(domain.rows[index].record);
    json.end_array();
    json.end_object();
}

void domain_object(JsonWriter& json, const DomainDiscovery& domain) {
    json.begin_object();
    json.key("domain").text(domain.domain);
    json.key("records").begin_array();
    for (const auto& row : domain.rows)
        write_dns_record(json, row);
    json.end_array();
    json.key("clients").begin_array();
    for (const auto& order : domain.clients)
        client(json, domain, order);
    json.end_array();
    json.key("hosts").begin_array();
    for (const auto& [name, answer] : domain.hosts)
        write_dns_host(json, name, answer);
    json.end_array();
    std::vector<const Finding*> findings;
    for (const auto& finding : domain.findings)
        findings.push_back(&finding);
    write_findings(json.key("findings"), findings);
    json.end_object();
}

void run(JsonWriter& json, const Discovery& found) {
    json.key("run").begin_object();
    json.key("started_at").text(to_rfc3339(found.started_at));
    json.key("finished_at").text(to_rfc3339(found.finished_at));
    json.key("vantage").text_or_null(found.vantage);
    json.key("resolvers").texts(found.resolvers);
    json.key("interrupted").boolean(found.interrupted);
    json.end_object();
}

void summary(JsonWriter& json, const Discovery& found) {
    json.key("summary").begin_object();
    json.key("domains").number(found.domains.size());
    json.key("questions").number(found.questions);
    json.key("unanswered").number(found.unanswered);
    json.key("verdicts").begin_object();
    for (const auto& word : words<Verdict>()) {
        const auto count = found.verdicts.find(word.value);
        json.key(word.text).number(count == found.verdicts.end() ? 0 : count->second);
    }
    json.end_object();
    json.key("verdict").text_or_null(found.worst ? to_text(*found.worst) : std::string_view());
    json.key("exit_code").integer(found.exit_code);
    json.end_object();
}

} // namespace

void write_dns_record(JsonWriter& json, const DiscoveryRow& row) {
    json.begin_object();
    json.key("record").text(row.record);
    json.key("name").text(row.name);
    json.key("type").text(row.type == RecordType::srv ? "SRV" : "address");
    json.key("purpose").text(row.purpose);
    json.key("usual_port").integer(row.usual_port);
    answer_members(json, row.answer);
    targets(json, row.answer);
    addresses(json, row.answer);
    json.end_object();
}

void write_dns_host(JsonWriter& json, const std::string& name, const DnsAnswer& answer) {
    json.begin_object();
    json.key("host").text(name);
    answer_members(json, answer);
    addresses(json, answer);
    json.end_object();
}

void write_discovery_json(std::ostream& out, const Discovery& found) {
    JsonWriter json(out, JsonWriter::Layout::lines);
    json.begin_object();
    write_schema_and_tool_members(json);
    json.key("kind").text("discovery");
    run(json, found);
    summary(json, found);
    json.key("domains").begin_array();
    for (const auto& domain : found.domains)
        domain_object(json, domain);
    json.end_array();
    json.end_object();
    json.finish();
}

} // namespace lyncprobe::report
