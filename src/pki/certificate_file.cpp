// SPDX-License-Identifier: MIT
// The kind of a file is judged by its content, never by its name: exports are often misnamed.
#include "pki/certificate_file.h"

#include "model/limits.h"
#include "model/text/utf8.h"
#include "pki/certificate_layout.h"
#include "pki/certificate_reader.h"
#include "pki/der.h"
#include "pki/distinguished_name.h"
#include "pki/ossl.h"
#include "pki/pem.h"
#include "pki/pfx.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

using Password = std::optional<std::string>;

// What a DER or BER file is, judged by its first elements.
enum class Content { certificate, request, revocation_list, private_key, pkcs7, pfx, unknown };

// PemReader gathers what the blocks of one text hold.
class PemReader {
  public:
    Result<CertificateFile> read(std::string_view text);

  private:
    Result<void> read_block(const PemBlock& block);
    Result<void> keep(std::string_view der, const PemBlock& block);
    void note(std::string text);

    CertificateFile file_;
    bool only_pkcs7_ = true;
    std::set<std::string> others_; // what else was there
};

constexpr std::string_view kKeyNote = "the file also holds a private key, which was not read";

Problem no_certificate(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return {.what = "the file is empty but for white space"};
    if (text[start] == '<')
        return {
            .what = "this is a web page or XML, not a certificate",
            .hint = "was an error page saved in its place?"};
    return {
        .what = "there is no certificate in the file",
        .hint = "give PEM (BEGIN CERTIFICATE), DER, PKCS#7 or PFX"};
}

Problem holds_only(Content content) {
    switch (content) {
    case Content::request:
        return {
            .what = "this is a certificate request, not a certificate",
            .hint = "give the certificate that the CA issued for it"};
    case Content::revocation_list:
        return {.what = "this is a certificate revocation list, not a certificate"};
    case Content::private_key:
        return {
            .what = "this is a private key, not a certificate",
            .hint = "give the certificate that belongs to it"};
    case Content::pfx: return {.what = "this is a PFX, not a single certificate"};
    case Content::pkcs7: return {.what = "this is PKCS#7, not a single certificate"};
    case Content::certificate:
    case Content::unknown: break;
    }
    return {.what = "there is no certificate in the file"};
}

// The one that issued no other; of several the first that is no CA, else the first.
void put_server_certificate_first(std::vector<std::string>& certificates) {
    std::set<unsigned long> issuers; // by hash of the canonical name
    std::vector<unsigned long> subjects;
    std::vector<bool> authorities;
    for (const auto& der : certificates) {
        const auto certificate = read_certificate(der);
        if (!certificate) return;
        const bool ca = certificate->basic_constraints && certificate->basic_constraints->ca;
        subjects.push_back(name_hash(certificate->subject_der));
        authorities.push_back(ca);
        if (!certificate->self_issued) issuers.insert(name_hash(certificate->issuer_der));
    }
    auto best = certificates.size();
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        if (issuers.contains(subjects[i])) continue;
        if (best == certificates.size() || (authorities[best] && !authorities[i])) best = i;
    }
    if (best == certificates.size()) return;
    const auto own = certificates.begin() + static_cast<std::ptrdiff_t>(best);
    std::rotate(certificates.begin(), own, own + 1);
}

Result<CertificateFile> PemReader::read(std::string_view text) {
    PemScanner scanner(text);
    while (const auto block = scanner.next()) {
        if (!*block) return block->error();
        if (const auto kept = read_block(**block); !kept) return kept.error();
    }
    if (!file_.certificates.empty()) {
        if (only_pkcs7_) {
            file_.kind = FileKind::pkcs7;
            put_server_certificate_first(file_.certificates);
        }
        return std::move(file_);
    }
    if (others_.contains("CERTIFICATE REQUEST") || others_.contains("NEW CERTIFICATE REQUEST"))
        return holds_only(Content::request);
    if (others_.contains("X509 CRL")) return holds_only(Content::revocation_list);
    for (const auto& label : others_)
        if (label.ends_with("PRIVATE KEY")) return holds_only(Content::private_key);
    return no_certificate(text);
}

Problem too_many() {
    return {
        .what =
            fmt::format("the file holds more than {} certificates", limits::kCertificatesPerFile),
        .hint = "split it"};
}

