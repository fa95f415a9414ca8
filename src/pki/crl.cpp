// SPDX-License-Identifier: MIT
// Revocation lists (RFC 5280 5), read without copying: some have a million entries.
#include "pki/crl.h"

#include "pki/algorithm_reader.h"
#include "pki/certificate_layout.h"
#include "pki/certificate_reader.h"
#include "pki/der.h"
#include "pki/extension_reader.h"
#include "pki/pem.h"

#include <array>

namespace lyncprobe::pki {

namespace {

// RFC 5280 5.3.1; 7 is not used.
constexpr std::array<std::string_view, 11> kReasons{
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "unused",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
constexpr std::int64_t kRemoveFromCrl = 8;

std::optional<std::string> der_of_pem(std::string_view text);
bool is_time(std::uint8_t tag);
std::optional<der::Element> next_time(der::Reader& fields);
CrlEntry read_entry(der::Reader fields);
bool is_true(const std::optional<der::Element>& element);

} // namespace

std::string_view revocation_reason(std::int64_t code) {
    if (code < 0 || code >= static_cast<std::int64_t>(kReasons.size())) return {};
    return kReasons[static_cast<std::size_t>(code)];
}

Result<Crl> Crl::read(std::string bytes) {
    // A location shall give DER (RFC 5280 4.2.1.13); some give PEM.
    if (!bytes.starts_with('\x30'))
        if (auto der = der_of_pem(bytes)) bytes = std::move(*der);
    Crl crl;
    crl.bytes_ = std::make_shared<const std::string>(std::move(bytes));
    der::Reader outer(*crl.bytes_);
    const auto list = outer.next(der::kSequence);
    if (!list) {
        const auto declared = der::declared_size(*crl.bytes_);
        const bool cut =
            crl.bytes_->starts_with('\x30') && declared && *declared > crl.bytes_->size();
        return Problem{
            .what = cut ? "the revocation list there is cut short"
                        : "what is there is no revocation list"};
    }
    der::Reader parts(list->content);
    const auto tbs = parts.next(der::kSequence);
    const auto algorithm = parts.next(der::kSequence);
    const auto signature = parts.next(der::kBitString);
    if (!tbs || !algorithm || !signature || !parts.finished())
        return Problem{.what = "what is there is DER, but no revocation list"};
    crl.parts_ = {
        .to_be_signed = tbs->whole,
        .inner = {},
        .outer = algorithm->whole,
        .signature = signature->content};
    if (!crl.read_list(tbs->content))
        return Problem{.what = "what is there is DER, but no revocation list"};
    return crl;
}

bool Crl::read_list(std::string_view content) {
    der::Reader fields(content);
    fields.next(der::kInteger); // version
    const auto algorithm = fields.next(der::kSequence);
    const auto issuer = fields.next(der::kSequence);
    const auto this_update = next_time(fields);
    const auto next_update = next_time(fields);
    const auto entries = fields.next(der::kSequence);
    const auto extensions = fields.next(der::constructed(0));
    if (!algorithm || !issuer || !this_update || !fields.finished()) return false;
    parts_.inner = algorithm->whole;
    std::vector<std::string> notes;
    facts_.algorithm = read_algorithm(parts_.outer, notes);
    facts_.issuer_der = issuer->whole;
    facts_.issuer = name_text(issuer->whole);
    facts_.this_update = der::time(*this_update);
    // RFC 5280 demands nextUpdate, X.509 does not; some lists are valid for ever.
    if (next_update) facts_.next_update = der::time(*next_update);
    if (!facts_.this_update || (next_update && !facts_.next_update)) return false;
    if (entries) entries_ = entries->content;
    // Counted, and found to be whole, before anything is looked up: half a list would call a
    // revoked certificate good.
    der::Reader list(entries_);
    while (const auto entry = list.next()) {
        if (entry->tag != der::kSequence) return false;
        ++facts_.entries;
    }
    if (!list.finished()) return false;
    if (!extensions) return true;
    const auto sequence = der::only(extensions->content, der::kSequence);
    return sequence && read_extensions(sequence->content);
}

// A critical extension that is not understood forbids any use of the list (RFC 5280 5.2).
bool Crl::read_extensions(std::string_view extensions) {
    der::Reader list(extensions);
    while (const auto element = list.next(der::kSequence)) {
        der::Reader fields(element->content);
        const auto oid = fields.next_oid();
        const bool critical = is_true(fields.next(der::kBoolean));
        const auto value = fields.next(der::kOctetString);
        if (!oid || !value || !fields.finished()) return false;
        if (!read_extension(*oid, value->content) && critical && facts_.unknown_critical.empty())
            facts_.unknown_critical = *oid;
    }
    return list.finished();
}

// False where it is not known or cannot be decoded.
bool Crl::read_extension(const std::string& oid, std::string_view value) {
    if (oid == "2.5.29.20") { // CRL number
        const auto number = der::only(value, der::kInteger);
        if (number) facts_.number = der::integer_hex(number->content);
        return number.has_value();
    }
    if (oid == "2.5.29.27") { // delta CRL indicator
        const auto number = der::only(value, der::kInteger);
        // Present though unreadable: the list is a delta all the same, and no substitute for a full
        // one.
        facts_.base_number = number ? der::integer_hex(number->content) : "";
        return number.has_value();
    }
    if (oid == "2.5.29.28") return read_scope(value); // issuing distribution point
    if (oid == "2.5.29.46") {                         // freshest CRL
        std::vector<DistributionPoint> points;
        std::size_t dropped = 0;
        const bool understood = read_distribution_point_list(value, points, dropped);
        for (const auto& point : points)
            facts_.delta_urls.insert(facts_.delta_urls.end(), point.urls.begin(), point.urls.end());
        return understood;
    }
    if (oid == "1.3.6.1.4.1.311.21.4") { // MS-WCCE: szOID_CRL_NEXT_PUBLISH
        const auto time = der::only(value);
        if (time && is_time(time->tag)) facts_.next_publish = der::time(*time);
        return facts_.next_publish.has_value();
    }
    if (oid == "2.5.29.35") { // authority key identifier
        read_authority_key_id(value, facts_.authority_key_id);
        return true; // however it is written: the signature itself is checked
    }
    return false;
}

// RFC 5280 5.2.5.
bool Crl::read_scope(std::string_view value) {
    const auto sequence = der::only(value, der::kSequence);
    if (!sequence) return false;
    der::Reader fields(sequence->content);
    DistributionPoint point;
    std::size_t urls = 0, dropped = 0;
    if (const auto name = fields.next(der::constructed(0));
        name && !read_distribution_point_name(name->content, point, urls, dropped))
        return false;
    facts_.scope_urls = std::move(point.urls);
    facts_.only_servers = is_true(fields.next(der::primitive(1)));
    facts_.only_authorities = is_true(fields.next(der::primitive(2)));
    facts_.some_reasons = fields.next(der::primitive(3)).has_value();
    facts_.indirect = is_true(fields.next(der::primitive(4)));
    facts_.only_attributes = is_true(fields.next(der::primitive(5)));
    return fields.finished();
}

// One pass for all certificates that ask; of several entries for one serial the last one counts.
std::map<std::string, CrlEntry> Crl::find(const std::set<std::string>& serials) const {
    std::map<std::string, CrlEntry> found;
    der::Reader list(entries_);
    while (const auto entry = list.next()) {
        der::Reader fields(entry->content);
        const auto serial = fields.next(der::kInteger);
        if (!serial) continue;
        auto hex = der::integer_hex(serial->content);
        if (serials.contains(hex)) found.insert_or_assign(std::move(hex), read_entry(fields));
    }
    return found;
}

SignatureState Crl::signed_by(const Certificate& issuer) const {
    const auto layout = certificate_layout(issuer.der);
    if (!layout) return SignatureState::unverifiable;
    switch (check_signature(parts_, verification_key(layout->key))) {
    case Signature::good: return SignatureState::good;
    case Signature::bad: return SignatureState::bad;
    case Signature::unverifiable: break;
    }
    return SignatureState::unverifiable;
}

namespace {

std::optional<std::string> der_of_pem(std::string_view text) {
    PemScanner blocks(text);
    while (const auto block = blocks.next()) {
        if (!*block) return std::nullopt;
        if ((*block)->label == "X509 CRL") return block_bytes(**block);
    }
    return std::nullopt;
}

bool is_time(std::uint8_t tag) { return tag == der::kUtcTime || tag == der::kGeneralizedTime; }

std::optional<der::Element> next_time(der::Reader& fields) {
    if (auto time = fields.next(der::kUtcTime)) return time;
    return fields.next(der::kGeneralizedTime);
}

// What follows the serial number; what cannot be read is left out, the certificate stays listed.
CrlEntry read_entry(der::Reader fields) {
    CrlEntry entry;
    if (const auto time = next_time(fields)) entry.revoked_at = der::time(*time);
    const auto extensions = fields.next(der::kSequence);
    if (!extensions) return entry;
    der::Reader list(extensions->content);
    while (const auto element = list.next(der::kSequence)) {
        der::Reader parts(element->content);
        const auto oid = parts.next_oid();
        parts.next(der::kBoolean);
        const auto value = parts.next(der::kOctetString);
        if (!value || oid != "2.5.29.21") continue;
        constexpr std::uint8_t kEnumerated = 0x0a;
        const auto code = der::only(value->content, kEnumerated);
        const auto number = code ? der::integer(code->content) : std::nullopt;
        if (!number) continue;
        entry.reason = revocation_reason(*number);
        entry.removed = *number == kRemoveFromCrl;
    }
    return entry;
}

bool is_true(const std::optional<der::Element>& element) {
    return element && element->content.size() == 1 && element->content.front() != 0;
}

} // namespace

} // namespace lyncprobe::pki
