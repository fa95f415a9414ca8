// SPDX-License-Identifier: MIT
// The member `trust` of the result.
#include "report/json_parts.h"

namespace lyncprobe::report {
namespace {

void write_endpoint_ids(
    JsonWriter& json, const ScanResult& run, const std::vector<std::size_t>& endpoints
) {
    json.begin_array();
    for (const auto endpoint : endpoints)
        json.text(run.endpoints[endpoint].id);
    json.end_array();
}

} // namespace

void write_trust(JsonWriter& json, const ScanResult& run) {
    const auto& trust = run.trust;
    json.begin_object();
    json.key("links").begin_array();
    for (const auto& link : trust.links) {
        json.begin_object();
        json.key("service").text(link.service);
        json.key("same_pool").boolean(link.same_pool);
        json.key("verdict").text(to_text(link.verdict));
        json.key("reason").text(to_text(link.reason));
        json.key("from").texts(names_of(trust, link.from));
        json.key("to").texts(names_of(trust, link.to));
        write_endpoint_ids(json.key("endpoints"), run, link.endpoints);
        json.key("issuers").texts(link.issuers);
        json.end_object();
    }
    json.end_array();
    json.key("left_out").number(trust.left_out);
    json.key("roots").begin_array();
    for (const auto& group : run.roots) {
        json.begin_object();
        json.key("roots").texts(group.roots);
        json.key("open").texts(group.open);
        json.key("trust").text(to_text(group.trust));
        write_endpoint_ids(json.key("endpoints"), run, group.endpoints);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

} // namespace lyncprobe::report