// By libcrypto's CMS reader, which takes the older PKCS#7 and BER as well.
Result<CertificateFile> read_pkcs7(std::string_view bytes) {
    const unsigned char* at = octets(bytes);
    const CmsPtr message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(bytes.size())));
    const CertificateStackPtr stack(message ? CMS_get1_certs(message.get()) : nullptr);
    ERR_clear_error();
    if (!message) return Problem{.what = "the PKCS#7 file is damaged", .hint = "export it again"};
    const int count = stack ? sk_X509_num(stack.get()) : 0;
    if (count <= 0) return Problem{.what = "the PKCS#7 file holds no certificate"};
    if (static_cast<std::size_t>(count) > limits::kCertificatesPerFile) return too_many();
    CertificateFile file{.kind = FileKind::pkcs7, .certificates = {}, .key = {}, .notes = {}};
    for (int i = 0; i < count; ++i)
        file.certificates.push_back(to_der(i2d_X509, sk_X509_value(stack.get(), i)));
    put_server_certificate_first(file.certificates);
    return file;
}

Content content_of(std::string_view der) {
    if (certificate_layout(der)) return Content::certificate;
    if (der.size() < 4 || der[0] != '\x30') return Content::unknown;
    const auto length = static_cast<std::uint8_t>(der[1]);
    // PKCS#7 and PFX may be BER of indefinite length (0x80), which the DER reader refuses.
    const std::size_t header = length <= 0x80 ? 2u : 2u + (length & 0x7fu);
    const auto inside = der.substr(std::min(header, der.size()));
    if (inside.starts_with('\x06')) return Content::pkcs7;           // contentType, RFC 5652 3
    if (inside.starts_with("\x02\x01\x03")) return Content::pfx;     // RFC 7292 4: version 3
    if (inside.starts_with("\x02\x01")) return Content::private_key; // version 0 or 1
    der::Reader outer(inside);
    const auto first = outer.next(der::kSequence);
    if (!first) return Content::unknown;
    if (outer.next(der::kOctetString) && outer.finished()) return Content::private_key; // encrypted
    der::Reader tbs(first->content);
    const auto version = tbs.next(der::kInteger);
    tbs.next(der::kSequence);
    if (!tbs.next(der::kSequence)) return Content::unknown;
    if (tbs.next(der::kUtcTime) || tbs.next(der::kGeneralizedTime)) return Content::revocation_list;
    return version && tbs.next(der::constructed(0)) ? Content::request : Content::unknown;
}

Problem in_block(Problem problem, const PemBlock& block) {
    problem.what = fmt::format("block {} (line {}): {}", block.number, block.line, problem.what);
    problem.where.line = block.line;
    return problem;
}

Result<void> PemReader::read_block(const PemBlock& block) {
    const bool certificate = block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE";
    // OpenSSL's own format: trust settings follow the certificate.
    const bool trusted = block.label == "TRUSTED CERTIFICATE";
    const bool pkcs7 =
        block.label == "PKCS7" || block.label == "CMS" || block.label == "PKCS #7 SIGNED DATA";
    if (!certificate && !trusted && !pkcs7) {
        others_.insert(valid_utf8(std::string(block.label)));
        if (block.label.ends_with("PRIVATE KEY"))
            note(std::string(kKeyNote));
        else
            note(fmt::format(
                "a block of another kind was passed over: {}", valid_utf8(std::string(block.label))
            ));
        return {};
    }
    const auto der = block_bytes(block);
    if (!der)
        return in_block(
            {.what = "its base64 is damaged", .hint = "copy the certificate again"}, block
        );
    if (pkcs7) {
        const auto inner = read_pkcs7(*der);
        if (!inner) return in_block(inner.error(), block);
        for (const auto& one : inner->certificates)
            if (const auto kept = keep(one, block); !kept) return kept;
        return {};
    }
    // In a PEM file the order is the administrator's; PKCS#7 is a set without an order.
    only_pkcs7_ = false;
    const auto layout = certificate_layout(*der);
    if (!layout) {
        const Content content = content_of(*der);
        const bool known = content != Content::unknown && content != Content::certificate;
        return in_block(known ? holds_only(content) : layout.error(), block);
    }
    if (layout->trailing > 0 && !trusted)
        return in_block(
            {.what = fmt::format("{} bytes follow the certificate", layout->trailing)}, block
        );
    return keep(layout->whole, block);
}

