// SPDX-License-Identifier: MIT
// The locations that were fetched, as docs/result.schema.json describes them.
#include "report/json_parts.h"

namespace lyncprobe::report {

namespace {

void time_member(JsonWriter& json, std::string_view key, const std::optional<Time>& time) {
    json.key(key).text_or_null(time ? to_rfc3339(*time) : "");
}

void list_members(JsonWriter& json, const CrlFacts& list) {
    json.key("issuer").text_or_null(list.issuer);
    time_member(json, "this_update", list.this_update);
    time_member(json, "next_update", list.next_update);
    time_member(json, "next_publish", list.next_publish);
    json.key("number").text_or_null(list.number);
    json.key("base_number").text_or_null(list.base_number.value_or(""));
    json.key("delta").boolean(list.base_number.has_value());
    json.key("delta_urls").texts(list.delta_urls);
    json.key("entries").number(list.entries);
    json.key("signature_algorithm").text(list.algorithm.name);
    json.key("signature").text(to_text(list.signature));
}

void ocsp_members(JsonWriter& json, const OcspFacts& answer) {
    time_member(json, "produced_at", answer.produced_at);
    time_member(json, "this_update", answer.this_update);
    time_member(json, "next_update", answer.next_update);
    json.key("signature").text(to_text(answer.signature));
}

void location(JsonWriter& json, const FetchedLocation& it) {
    json.begin_object();
    json.key("kind").text(to_text(it.kind));
    json.key("location").text(it.url);
    json.key("outcome").text(to_text(it.outcome));
    json.key("detail").text(it.detail);
    json.key("address").text_or_null(it.address ? to_text(*it.address) : "");
    json.key("bytes").number(it.bytes);
    json.key("time_ms").milliseconds(it.milliseconds);
    if (it.kind == LocationKind::ca_issuers) json.key("certificates").number(it.certificates);
    if (it.crl) list_members(json, *it.crl);
    if (it.ocsp) ocsp_members(json, *it.ocsp);
    json.end_object();
}

} // namespace

void write_revocation_member(JsonWriter& json, const ScanResult& run) {
    if (!run.fetched) return;
    json.key("revocation").begin_object();
    json.key("locations").begin_array();
    for (const auto& one : run.locations)
        location(json, *one);
    json.end_array();
    json.end_object();
}

} // namespace lyncprobe::report
