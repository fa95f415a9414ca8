// SPDX-License-Identifier: MIT
#include "report/certificate_request.h"
#include "report/certificates.h"
#include "report/json_fields.h"
#include "report/json_parts.h"

#include <ostream>

namespace lyncprobe::report {
namespace {

void presented_members(ToJson& json, const PresentedCertificate& it) {
    const auto& certificate = *it.certificate;
    json("sha256", certificate.sha256);
    json("thumbprint", or_null(certificate.thumbprint));
    json("subject", certificate.subject);
    json("issuer", certificate.issuer);
    json("serial", certificate.serial);
    json("not_after", certificate.not_after);
    json("endpoints", it.endpoints);
    json("lacks", it.lacks);
}

void certificate_members(ToJson& json, const WantedCertificate& it, Time today) {
    json("id", it.id);
    json("site", or_null(it.site));
    json("pool", or_null(it.pool));
    json("role", it.role);
    json("servers", it.servers);
    json.each("uses", it.uses, [](ToJson& members, const UseNames& use) {
        members("use", use.use);
        members("names", use.names);
    });
    json("subject", or_null(it.subject));
    json("names", it.names);
    json("added_by_cmdlet", it.automatic);
    json("left_out", it.refused);
    json("eku", std::vector<std::string>{std::string(kServerAuth)});
    json.object("key", true, [&](ToJson& members) {
        members("algorithm", std::string_view("RSA"));
        members("bits", kWantedKeyBits);
        members("exportable", it.exportable);
    });
    json("issuer_kind", it.issuer);
    json.each("presented", it.presented, presented_members);
    json("due", it.due);
    json.each("steps", steps_for(it, today), [](ToJson& members, const Step& step) {
        members("task", step.task);
        members("lines", step.lines);
    });
}

} // namespace

void write_certificates_json(std::ostream& out, const CertificatePlan& plan) {
    const ScanResult none;
    JsonWriter writer(out, JsonWriter::Layout::lines);
    ToJson json(writer, none);
    writer.begin_object();
    json("schema", std::string_view("lyncprobe-certificates/1"));
    json.object("tool", true, [](ToJson& tool) {
        tool("name", std::string_view("lyncprobe"));
        tool("version", std::string_view(LYNCPROBE_VERSION));
    });
    json("drawn_up_at", plan.drawn_up_at);
    json("inputs", plan.inputs);
    json("result", or_null(plan.result));
    json("due", due(plan));
    json.each("wanted", plan.certificates, [&](ToJson& members, const auto& one) {
        certificate_members(members, one, plan.drawn_up_at);
    });
    writer.end_object();
    writer.finish();
}

} // namespace lyncprobe::report
