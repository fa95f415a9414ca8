// SPDX-License-Identifier: MIT
// The result file: one JSON document, written endpoint by endpoint.
#include "report/json_parts.h"
#include "report/report.h"

namespace lyncprobe::report {

void write_json(std::ostream& out, const ScanResult& run) {
    JsonWriter json(out, JsonWriter::Layout::lines);
    CertificateIndex certificates;
    json.begin_object();
    write_schema_and_tool_members(json);
    write_run(json.key("run"), run);
    write_summary(json.key("summary"), run.summary);
    json.key("endpoints").begin_array();
    for (const auto& row : run.endpoints) {
        json.begin_object();
        write_endpoint_members(json, row, run.targets[row.target]);
        json.end_object();
        collect(certificates, row);
    }
    json.end_array();
    write_identities(json.key("identities"), run.identities);
    for (const auto& identity : run.identities)
        collect(certificates, identity.chain.get());
    write_topology_findings(json.key("topology_findings"), run);
    write_trust(json.key("trust"), run);
    if (!run.federation.empty()) write_federation(json.key("federation"), run);
    write_revocation_member(json, run);
    write_certificates(json.key("certificates"), certificates);
    json.end_object();
    json.finish();
}

} // namespace lyncprobe::report
