// SPDX-License-Identifier: MIT
// Puts the facts of one certificate together; the parts have readers of their own.
#include "pki/certificate_reader.h"

#include "model/limits.h"
#include "pki/algorithm_reader.h"
#include "pki/certificate_layout.h"
#include "pki/der.h"
#include "pki/distinguished_name.h"
#include "pki/extension_reader.h"
#include "pki/issuance.h"
#include "pki/memory.h"
#include "pki/ossl.h"
#include "pki/signature.h"

#include <algorithm>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/objects.h>
#include <openssl/sha.h>

namespace lyncprobe::pki {

namespace {

constexpr std::size_t kSerialOctets = 20; // RFC 5280 4.1.2.2

void read_version(const CertificateLayout& layout, Certificate& certificate) {
    certificate.version = 1;
    if (layout.version) {
        const auto number = der::integer(*layout.version);
        if (number && *number >= 0 && *number <= 2)
            certificate.version = static_cast<int>(*number) + 1;
        else
            certificate.notes.push_back(fmt::format(
                "the version field is {}, no version of X.509", der::integer_hex(*layout.version)
            ));
    }
    if (layout.extensions && certificate.version < 3)
        certificate.notes.push_back(
            fmt::format("a version {} certificate carries extensions", certificate.version)
        );
}

void read_serial(std::string_view content, Certificate& certificate) {
    certificate.serial = der::integer_hex(content);
    if (certificate.serial.starts_with('-'))
        certificate.notes.push_back("the serial number is negative");
    else if (certificate.serial == "0" || content.empty())
        certificate.notes.push_back("the serial number is zero");
    if (content.size() > kSerialOctets)
        certificate.notes.push_back(
            fmt::format("the serial number has {} octets, 20 are allowed", content.size())
        );
}

void read_validity(std::string_view content, Certificate& certificate) {
    der::Reader fields(content);
    if (const auto from = fields.next()) certificate.not_before = der::time(*from);
    if (const auto until = fields.next()) certificate.not_after = der::time(*until);
    if (!certificate.not_before)
        certificate.notes.push_back("the date it is valid from cannot be read");
    if (!certificate.not_after)
        certificate.notes.push_back("the date it is valid until cannot be read");
}

// Calls visit(first of its RDN, OID, value) for each attribute in DER order; false where the name
// is malformed.
template <class Visit>
bool each_attribute(std::string_view der_name, Visit visit) {
    const auto sequence = der::only(der_name, der::kSequence);
    if (!sequence) return false;
    der::Reader names(sequence->content);
    while (const auto set = names.next(der::kSet)) {
        der::Reader attributes(set->content);
        bool first = true;
        while (const auto attribute = attributes.next(der::kSequence)) {
            der::Reader fields(attribute->content);
            const auto oid = fields.next_oid();
            const auto value = fields.next();
            if (!oid || !value || !fields.finished()) return false;
            visit(first, *oid, *value);
            first = false;
        }
        if (!attributes.finished()) return false;
    }
    return names.finished();
}

// As text for people and as DER for comparisons: the text of two names may be equal and they not.
void read_names(const CertificateLayout& layout, Certificate& certificate) {
    constexpr std::string_view kCommonName = "2.5.4.3"; // RFC 5280 appendix A.1
    certificate.subject_der = layout.subject;
    certificate.issuer_der = layout.issuer;
    certificate.subject = name_text(layout.subject);
    certificate.issuer = name_text(layout.issuer);
    each_attribute(layout.subject, [&](bool, const std::string& oid, const der::Element& value) {
        const auto name = oid == kCommonName ? der::text(value) : std::nullopt;
        if (name && certificate.common_names.size() < limits::kNamesKept)
            certificate.common_names.push_back(*name);
    });
}

void find_self_signature(const CertificateLayout& layout, Certificate& certificate) {
    // Only where the names are equal is the signature worth checking: it takes as long as all the
    // rest.
    certificate.self_issued = same_name(layout.subject, layout.issuer);
    if (!certificate.self_issued) return;
    const auto signature = check_signature(certificate.der, verification_key(layout.key));
    certificate.self_signed = signature == Signature::good;
    // Differing algorithms alone make a signature bad, whoever made it.
    const bool refuted = signature == Signature::bad && !certificate.signature_algorithms_differ;
    certificate.root_like =
        certificate.self_signed || (!refuted && key_ids_agree(certificate, certificate));
}

// RFC 4514 2.4: nothing in a value can be taken for the start of another; NUL is written out as
// well.
std::string escaped_value(const der::Element& value) {
    const auto text = der::text(value);
    if (!text) return "#" + to_hex(value.whole);
    std::string out;
    for (std::size_t at = 0; at < text->size(); ++at) {
        const char c = (*text)[at];
        const bool edge =
            (at == 0 && (c == '#' || c == ' ')) || (at + 1 == text->size() && c == ' ');
        if (c == '\0') {
            out += "\\00";
            continue;
        }
        if (edge || std::string_view(",+\"\\<>;").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

} // namespace

void initialise_openssl() {
    count_failed_allocations();
    const AllocationWatch memory;
    const int ready = OPENSSL_init_crypto(
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS | OPENSSL_INIT_ADD_ALL_CIPHERS,
        nullptr
    );
    // OpenSSL 3.0 crashes later without its default context. Where an allocation failed it says
    // that it is ready all the same, and has not got every algorithm: good signatures would look
    // bad.
    if (ready != 1 || OSSL_LIB_CTX_get0_global_default() == nullptr) throw std::bad_alloc();
    memory.check();
}

Fingerprint sha256(std::string_view bytes) {
    Fingerprint digest;
    SHA256(octets(bytes), bytes.size(), digest.data());
    return digest;
}

namespace {

// What the Windows dialogs and Get-ChildItem Cert: name a certificate by; no security rests on it.
std::string windows_thumbprint(std::string_view der) {
    std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest;
    SHA1(octets(der), der.size(), digest.data());
    return fmt::format("{:02X}", fmt::join(digest, ""));
}

} // namespace

// What deviates from RFC 5280 becomes a note, not an error: a certificate that a server shows is
// judged as far as it can be read.
Result<Certificate> read_certificate(std::string_view der) {
    if (der.size() > limits::kCertificateSize)
        return Problem{
            .what = fmt::format(
                "the certificate is larger than {} bytes, the most that is read",
                limits::kCertificateSize
            )};
    const auto layout = certificate_layout(der);
    if (!layout) return layout.error();
    if (layout->trailing > 0)
        return Problem{
            .what = fmt::format("{} bytes follow the certificate", layout->trailing),
            .hint = "DER holds exactly one certificate; save several as PEM or PKCS#7"};

    Certificate certificate;
    certificate.der = der;
    certificate.sha256 = sha256(der);
    certificate.thumbprint = windows_thumbprint(der);
    read_version(*layout, certificate);
    read_serial(layout->serial, certificate);
    read_validity(layout->validity, certificate);
    read_names(*layout, certificate);
    certificate.key = read_public_key(layout->key, certificate.notes);
    certificate.signature = read_algorithm(layout->signature_outer, certificate.notes);
    certificate.signature_algorithms_differ = layout->signature_inner != layout->signature_outer;
    if (certificate.signature_algorithms_differ)
        certificate.signature_inner = read_algorithm(layout->signature_inner, certificate.notes);
    else
        certificate.signature_inner = certificate.signature;
    if (layout->extensions) read_extensions(*layout->extensions, certificate);
    find_self_signature(*layout, certificate);
    return certificate;
}

std::string name_text(std::string_view der_name) {
    // DER writes relative names (RDNs) from the root downwards; RFC 4514 and people the other way.
    std::vector<std::string> parts;
    const bool readable = each_attribute(
        der_name,
        [&](bool first_of_rdn, const std::string& oid, const der::Element& value) {
            const std::string attribute = oid_name(oid) + "=" + escaped_value(value);
            if (first_of_rdn)
                parts.push_back(attribute);
            else
                parts.back() += "+" + attribute;
        }
    );
    if (!readable) parts.push_back("(unreadable)");
    std::string text;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        text += (text.empty() ? "" : ", ") + *part;
    return text;
}

std::string oid_name(const std::string& oid) {
    const Asn1ObjectPtr object(OBJ_txt2obj(oid.c_str(), 1));
    const int nid = object ? OBJ_obj2nid(object.get()) : NID_undef;
    ERR_clear_error();
    return nid == NID_undef ? oid : OBJ_nid2sn(nid);
}

} // namespace lyncprobe::pki
