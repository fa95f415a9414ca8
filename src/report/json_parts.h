// SPDX-License-Identifier: MIT
// The parts that the JSON documents share: an endpoint, a finding, a certificate and so on, as
// docs/result.schema.json describes them. Each function writes one value, or where its name says so
// the members of an object already open.
#pragma once

#include "model/scan_result.h"
#include "report/certificate_index.h"
#include "report/json_writer.h"

#include <string_view>
#include <vector>

namespace lyncprobe::report {

inline constexpr std::string_view kSchema = "lyncprobe/1";

void write_schema_and_tool_members(JsonWriter&);
void write_run(JsonWriter&, const ScanResult&);
void write_summary(JsonWriter&, const Summary&);
void write_endpoint_members(JsonWriter&, const EndpointRow&, const Target&);
void write_chain_members(JsonWriter&, const Chain*); // "chain" and "chain_facts"
void write_findings(JsonWriter&, const std::vector<const Finding*>&);
void write_topology_findings(JsonWriter&, const ScanResult&);
void write_trust(JsonWriter&, const ScanResult&);
void write_federation(JsonWriter&, const ScanResult&); // federation_json.cpp
void write_identities(JsonWriter&, const std::vector<IdentityRow>&);
void write_revocation_member(JsonWriter&, const ScanResult&); // "revocation"; none without --fetch
void write_certificates(JsonWriter&, const CertificateIndex&);

} // namespace lyncprobe::report
