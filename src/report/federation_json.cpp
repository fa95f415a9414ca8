// SPDX-License-Identifier: MIT
// The member `federation` of a result: docs/federation.md.
#include "report/discovery_parts.h"
#include "report/json_parts.h"

namespace lyncprobe::report {
namespace {

void reason(JsonWriter& json, const GoLiveReason& one, const ScanResult& run) {
    json.begin_object();
    json.key("code").text(one.code);
    json.key("weight").text(to_text(one.weight));
    json.key("side").text(to_text(one.side));
    json.key("message").text(one.message);
    json.key("fix").text_or_null(one.fix);
    json.key("source").text_or_null(one.source);
    json.key("endpoint").text_or_null(one.endpoint ? run.endpoints[*one.endpoint].id : "");
    json.end_object();
}

void records(JsonWriter& json, const FederationRow& row) {
    json.key("records").begin_array();
    for (const auto& record : row.records.rows)
        if (record.answer.status != DnsStatus::not_asked) write_dns_record(json, record);
    json.end_array();
    json.key("hosts").begin_array();
    for (const auto& [name, answer] : row.records.hosts)
        write_dns_host(json, name, answer);
    json.end_array();
}

} // namespace

void write_federation(JsonWriter& json, const ScanResult& run) {
    json.begin_array();
    for (const auto& row : run.federation) {
        json.begin_object();
        json.key("domain").text(row.domain);
        json.key("self").boolean(row.self);
        json.key("direct").text_or_null(row.direct);
        json.key("our_domain").text_or_null(row.our_domain);
        json.key("verdict").text(to_text(row.verdict));
        json.key("reasons").begin_array();
        for (const auto& one : row.reasons)
            reason(json, one, run);
        json.end_array();
        records(json, row);
        json.key("endpoints").begin_array();
        for (const auto index : row.endpoints)
            json.text(run.endpoints[index].id);
        json.end_array();
        json.end_object();
    }
    json.end_array();
}

} // namespace lyncprobe::report
