// SPDX-License-Identifier: MIT
// One JSON object a line while the run goes on, for pipelines and for runs that may not end well.
#include "report/json_parts.h"
#include "report/report.h"

#include <set>

namespace lyncprobe::report {

struct NdjsonWriter::Impl {
    explicit Impl(std::ostream& out) : writer(out, JsonWriter::Layout::compact) {}

    // The member `certificates` of a line: those that no line before it had.
    void certificates(ToJson& json, CertificateIndex of_this_line) {
        std::erase_if(of_this_line, [&](const auto& entry) {
            return !written.insert(entry.first).second;
        });
        writer.key("certificates");
        write_certificates(json, of_this_line);
    }

    // Our own certificate, where the attempt presented it.
    void presented(const AttemptRow& attempt, CertificateIndex& index) const {
        if (!attempt.client_certificate) return;
        const auto found = ours.find(attempt.client_certificate->presented);
        if (found != ours.end()) index.emplace(found->second->sha256, found->second.get());
    }

    JsonWriter writer;
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
    static const ScanResult kNone; // an endpoint refers to no other
    ToJson json(impl_->writer, kNone);
    CertificateIndex certificates;
    collect(certificates, row);
    impl_->presented(row.main, certificates);
    for (const auto& variant : row.variants)
        impl_->presented(variant, certificates);
    json.object([&](ToJson& line) {
        line("schema", kSchema);
        line("record", std::string_view("endpoint"));
        endpoint_members(line, row, target);
        impl_->certificates(line, std::move(certificates));
    });
    impl_->writer.finish();
}

void NdjsonWriter::summary(const ScanResult& run) {
    ToJson json(impl_->writer, run);
    CertificateIndex certificates;
    for (const auto& identity : run.identities)
        collect(certificates, identity.chain.get());
    json.object([&](ToJson& line) {
        write_head(line);
        line("record", std::string_view("summary"));
        line.object("run", true, [&](ToJson& members) { run_part(members, run); });
        line.object("summary", true, [&](ToJson& members) { summary_part(members, run); });
        write_tail(line);
        impl_->certificates(line, std::move(certificates));
    });
    impl_->writer.finish();
}

} // namespace lyncprobe::report
