// SPDX-License-Identifier: MIT
// A certificate as JSON: everything that was read from it, and the PEM.
#include "report/json_parts.h"
#include "report/report.h"

namespace lyncprobe::report {
namespace {

void certificate(JsonWriter&, const Certificate&);
void key(JsonWriter&, const PublicKey&);
void signature(JsonWriter&, const Algorithm&);
void names(JsonWriter&, const Certificate&);
void extensions(JsonWriter&, const Certificate&);
void enrollment_template(JsonWriter&, const Certificate&);
std::string time_text(std::optional<Time>);

} // namespace

void write_certificates(JsonWriter& json, const CertificateIndex& index) {
    json.begin_object();
    for (const auto& [sha256, entry] : index)
        certificate(json.key(to_hex(sha256)), *entry);
    json.end_object();
}

namespace {

void certificate(JsonWriter& json, const Certificate& it) {
    json.begin_object();
    names(json, it);
    key(json.key("key"), it.key);
    signature(json.key("signature"), it.signature);
    signature(json.key("signature_inner"), it.signature_inner);
    json.key("signature_algorithms_differ").boolean(it.signature_algorithms_differ);
    extensions(json, it);
    enrollment_template(json.key("template"), it);
    json.key("self_issued").boolean(it.self_issued);
    json.key("self_signed").boolean(it.self_signed);
    json.key("duplicate_extensions").texts(it.duplicate_extensions);
    json.key("undecodable_extensions").texts(it.undecodable);
    json.key("notes").texts(it.notes);
    json.key("pem").text(pem(it), std::string_view::npos);
    json.end_object();
}

void names(JsonWriter& json, const Certificate& it) {
    json.key("subject").text(it.subject);
    json.key("issuer").text(it.issuer);
    json.key("serial").text(it.serial);
    json.key("version").integer(it.version);
    json.key("common_names").texts(it.common_names);
    json.key("not_before").text_or_null(time_text(it.not_before));
    json.key("not_after").text_or_null(time_text(it.not_after));
}

void key(JsonWriter& json, const PublicKey& it) {
    json.begin_object();
    json.key("algorithm").text(it.algorithm);
    json.key("bits").integer_or_null(
        it.bits > 0 ? std::optional<std::int64_t>(it.bits) : std::nullopt
    );
    json.key("curve").text_or_null(it.curve);
    json.key("curve_oid").text_or_null(it.curve_oid);
    json.key("explicit_parameters").boolean(it.explicit_parameters);
    json.key("oid").text(it.oid);
    json.key("spki_sha256").text(to_hex(it.spki_sha256));
    json.end_object();
}

void signature(JsonWriter& json, const Algorithm& it) {
    json.begin_object();
    json.key("algorithm").text(it.name);
    json.key("hash").text_or_null(it.hash);
    json.key("oid").text(it.oid);
    json.key("pss");
    if (it.pss) {
        json.begin_object();
        json.key("hash").text(it.pss->hash);
        json.key("mask_hash").text(it.pss->mask_hash);
        json.key("salt_length").integer(it.pss->salt_length);
        json.key("by_default").boolean(it.pss->by_default);
        json.end_object();
    } else {
        json.null();
    }
    json.end_object();
}

// The names of the KeyUsage bits, RFC 5280 4.2.1.3.
constexpr std::string_view kKeyUsages[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                           "dataEncipherment", "keyAgreement",   "keyCertSign",
                                           "cRLSign",          "encipherOnly",   "decipherOnly"};

void extensions(JsonWriter& json, const Certificate& it) {
    static const SubjectAltName kNoNames;
    const auto& san = it.san ? *it.san : kNoNames;
    json.key("san").begin_object();
    json.key("present").boolean(it.san.has_value());
    json.key("dns").texts(san.dns);
    json.key("ip").texts(san.ip);
    json.key("other").number(san.other);
    json.end_object();

    json.key("eku_present").boolean(it.eku.has_value());
    json.key("eku").texts(it.eku.value_or(std::vector<std::string>()));
    json.key("application_policies")
        .texts(it.application_policies.value_or(std::vector<std::string>()));
    json.key("key_usage");
    if (it.key_usage) {
        json.begin_array();
        for (std::size_t bit = 0; bit < std::size(kKeyUsages); ++bit)
            if (*it.key_usage >> bit & 1u) json.text(kKeyUsages[bit]);
        json.end_array();
    } else {
        json.null();
    }
    json.key("basic_constraints");
    if (it.basic_constraints) {
        json.begin_object();
        json.key("ca").boolean(it.basic_constraints->ca);
        json.key("path_length").integer_or_null(it.basic_constraints->path_length);
        json.end_object();
    } else {
        json.null();
    }
    json.key("crl_distribution_points_present").boolean(it.crl_distribution_points.has_value());
    json.key("crl_distribution_points").begin_array();
    for (const auto& point : it.crl_distribution_points.value_or(std::vector<DistributionPoint>()))
        for (const auto& url : point.urls)
            json.text(url);
    json.end_array();
    json.key("ocsp_urls").texts(it.ocsp_urls);
    json.key("ca_issuer_urls").texts(it.ca_issuer_urls);
    json.key("subject_key_id").text_or_null(it.subject_key_id);
    json.key("authority_key_id").text_or_null(it.authority_key_id);
}

void enrollment_template(JsonWriter& json, const Certificate& it) {
    if (!it.template_v1 && !it.template_v2) return json.null();
    const auto v2 = it.template_v2.value_or(TemplateInfo());
    json.begin_object();
    json.key("name").text_or_null(it.template_v1.value_or(std::string()));
    json.key("oid").text_or_null(v2.oid);
    json.key("major").integer_or_null(v2.major);
    json.key("minor").integer_or_null(v2.minor);
    json.end_object();
}

std::string time_text(std::optional<Time> time) { return time ? to_rfc3339(*time) : std::string(); }

} // namespace
} // namespace lyncprobe::report
