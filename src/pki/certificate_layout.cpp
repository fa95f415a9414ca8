// SPDX-License-Identifier: MIT
// Finds the parts of a certificate; what is missing or cut is named.
#include "pki/certificate_layout.h"

#include "pki/der.h"

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

// TBSCertificate of RFC 5280 4.1. Only the frame must be right here: what is wrong inside a part is
// found by the reader of that part and becomes a note.
bool read_tbs(std::string_view content, CertificateLayout& layout) {
    der::Reader tbs(content);
    if (const auto version = tbs.next(der::constructed(0))) {
        const auto number = der::only(version->content, der::kInteger);
        if (!number) return false;
        layout.version = number->content;
    }
    const auto serial = tbs.next(der::kInteger);
    const auto algorithm = tbs.next(der::kSequence);
    const auto issuer = tbs.next(der::kSequence);
    const auto validity = tbs.next(der::kSequence);
    const auto subject = tbs.next(der::kSequence);
    const auto key = tbs.next(der::kSequence);
    if (!serial || !algorithm || !issuer || !validity || !subject || !key) return false;
    tbs.next(der::primitive(1)); // issuerUniqueID
    tbs.next(der::primitive(2)); // subjectUniqueID
    if (const auto extensions = tbs.next(der::constructed(3))) {
        const auto list = der::only(extensions->content, der::kSequence);
        if (!list) return false;
        layout.extensions = list->content;
    }
    layout.serial = serial->content;
    layout.signature_inner = algorithm->whole;
    layout.issuer = issuer->whole;
    layout.validity = validity->content;
    layout.subject = subject->whole;
    layout.key = key->whole;
    return tbs.finished();
}

Problem not_a_certificate(std::string_view der) {
    if (der.empty()) return {.what = "there are no bytes, so no certificate"};
    const auto declared = der::declared_size(der);
    if (der.front() == '\x30' && declared && *declared > der.size())
        return {
            .what = fmt::format(
                "the certificate is cut short: {} bytes are there, it declares {}", der.size(),
                *declared
            ),
            .hint = "copy the file again"};
    return {.what = "this is not a certificate in DER"};
}

} // namespace

Result<CertificateLayout> certificate_layout(std::string_view der) {
    CertificateLayout layout;
    der::Reader outer(der);
    const auto certificate = outer.next(der::kSequence);
    if (!certificate) return not_a_certificate(der);
    layout.whole = certificate->whole;
    // Whether bytes may follow depends on where the certificate was found; the caller decides.
    layout.trailing = outer.rest().size();

    der::Reader parts(certificate->content);
    const auto tbs = parts.next(der::kSequence);
    const auto algorithm = parts.next(der::kSequence);
    const auto signature = parts.next(der::kBitString);
    if (!tbs || !algorithm || !signature || !parts.finished() || !read_tbs(tbs->content, layout))
        return Problem{.what = "this is DER, but not a certificate"};
    // Both algorithm fields are kept: they may differ, which makes the signature worthless.
    layout.tbs = tbs->whole;
    layout.signature_outer = algorithm->whole;
    layout.signature = signature->content;
    return layout;
}

} // namespace lyncprobe::pki
