// SPDX-License-Identifier: MIT
// The JSON document of `lyncprobe check`: files instead of endpoints.
#include "report/json_parts.h"
#include "report/report.h"

namespace lyncprobe::report {

void write_check_json(std::ostream& out, const ScanResult& run) {
    JsonWriter json(out, JsonWriter::Layout::lines);
    CertificateIndex certificates;
    json.begin_object();
    write_schema_and_tool_members(json);
    json.key("judged_at").text(to_rfc3339(run.judged_at));
    write_summary(json.key("summary"), run.summary);
    json.key("files").begin_array();
    for (const auto& file : run.files) {
        json.begin_object();
        json.key("path").text(file.path);
        json.key("error");
        if (file.error.empty())
            json.null();
        else
            json.text(file.error);
        write_chain_members(json, file.chain.get());
        write_findings(json.key("findings"), file.findings);
        json.end_object();
        collect(certificates, file.chain.get());
    }
    json.end_array();
    write_revocation_member(json, run);
    write_certificates(json.key("certificates"), certificates);
    json.end_object();
    json.finish();
}

} // namespace lyncprobe::report
