// SPDX-License-Identifier: MIT
// One JSON object a line while the run goes on, for pipelines and for runs that may not end well.
#include "report/json_parts.h"
#include "report/report.h"

#include <set>

namespace lyncprobe::report {

struct NdjsonWriter::Impl {
    explicit Impl(std::ostream& out) : json(out, JsonWriter::Layout::compact) {}

    // The member `certificates` of a line: those that no line before it had.
    void certificates(CertificateIndex of_this_line) {
        std::erase_if(of_this_line, [&](const auto& entry) {
            return !written.insert(entry.first).second;
        });
        write_certificates(json.key("certificates"), of_this_line);
    }

    // Our own certificate, where the attempt presented it.
    void presented(const AttemptRow& attempt, CertificateIndex& index) const {
        if (!attempt.client_certificate) return;
        const auto found = ours.find(attempt.client_certificate->presented);
        if (found != ours.end()) index.emplace(found->second->sha256, found->second.get());
    }

    JsonWriter json;
    std::set<Fingerprint> written;
    std::map<std::string, CertificatePtr> ours; // by fingerprint in hex
};

NdjsonWriter::NdjsonWriter(std::ostream& out) : impl_(std::make_unique<Impl>(out)) {}
NdjsonWriter::~NdjsonWriter() = default;

void NdjsonWriter::identities(const std::vector<IdentityRow>& rows) {
    for (const auto& row : rows)
        if (row.chain && !row.chain->presented.empty())
            impl_->ours[to_hex(row.chain->presented.front()->sha256)] =
                row.chain->presented.front();
}

void NdjsonWriter::endpoint(const EndpointRow& row, const Target& target) {
    auto& json = impl_->json;
    CertificateIndex certificates;
    collect(certificates, row);
    impl_->presented(row.main, certificates);
    for (const auto& variant : row.variants)
        impl_->presented(variant, certificates);
    json.begin_object();
    json.key("schema").text(kSchema);
    json.key("record").text("endpoint");
    write_endpoint_members(json, row, target);
    impl_->certificates(std::move(certificates));
    json.end_object();
    json.finish();
}

void NdjsonWriter::summary(const ScanResult& run) {
    auto& json = impl_->json;
    CertificateIndex certificates;
    for (const auto& identity : run.identities)
        collect(certificates, identity.chain.get());
    json.begin_object();
    write_schema_and_tool_members(json);
    json.key("record").text("summary");
    write_run(json.key("run"), run);
    write_summary(json.key("summary"), run.summary);
    write_identities(json.key("identities"), run.identities);
    write_topology_findings(json.key("topology_findings"), run);
    write_trust(json.key("trust"), run);
    if (!run.federation.empty()) write_federation(json.key("federation"), run);
    write_revocation_member(json, run);
    impl_->certificates(std::move(certificates));
    json.end_object();
    json.finish();
}

} // namespace lyncprobe::report
