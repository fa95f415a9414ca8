// SPDX-License-Identifier: MIT
// What belongs to a run as a whole: when and of what, the counts, what was declared, who can trust
// whom, what was fetched.
#include "report/json_fields.h"
#include "report/json_parts.h"

namespace lyncprobe::report {
namespace {

// Counts by word; `always` are written where there are none, too.
template <class Json, class Map, class Always>
void counts(Json& json, std::string_view key, Map& map, Always always) {
    using Key = typename std::remove_const_t<Map>::key_type;
    json.object(key, true, [&](auto& members) {
        for (const auto& word : words<Key>()) {
            const auto known = map.find(word.value);
            std::size_t count = known == map.end() ? 0 : known->second;
            if (kReading<Json> || count > 0 || always(word.value)) members(word.text, count);
            if constexpr (kReading<Json>)
                if (count > 0) map[word.value] = count;
        }
    });
}

} // namespace

void run_members(auto& json, auto& it) {
    json("started_at", it.started_at);
    json("finished_at", it.finished_at);
    json("judged_at", it.judged_at);
    json("vantage", or_null(it.vantage));
    json("inputs", it.inputs);
    json("interrupted", it.interrupted);
    json("stalled_ms", it.stalled);
    json("resolvers", it.resolvers);
}

void summary_members(auto& json, auto& result) {
    auto& it = result.summary;
    if (result.kind == ResultKind::discovery) {
        json.derived("domains", result.domains.size());
        json("questions", it.questions);
        json("unanswered", it.unanswered);
    }
    json("endpoints", it.endpoints);
    counts(json, "outcomes", it.outcomes, [](Outcome word) { return word == Outcome::ok; });
    counts(json, "verdicts", it.verdicts, [](Verdict) { return true; });
    json("waived", it.waived);
    json("unjudged", it.unjudged);
    json("verdict", it.worst);
    json("exit_code", it.exit_code);
    if constexpr (!kReading<decltype(json)>)
        json.each("problems", it.problems, [](auto& members, const auto& item) {
            problem_members(members, item);
        });
    else if (it.exit_code < 0 || it.exit_code > 255)
        json.restored().expected("an exit code", {&json.place(), "exit_code"});
}

void fields(auto& json, Is<Declared> auto& it) {
    json("sip_domains", it.sip_domains);
    json("topology", it.topology);
    json("names", it.names);
    json("in_part", it.in_part);
}

void fields(auto& json, Is<TrustServer> auto& it) {
    json("name", it.name);
    json("pool", or_null(it.pool));
    json("role", it.role);
    json("os", or_null(it.os));
}

void fields(auto& json, Is<RootGroup> auto& it) {
    json("roots", it.roots);
    json("open", it.open);
    json("trust", it.trust);
    json("endpoints", ids(it.endpoints));
}

namespace {

// Version 0.1.0 named servers and pools only: each name is then a server.
std::vector<std::size_t> servers_called(
    const std::vector<std::string>& names, std::vector<TrustServer>& servers
) {
    std::vector<std::size_t> out;
    for (const auto& name : names) {
        const auto known = std::ranges::find(servers, name, &TrustServer::name);
        out.push_back(static_cast<std::size_t>(known - servers.begin()));
        if (known == servers.end())
            servers.push_back({.name = name, .pool = {}, .role = {}, .os = {}});
    }
    std::ranges::sort(out);
    return out;
}

template <class Json>
void servers_of(Json& json, std::string_view key, auto& trust, auto& indices) {
    std::vector<std::string> names;
    if constexpr (!kReading<Json>) names = names_of(trust, indices);
    json(key, names);
    const auto by_number = std::string(key) + "_servers";
    json(by_number, indices);
    if constexpr (kReading<Json>) {
        if (!json.find(by_number)) indices = servers_called(names, trust.servers);
        for (const auto index : indices)
            if (index >= trust.servers.size())
                return json.restored().expected("positions in trust.servers", json.place());
    }
}

template <class Json>
void link_members(Json& json, auto& trust, auto& link) {
    json("service", link.service);
    json("same_pool", link.same_pool);
    json("verdict", link.verdict);
    json("reason", link.reason);
    servers_of(json, "from", trust, link.from);
    servers_of(json, "to", trust, link.to);
    json("endpoints", ids(link.endpoints));
    json("issuers", link.issuers);
}

void trust(auto& json, auto& it) {
    json("servers", it.trust.servers);
    json.each("links", it.trust.links, [&](auto& members, auto& link) {
        link_members(members, it.trust, link);
    });
    json("left_out", it.trust.left_out);
    json("roots", it.roots);
}

void list_members(auto& json, auto& it) {
    json("issuer", or_null(it.issuer));
    json("this_update", it.this_update);
    json("next_update", it.next_update);
    json("next_publish", it.next_publish);
    json("authority_key_id", or_null(it.authority_key_id));
    json("number", or_null(it.number));
    json("base_number", it.base_number);
    json.derived("delta", it.base_number.has_value());
    json("delta_urls", it.delta_urls);
    json("entries", it.entries);
    json("signature_algorithm", it.algorithm.name);
    json("signature", it.signature);
}

void ocsp_members(auto& json, auto& it) {
    json("produced_at", it.produced_at);
    json("this_update", it.this_update);
    json("next_update", it.next_update);
    json("signature", it.signature);
    json("signature_detail", or_null(it.signature_text));
}

} // namespace

void fields(auto& json, Is<FetchedLocation> auto& it) {
    json("kind", it.kind);
    json("location", it.url);
    json("outcome", it.outcome);
    json("detail", it.detail);
    json("address", it.address);
    json("bytes", it.bytes);
    json("time_ms", it.milliseconds);
    if (it.kind == LocationKind::ca_issuers) json("certificates", it.certificates);
    if constexpr (kReading<decltype(json)>) {
        if (json.find("delta")) it.crl.emplace();
        if (json.find("produced_at")) it.ocsp.emplace();
    }
    if (it.crl) list_members(json, *it.crl);
    if (it.ocsp) ocsp_members(json, *it.ocsp);
}

void write_value(ToJson& json, const LocationPtr& it) { json.put_object(*it); }
void read_value(
    const boost::json::value& value, const JsonPlace& here, Restored& restored, LocationPtr& it
) {
    auto location = std::make_shared<FetchedLocation>();
    const auto* members = value.if_object();
    if (!members) return restored.expected("an object", here);
    FromJson json(*members, here, restored);
    fields(json, *location);
    it = std::move(location);
}

void run_part(ToJson& json, const ScanResult& it) { run_members(json, it); }
void run_part(FromJson& json, ScanResult& it) { run_members(json, it); }
void summary_part(ToJson& json, const ScanResult& it) { summary_members(json, it); }
void summary_part(FromJson& json, ScanResult& it) { summary_members(json, it); }
void declared_part(ToJson& json, const ScanResult& it) { fields(json, it.declared); }
void declared_part(FromJson& json, ScanResult& it) { fields(json, it.declared); }
void trust_part(ToJson& json, const ScanResult& it) { trust(json, it); }
void trust_part(FromJson& json, ScanResult& it) { trust(json, it); }
void revocation_part(ToJson& json, const ScanResult& it) { json("locations", it.locations); }
void revocation_part(FromJson& json, ScanResult& it) { json("locations", it.locations); }

} // namespace lyncprobe::report
