// SPDX-License-Identifier: MIT
// The result file: one JSON document, written row by row.
#include "report/format.h"
#include "report/json_parts.h"

namespace lyncprobe::report {

void write_head(ToJson& json) {
    json("schema", kSchema);
    json.object("tool", true, [](ToJson& tool) {
        tool("name", std::string_view("lyncprobe"));
        tool("version", std::string_view(LYNCPROBE_VERSION));
    });
    json("kind", json.run().kind);
}

void write_tail(ToJson& json) {
    const auto& run = json.run();
    const auto part = [&](void (*members)(ToJson&, const ScanResult&)) {
        return [&run, members](ToJson& object) { members(object, run); };
    };
    if (run.kind != ResultKind::check) {
        json.each("identities", run.identities, [](ToJson& object, const IdentityRow& row) {
            identity_members(object, row);
        });
        json.each("topology_findings", run.topology, [](ToJson& object, const TopologyRow& row) {
            topology_members(object, row);
        });
        json.object("trust", true, part(trust_part));
    }
    if (run.kind == ResultKind::federation)
        json.each("federation", run.federation, [](ToJson& object, const FederationRow& row) {
            federation_members(object, row);
        });
    if (run.fetched) json.object("revocation", true, part(revocation_part));
    if (run.kind != ResultKind::check) json.object("declared", true, part(declared_part));
}

void write_json(std::ostream& out, const ScanResult& run, const TextOptions&) {
    JsonWriter writer(out, JsonWriter::Layout::lines);
    ToJson json(writer, run);
    CertificateIndex certificates;
    writer.begin_object();
    write_head(json);
    if (run.kind == ResultKind::check) json("judged_at", run.judged_at); // as in version 0.1.0
    json.object("run", true, [&](ToJson& members) { run_part(members, run); });
    json.object("summary", true, [&](ToJson& members) { summary_part(members, run); });
    switch (run.kind) {
    case ResultKind::scan:
    case ResultKind::federation:
        json.each("endpoints", run.endpoints, [&](ToJson& members, const EndpointRow& row) {
            endpoint_members(members, row, run.targets[row.target]);
            collect(certificates, row);
        });
        break;
    case ResultKind::check:
        json.each("files", run.files, [&](ToJson& members, const FileRow& row) {
            file_members(members, row);
            collect(certificates, row.chain.get());
        });
        break;
    case ResultKind::discovery:
        json.each("domains", run.domains, [](ToJson& members, const DomainDiscovery& row) {
            domain_members(members, row);
        });
        break;
    }
    if (run.kind != ResultKind::discovery) {
        write_tail(json);
        // Last, because only now it is known which certificates the rows name.
        for (const auto& identity : run.identities)
            collect(certificates, identity.chain.get());
        writer.key("certificates");
        write_certificates(json, certificates);
    }
    writer.end_object();
    writer.finish();
}

} // namespace lyncprobe::report
