// SPDX-License-Identifier: MIT
// A certificate: everything that was read from it, and the PEM. Reading takes the facts from the
// file and computes none from the PEM.
#include "report/json_fields.h"
#include "report/json_parts.h"
#include "report/pem.h"

#include <array>
#include <utility>

namespace lyncprobe::report {

namespace {

// RFC 5280 4.2.1.3, by bit.
constexpr std::array<std::string_view, 9> kKeyUsages{
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly"};

using Texts = std::vector<std::string>;

} // namespace

// Template is both Microsoft extensions that name a certificate template.
struct Template {
    std::string name;
    TemplateInfo v2;
};

void fields(auto& json, Is<Template> auto& it) {
    json("name", or_null(it.name));
    json("oid", or_null(it.v2.oid));
    json("major", it.v2.major);
    json("minor", it.v2.minor);
}

void fields(auto& json, Is<PublicKey> auto& it) {
    json("algorithm", it.algorithm);
    json("bits", or_null(it.bits));
    json("curve", or_null(it.curve));
    json("curve_oid", or_null(it.curve_oid));
    json("explicit_parameters", it.explicit_parameters);
    json("oid", it.oid);
    json("spki_sha256", it.spki_sha256);
}

void fields(auto& json, Is<PssParameters> auto& it) {
    json("hash", it.hash);
    json("mask_hash", it.mask_hash);
    json("salt_length", it.salt_length);
    json("by_default", it.by_default);
}

void fields(auto& json, Is<Algorithm> auto& it) {
    json("algorithm", it.name);
    json("hash", or_null(it.hash));
    json("oid", it.oid);
    json("pss", it.pss);
}

void fields(auto& json, Is<Certificate::BasicConstraints> auto& it) {
    json("ca", it.ca);
    json("path_length", it.path_length);
}

void fields(auto& json, Is<DistributionPoint> auto& it) {
    json("urls", it.urls);
    json("relative_name", it.relative_name);
    json("directory_name", it.directory_name);
}

namespace {

void subject_alternative_name(auto& json, auto& it) {
    bool present = it.san.has_value();
    auto san = it.san.value_or(SubjectAltName());
    json.object("san", true, [&](auto& members) {
        members("present", present);
        members("dns", san.dns);
        members("ip", san.ip);
        members("other", san.other);
        members("beyond_limit", san.beyond);
    });
    if constexpr (kReading<decltype(json)>)
        if (present) it.san = std::move(san);
}

// An extension that is a list: whether it is there, and what is in it.
void extension(auto& json, std::string_view key, auto& list) {
    std::optional<bool> present = list.has_value();
    auto entries = list.value_or(Texts());
    if constexpr (kReading<decltype(json)>) present.reset();
    json(std::string(key) + "_present", present);
    json(key, entries);
    if constexpr (kReading<decltype(json)>) // version 0.1.0 did not say it of every extension
        if (present.value_or(!entries.empty())) list = std::move(entries);
}

void key_usage(auto& json, auto& it) {
    std::optional<Texts> names;
    if (it.key_usage) {
        names.emplace();
        for (std::size_t bit = 0; bit < kKeyUsages.size(); ++bit)
            if (*it.key_usage >> bit & 1u) names->emplace_back(kKeyUsages[bit]);
    }
    json("key_usage", names);
    if constexpr (kReading<decltype(json)>) {
        if (!names) return;
        it.key_usage = 0;
        for (std::size_t bit = 0; bit < kKeyUsages.size(); ++bit)
            if (std::ranges::find(*names, kKeyUsages[bit]) != names->end())
                *it.key_usage |= 1u << bit;
    }
}

void distribution_points(auto& json, auto& it) {
    auto& points = it.crl_distribution_points;
    bool present = points.has_value();
    Texts urls;
    if (present)
        for (const auto& point : *points)
            urls.insert(urls.end(), point.urls.begin(), point.urls.end());
    json("crl_distribution_points_present", present);
    json("crl_distribution_points", urls);
    if constexpr (kReading<decltype(json)>) // all that version 0.1.0 said
        if (present) points.emplace().push_back({std::move(urls), false, false});
    json("distribution_points", points);
}

void enrollment_template(auto& json, auto& it) {
    std::optional<Template> both;
    if (it.template_v1 || it.template_v2)
        both = {it.template_v1.value_or(""), it.template_v2.value_or(TemplateInfo())};
    json("template", both);
    if constexpr (kReading<decltype(json)>) {
        if (!both) return;
        const bool v2 = !both->v2.oid.empty() || both->v2.major || both->v2.minor;
        if (!both->name.empty() || !v2) it.template_v1 = both->name;
        if (v2) it.template_v2 = both->v2;
    }
}

} // namespace

void fields(auto& json, Is<Certificate> auto& it) {
    json("subject", it.subject);
    json("issuer", it.issuer);
    json("serial", it.serial);
    json("thumbprint", or_null(it.thumbprint));
    json("version", it.version);
    json("common_names", it.common_names);
    json("not_before", it.not_before);
    json("not_after", it.not_after);
    json("key", it.key);
    json("signature", it.signature);
    json("signature_inner", it.signature_inner);
    json("signature_algorithms_differ", it.signature_algorithms_differ);
    subject_alternative_name(json, it);
    extension(json, "eku", it.eku);
    extension(json, "application_policies", it.application_policies);
    key_usage(json, it);
    json("basic_constraints", it.basic_constraints);
    distribution_points(json, it);
    json("ocsp_urls", it.ocsp_urls);
    json("ca_issuer_urls", it.ca_issuer_urls);
    json("subject_key_id", or_null(it.subject_key_id));
    json("authority_key_id", or_null(it.authority_key_id));
    enrollment_template(json, it);
    json("sid_extension", it.sid_extension);
    json("ca_version", it.ca_version);
    json("self_issued", it.self_issued);
    json("self_signed", it.self_signed);
    json("root_like", it.root_like);
    json("duplicate_extensions", it.duplicate_extensions);
    json("undecodable_extensions", it.undecodable);
    json("notes", it.notes);
    auto text = kReading<decltype(json)> || it.der.empty() ? std::string() : pem(it);
    json("pem", whole(text));
    if constexpr (kReading<decltype(json)>) it.der = der_of_pem(text);
}

void write_value(ToJson& json, const CertificatePtr& it) { json.put(it->sha256); }

void read_value(
    const boost::json::value& value, const JsonPlace& here, Restored& restored, CertificatePtr& it
) {
    const auto* hex = value.if_string();
    const auto sha256 = hex ? fingerprint_of(*hex) : std::nullopt;
    if (!sha256) return restored.expected("the fingerprint of a certificate", here);
    it = restored.certificate(*sha256);
}

void write_certificates(ToJson& json, const CertificateIndex& index) {
    json.out().begin_object();
    for (const auto& [sha256, entry] : index)
        json(to_hex(sha256), *entry);
    json.out().end_object();
}

void read_certificate(
    std::string_view sha256, const boost::json::value& value, const JsonPlace& here,
    Restored& restored
) {
    const auto fingerprint = fingerprint_of(sha256);
    const auto* members = value.if_object();
    if (!fingerprint || !members)
        return restored.expected("a certificate by its fingerprint", here);
    FromJson json(*members, here, restored);
    fields(json, *restored.describe(*fingerprint));
}

} // namespace lyncprobe::report
