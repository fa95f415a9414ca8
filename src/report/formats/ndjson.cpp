// SPDX-License-Identifier: MIT
// One JSON object a line while the run goes on, for pipelines and for runs that may not end well.
#include "report/format.h"
#include "report/json_parts.h"

#include <map>
#include <set>
#include <string>

namespace lyncprobe::report {
namespace {

class NdjsonStream : public RowStream {
  public:
    explicit NdjsonStream(std::ostream& out) : writer_(out, JsonWriter::Layout::compact) {}

    void identities(const std::vector<IdentityRow>& rows) override {
        for (const auto& row : rows)
            // It is written with the first endpoint to which it was presented.
            if (row.chain && !row.chain->presented.empty()) {
                const auto& own = row.chain->presented.front();
                ours_[to_hex(own->sha256)] = own;
            }
    }

    void endpoint(const EndpointRow& row, const Target& target) override {
        static const ScanResult kNone; // an endpoint refers to no other
        CertificateIndex index;
        collect(index, row);
        presented(row.main, index);
        for (const auto& variant : row.variants)
            presented(variant, index);
        line(kNone, index, [&](ToJson& json) {
            json("schema", kSchema);
            json("record", std::string_view("endpoint"));
            endpoint_members(json, row, target);
        });
    }

    void finish(const ScanResult& run) override {
        CertificateIndex index;
        for (const auto& identity : run.identities)
            collect(index, identity.chain.get());
        line(run, index, [&](ToJson& json) {
            write_head(json);
            json("record", std::string_view("summary"));
            json.object("run", true, [&](ToJson& members) { run_part(members, run); });
            json.object("summary", true, [&](ToJson& members) { summary_part(members, run); });
            write_tail(json);
        });
    }

  private:
    // Its member `certificates` has those that no line before it had.
    template <class Members>
    void line(const ScanResult& run, CertificateIndex& index, Members write) {
        std::erase_if(index, [&](const auto& entry) {
            return !written_.insert(entry.first).second;
        });
        ToJson(writer_, run).object([&](ToJson& json) {
            write(json);
            writer_.key("certificates");
            write_certificates(json, index);
        });
        writer_.finish();
    }

    // Our own certificate, where the attempt presented it.
    void presented(const AttemptRow& attempt, CertificateIndex& index) const {
        if (!attempt.client_certificate) return;
        const auto found = ours_.find(attempt.client_certificate->presented);
        if (found != ours_.end()) index.emplace(found->second->sha256, found->second.get());
    }

    JsonWriter writer_;
    std::set<Fingerprint> written_;
    std::map<std::string, CertificatePtr> ours_; // by fingerprint in hex
};

} // namespace

std::unique_ptr<RowStream> open_ndjson(std::ostream& out) {
    return std::make_unique<NdjsonStream>(out);
}

void write_ndjson(std::ostream& out, const ScanResult& run, const TextOptions&) {
    NdjsonStream lines(out);
    lines.identities(run.identities);
    for (const auto& row : run.endpoints)
        lines.endpoint(row, run.targets[row.target]);
    lines.finish(run);
}

} // namespace lyncprobe::report