Result<void> PemReader::keep(std::string_view der, const PemBlock& block) {
    if (file_.certificates.size() == limits::kCertificatesPerFile) return too_many();
    if (der.size() > limits::kCertificateSize)
        return in_block(
            {.what =
                 fmt::format("the certificate is larger than {} bytes", limits::kCertificateSize)},
            block
        );
    file_.certificates.emplace_back(der);
    return {};
}

// Each note once, and not without end: a file may have thousands of blocks.
void PemReader::note(std::string text) {
    auto& notes = file_.notes;
    if (std::find(notes.begin(), notes.end(), text) == notes.end() && notes.size() < 16)
        notes.push_back(std::move(text));
}

Result<CertificateFile> read_pfx_file(std::string_view bytes, const Password& password) {
    auto contents = read_pfx(bytes, password);
    if (!contents) return contents.error();
    if (contents->certificates.empty()) return Problem{.what = "the PFX holds no certificate"};
    CertificateFile file{
        .kind = FileKind::pfx,
        .certificates = std::move(contents->certificates),
        .key = std::move(contents->about_key),
        .notes = {}};
    if (file.key->state != KeyInFile::State::own) put_server_certificate_first(file.certificates);
    return file;
}

Result<CertificateFile> read_binary(std::string_view bytes, const Password& password) {
    // Before its kind: of a file that is cut short the kind cannot be trusted.
    const auto declared = der::declared_size(bytes);
    if (declared && *declared > bytes.size())
        return Problem{
            .what = fmt::format(
                "the file is cut short: {} bytes are there, its DER declares {}", bytes.size(),
                *declared
            ),
            .hint = "copy the file again"};
    const Content content = content_of(bytes);
    if (content == Content::pkcs7) return read_pkcs7(bytes);
    if (content == Content::pfx) return read_pfx_file(bytes, password);
    if (content != Content::certificate && content != Content::unknown) return holds_only(content);
    const auto layout = certificate_layout(bytes);
    if (!layout) return layout.error();
    if (layout->trailing > 0)
        return Problem{
            .what = fmt::format("{} bytes follow the certificate", layout->trailing),
            .hint = "DER holds exactly one certificate; save several as PEM or PKCS#7"};
    if (bytes.size() > limits::kCertificateSize)
        return Problem{
            .what =
                fmt::format("the certificate is larger than {} bytes", limits::kCertificateSize)};
    return CertificateFile{
        .kind = FileKind::der, .certificates = {std::string(bytes)}, .key = {}, .notes = {}};
}

// "Base-64" as some tools save it: without the BEGIN and END lines. DER starts with SEQUENCE,
// base64 of it with M.
Result<CertificateFile> read_bare_base64(std::string_view text, const Password& password) {
    const auto start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const auto der = text.substr(start).starts_with('M') ? decode_base64(text) : std::nullopt;
    if (!der || content_of(*der) == Content::unknown) return no_certificate(text);
    auto file = read_binary(*der, password);
    if (file && file->kind == FileKind::der) file->kind = FileKind::pem;
    return file;
}

// Text has no NUL, UTF-16 aside; DER of more than 127 bytes has a second octet beyond ASCII.
bool looks_binary(std::string_view bytes) {
    if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return false;
    const bool long_der = bytes.size() > 1 && bytes[0] == '\x30' && (bytes[1] & 0x80) != 0;
    return long_der || bytes.substr(0, 512).find('\0') != std::string_view::npos;
}

} // namespace

Result<CertificateFile> read_certificate_file(std::string_view bytes, const Password& password) {
    ERR_clear_error();
    if (bytes.empty()) return Problem{.what = "the file is empty"};
    if (bytes.size() > limits::kCertificateFile)
        return Problem{
            .what = fmt::format(
                "the file has {} bytes; at most {} are read", bytes.size(), limits::kCertificateFile
            ),
            .hint = "is it a certificate file?"};
    if (looks_binary(bytes)) return read_binary(bytes, password);
    const std::string text = plain_text(bytes);
    if (text.find("-----BEGIN ") != std::string::npos) return PemReader().read(text);
    return read_bare_base64(text, password);
}

Result<CertificateFile> read_foreign_certificates(std::string_view bytes) {
    ERR_clear_error();
    // Opening a PFX runs a key derivation of the sender's choice; a CA has no reason to send one.
    if (looks_binary(bytes)) {
        if (content_of(bytes) == Content::pfx)
            return Problem{.what = "a PFX file, where certificates are expected"};
        return read_binary(bytes, std::nullopt);
    }
    return PemReader().read(plain_text(bytes));
}

} // namespace lyncprobe::pki
