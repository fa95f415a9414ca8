// SPDX-License-Identifier: MIT
// Findings, facts, and what is to be done. A source and a fix are written where there are any.
#include "model/request_hint.h"
#include "report/json_fields.h"
#include "report/json_parts.h"

namespace lyncprobe::report {

void fields(auto& json, Is<Finding> auto& it) {
    json("rule", it.rule);
    json("verdict", it.verdict);
    json("certificate", it.certificate);
    json("message", it.message);
    json("evidence", it.evidence);
    json.unless_empty("source", it.source);
    json.unless_empty("fix", it.fix);
    json("waived", it.waived);
    // Of what fails or warns; results of before the rating have neither.
    if (kReading<decltype(json)> || it.importance) {
        json("breaks", it.breaks);
        json("importance", it.importance);
    }
}

void fields(auto& json, Is<TodoReason> auto& it) {
    json("rule", it.rule);
    json("verdict", it.verdict);
    json("brief", it.brief);
    json("message", it.message);
    json.unless_empty("fix", it.fix);
    json.unless_empty("source", it.source);
    json("follows", it.follows);
}

void fields(auto& json, Is<TodoItem> auto& it) {
    json("id", it.id);
    json("kind", it.kind);
    json("server", or_null(it.server));
    json("servers", it.servers);
    json("use", it.use);
    json("certificate", it.certificate);
    json("remedy", it.remedy);
    if constexpr (!kReading<decltype(json)>) {
        json.derived("title", headline(it));
        json.derived("verdict", worst_of(it));
    }
    json("breaks", it.breaks);
    json("importance", it.importance);
    if constexpr (!kReading<decltype(json)>) {
        const auto request = request_hint(json.run(), it);
        json.derived("request", or_null(request));
        json.derived("rules", rules_of(it));
    }
    json("endpoints", ids(it.endpoints));
    json("reasons", it.reasons);
}

void problem_members(FromJson& json, TodoItem& it) { fields(json, it); }
void problem_members(ToJson& json, const TodoItem& it) { fields(json, it); }

void fields(auto& json, Is<TopologyRow> auto& it) {
    json("endpoints", ids(it.endpoints));
    if constexpr (kReading<decltype(json)>) {
        Finding finding;
        fields(json, finding);
        it.finding = json.restored().result.findings->keep(std::move(finding));
    } else {
        fields(json, *it.finding);
    }
}

void topology_members(FromJson& json, TopologyRow& it) { fields(json, it); }
void topology_members(ToJson& json, const TopologyRow& it) { fields(json, it); }

void write_value(ToJson& json, const Finding& it) {
    json.object([&](ToJson& members) { fields(members, it); });
}

void read_value(
    const boost::json::value& value, const JsonPlace& here, Restored& restored, Finding& it
) {
    const auto* members = value.if_object();
    if (!members) return restored.expected("a finding", here);
    FromJson json(*members, here, restored);
    fields(json, it);
}

// Most findings of a large run are said of many endpoints.
void write_value(ToJson& json, const Finding* it) {
    json.out().repeated(it, [&] { write_value(json, *it); });
}

void read_value(
    const boost::json::value& value, const JsonPlace& here, Restored& restored, const Finding*& it
) {
    Finding finding;
    read_value(value, here, restored, finding);
    it = restored.result.findings->keep(std::move(finding));
}

void write_fact(ToJson& json, const Facts::Entry& entry) {
    std::visit([&](const auto& value) { json(entry.first, value); }, entry.second);
}

void write_value(ToJson& json, const Facts& facts) {
    json.out().begin_object();
    for (const auto& entry : facts)
        write_fact(json, entry);
    json.out().end_object();
}

void read_value(
    const boost::json::value& value, const JsonPlace& here, Restored& restored, Facts& facts
) {
    const auto* members = value.if_object();
    if (!members) return restored.expected("an object", here);
    FromJson json(*members, here, restored);
    for (const auto& [key, fact] : *members) {
        const JsonPlace at{&here, key};
        const auto take = [&](auto read) {
            json.get(fact, at, read);
            facts.set(key, std::move(read));
        };
        if (fact.is_string())
            take(std::string());
        else if (fact.is_int64())
            take(std::int64_t());
        else if (fact.is_bool())
            take(false);
        else if (fact.is_array())
            take(std::vector<std::string>());
    }
}

} // namespace lyncprobe::report
