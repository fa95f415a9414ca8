// SPDX-License-Identifier: MIT
// The parts that the JSON documents share: an endpoint, a finding, a certificate and so on, as
// docs/result.schema.json describes them. Each function writes the members of an object that is
// open, or reads them; what a file does not have stays as it is.
#pragma once

#include "report/certificate_index.h"
#include "report/json_fields.h"

#include <string_view>

namespace lyncprobe::report {

inline constexpr std::string_view kSchema = "lyncprobe/1";

void chain_members(ToJson&, const ChainPtr&); // "chain" and "chain_facts"
void chain_members(FromJson&, ChainPtr&);
void outcome_members(ToJson&, const AttemptRow&);
void outcome_members(FromJson&, AttemptRow&);
void evidence_members(ToJson&, const AttemptRow&, Probe);
void evidence_members(FromJson&, AttemptRow&, Probe);
void endpoint_members(ToJson&, const EndpointRow&, const Target&);
void endpoint_members(FromJson&, EndpointRow&, Target&);
void identity_members(ToJson&, const IdentityRow&);
void identity_members(FromJson&, IdentityRow&);
void file_members(ToJson&, const FileRow&);
void file_members(FromJson&, FileRow&);
void topology_members(ToJson&, const TopologyRow&);
void topology_members(FromJson&, TopologyRow&);
void problem_members(ToJson&, const TodoItem&);
void problem_members(FromJson&, TodoItem&); // once the endpoints are known
void domain_members(ToJson&, const DomainDiscovery&);
void domain_members(FromJson&, DomainDiscovery&);
void federation_members(ToJson&, const FederationRow&);
void federation_members(FromJson&, FederationRow&);

// What belongs to the run as a whole.
void run_part(ToJson&, const ScanResult&);
void run_part(FromJson&, ScanResult&);
void summary_part(ToJson&, const ScanResult&); // after the kind
void summary_part(FromJson&, ScanResult&);
void declared_part(ToJson&, const ScanResult&);
void declared_part(FromJson&, ScanResult&);
void trust_part(ToJson&, const ScanResult&); // after the endpoints
void trust_part(FromJson&, ScanResult&);
void revocation_part(ToJson&, const ScanResult&);
void revocation_part(FromJson&, ScanResult&);

// The members of a document besides its rows and certificates, by the kind of result.
void write_head(ToJson&); // schema, tool, kind
void write_tail(ToJson&); // what is said about several rows, and what was declared

void write_certificates(ToJson&, const CertificateIndex&); // an object by fingerprint
void read_certificate(std::string_view sha256, const boost::json::value&, const JsonPlace&, Restored&);
void write_fact(ToJson&, const Facts::Entry&);

// Whole values.
void write_value(ToJson&, const CertificatePtr&); // the fingerprint
void read_value(const boost::json::value&, const JsonPlace&, Restored&, CertificatePtr&);
void write_value(ToJson&, const Finding&);
void read_value(const boost::json::value&, const JsonPlace&, Restored&, Finding&);
void write_value(ToJson&, const Finding*); // of the pool
void read_value(const boost::json::value&, const JsonPlace&, Restored&, const Finding*&);
void write_value(ToJson&, const Facts&);
void read_value(const boost::json::value&, const JsonPlace&, Restored&, Facts&);
void write_value(ToJson&, const LocationPtr&);
void read_value(const boost::json::value&, const JsonPlace&, Restored&, LocationPtr&);

} // namespace lyncprobe::report
