// SPDX-License-Identifier: MIT
// An endpoint with its target, its attempts and what was found; identities and files.
#include "report/json_fields.h"
#include "report/json_parts.h"

namespace lyncprobe::report {

void fields(auto& json, Is<Enrollment> auto& it) {
    json("method", it.method);
    json("ca_os", it.ca_os);
    json("requester_os", it.requester_os);
    json("kb922706", it.kb922706);
}

namespace {

// Defaults are filled in where a target is written, and taken away where it is read.
template <class Json>
void target(Json& json, auto& row, auto& it) {
    std::string id = it.id_base + it.id_suffix, name, sni;
    std::vector<std::string> expected;
    if constexpr (!kReading<Json>) {
        name = display_name(it);
        expected = expected_names(it);
        if (!it.plain) sni = server_name_sent(it);
    }
    json("name", name);
    json("also", it.also);
    json("host", it.host);
    json("address", row.address);
    json("addresses_skipped", row.addresses_skipped);
    json("transport", it.transport);
    json("port", it.port);
    json("server", or_null(it.server));
    json("probe", it.probe);
    json("role", it.role);
    json("use", it.use);
    json("pool", or_null(it.pool));
    json("site", or_null(it.site));
    json("side", or_null(it.side));
    json("sni", or_null(sni));
    json("sip_domain", or_null(it.sip_domain));
    json("product", or_null(it.product));
    json("plain", it.plain);
    json("expected_names", expected);
    json("identity", or_null(it.identity));
    // From here on not in version 0.1.0.
    json("id", id);
    json("role_given", it.role_given);
    json("learnt", it.learnt);
    json("service", or_null(it.service));
    json("listing", it.listing);
    json("expect", or_null(it.expect));
    json("addresses", it.addresses);
    json("mutual", it.mutual);
    json("os", or_null(it.os));
    json("peer_os", or_null(it.peer_os));
    json("enrollment", or_null(it.enrollment));
    json("timeout_ms", it.timeout);
    json("connect_timeout_ms", it.connect_timeout);
    if constexpr (kReading<Json>) {
        if (name != host_and_port(it.host, it.port)) it.name = std::move(name);
        const auto host = host_is_name(it) ? it.host : std::string();
        if (!it.plain && sni != host) it.sni = sni;
        if (host.empty() ? !expected.empty() : expected != std::vector{host})
            it.names = std::move(expected);
        const auto suffix = std::min(id.find('#'), id.size());
        it.id_suffix = id.substr(suffix);
        it.id_base = id.substr(0, suffix);
    }
}

template <class Json>
void variants(Json& json, auto& row, Probe probe) {
    json.each("variants", row.variants, [&](auto& object, auto& it) {
        object("offer", it.label);
        if constexpr (kReading<Json>) // version 0.1.0 did not say the role
            if (it.label == "without-client-certificate") it.role = AttemptRole::without_identity;
        outcome_members(object, it);
        evidence_members(object, it, probe);
    });
}

template <class Json>
void endpoint(Json& json, auto& row, auto& its_target) {
    json("id", row.id);
    json.object("target", true, [&](auto& members) { target(members, row, its_target); });
    outcome_members(json, row.main);
    json.derived("judged", judged(row));
    json("attempts", row.attempts);
    evidence_members(json, row.main, its_target.probe);
    variants(json, row, its_target.probe);
    json("findings", row.findings);
}

} // namespace

void endpoint_members(ToJson& json, const EndpointRow& row, const Target& target) {
    endpoint(json, row, target);
}
void endpoint_members(FromJson& json, EndpointRow& row, Target& target) {
    endpoint(json, row, target);
}

void fields(auto& json, Is<IdentityRow> auto& it) {
    json("id", it.id);
    chain_members(json, it.chain);
    json("findings", it.findings);
}

// null where the file is no PFX.
void private_key(auto& json, auto& key) {
    KeyInFile it = key.value_or(KeyInFile{});
    const bool there = json.object("private_key", key.has_value(), [&](auto& members) {
        members("state", it.state);
        members("provider", or_null(it.provider));
    });
    if constexpr (kReading<std::remove_reference_t<decltype(json)>>)
        if (there) key = std::move(it);
}

void fields(auto& json, Is<FileRow> auto& it) {
    json("path", it.path);
    json("error", or_null(it.error));
    chain_members(json, it.chain);
    private_key(json, it.key);
    json("notes", it.notes);
    json("findings", it.findings);
}

void identity_members(ToJson& json, const IdentityRow& it) { fields(json, it); }
void identity_members(FromJson& json, IdentityRow& it) { fields(json, it); }
void file_members(ToJson& json, const FileRow& it) { fields(json, it); }
void file_members(FromJson& json, FileRow& it) { fields(json, it); }

} // namespace lyncprobe::report
