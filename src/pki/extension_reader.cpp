// SPDX-License-Identifier: MIT
// One small function per extension: true where all of it was understood.
#include "pki/extension_reader.h"

#include "model/host.h"
#include "model/limits.h"
#include "model/text/utf8.h"
#include "pki/der.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace lyncprobe::pki {

namespace {

using Decode = bool (*)(std::string_view value, Certificate& certificate);

// Extension names the decoder of one OID.
struct Extension {
    std::string_view oid;
    Decode decode;
};

bool read_subject_key_id(std::string_view value, Certificate& certificate);
bool read_key_usage(std::string_view value, Certificate& certificate);
bool read_san(std::string_view value, Certificate& certificate);
bool read_basic_constraints(std::string_view value, Certificate& certificate);
bool read_distribution_points(std::string_view value, Certificate& certificate);
bool read_issuer_key_id(std::string_view value, Certificate& certificate);
bool read_eku(std::string_view value, Certificate& certificate);
bool read_authority_access(std::string_view value, Certificate& certificate);
bool read_template_v1(std::string_view value, Certificate& certificate);
bool read_template_v2(std::string_view value, Certificate& certificate);
bool read_application_policies(std::string_view value, Certificate& certificate);
bool read_ca_version(std::string_view value, Certificate& certificate);
bool read_sid(std::string_view value, Certificate& certificate);

// The Microsoft ones are described in MS-WCCE 2.2.2.7.7 and its neighbours.
constexpr Extension kExtensions[] = {
    {"2.5.29.14", read_subject_key_id},                   // RFC 5280 4.2.1.2
    {"2.5.29.15", read_key_usage},                        // RFC 5280 4.2.1.3
    {"2.5.29.17", read_san},                              // RFC 5280 4.2.1.6
    {"2.5.29.19", read_basic_constraints},                // RFC 5280 4.2.1.9
    {"2.5.29.31", read_distribution_points},              // RFC 5280 4.2.1.13
    {"2.5.29.35", read_issuer_key_id},                    // RFC 5280 4.2.1.1
    {"2.5.29.37", read_eku},                              // RFC 5280 4.2.1.12
    {"1.3.6.1.5.5.7.1.1", read_authority_access},         // RFC 5280 4.2.2.1
    {"1.3.6.1.4.1.311.20.2", read_template_v1},           // szOID_ENROLL_CERTTYPE_EXTENSION
    {"1.3.6.1.4.1.311.21.7", read_template_v2},           // szOID_CERTIFICATE_TEMPLATE
    {"1.3.6.1.4.1.311.21.10", read_application_policies}, // szOID_APPLICATION_CERT_POLICIES
    {"1.3.6.1.4.1.311.21.1", read_ca_version},            // szOID_CERTSRV_CA_VERSION
    {"1.3.6.1.4.1.311.25.2", read_sid},                   // szOID_NTDS_CA_SECURITY_EXT
};

constexpr std::string_view kNameConstraints = "2.5.29.30"; // decoded by libcrypto, on demand

// GeneralName tags (RFC 5280 4.2.1.6).
constexpr std::uint8_t kDnsName = der::primitive(2), kDirectoryName = der::constructed(4),
                       kUri = der::primitive(6), kIpAddress = der::primitive(7);

bool read_oid_list(std::string_view value, std::vector<std::string>& out);
std::string url_text(std::string_view content);
bool read_distribution_point(
    const der::Element& it, DistributionPoint& point, std::size_t& urls, std::size_t& dropped
);

// Every element of the SEQUENCE, also behind one that is not understood; true where all were.
template <class Read>
bool each(std::string_view value, Read read) {
    const auto sequence = der::only(value, der::kSequence);
    if (!sequence) return false;
    bool understood = true;
    der::Reader list(sequence->content);
    while (const auto element = list.next())
        understood &= read(*element);
    return understood && list.finished();
}

} // namespace

void read_extensions(std::string_view extensions, Certificate& certificate) {
    // A broken extension does not hide the others; which one it was becomes a finding.
    std::map<std::string, int> seen;
    bool unreadable = false;
    der::Reader list(extensions);
    while (const auto element = list.next()) {
        der::Reader parts(element->content);
        const auto oid = parts.next_oid();
        const auto critical = parts.next(der::kBoolean);
        const auto value = parts.next(der::kOctetString);
        if (element->tag != der::kSequence || !oid || !value || !parts.finished()) {
            if (oid)
                certificate.undecodable.push_back(*oid);
            else
                unreadable = true;
            continue;
        }
        const int times = ++seen[*oid];
        if (times == 2) certificate.duplicate_extensions.push_back(*oid);
        if (times > 1) continue; // the first one counts
        if (critical && critical->content != std::string_view("\0", 1))
            certificate.critical.push_back(*oid);
        if (*oid == kNameConstraints) certificate.name_constraints = true;
        for (const auto& known : kExtensions)
            if (known.oid == *oid && !known.decode(value->content, certificate))
                certificate.undecodable.push_back(*oid);
    }
    if (unreadable) certificate.notes.push_back("an extension cannot be read");
    if (!list.ok()) certificate.notes.push_back("the list of extensions is damaged");
}

bool read_distribution_point_list(
    std::string_view value, std::vector<DistributionPoint>& points, std::size_t& dropped
) {
    std::size_t urls = 0;
    return each(value, [&](const der::Element& element) {
        if (points.size() == limits::kUrlsKept) {
            ++dropped;
            return true;
        }
        return read_distribution_point(element, points.emplace_back(), urls, dropped);
    });
}

bool read_authority_key_id(std::string_view value, std::string& key_id) {
    const auto sequence = der::only(value, der::kSequence);
    if (!sequence) return false;
    der::Reader fields(sequence->content);
    if (const auto id = fields.next(der::primitive(0))) key_id = to_hex(id->content);
    fields.next(der::constructed(1)); // authorityCertIssuer
    fields.next(der::primitive(2));   // authorityCertSerialNumber
    return fields.finished();
}

bool read_distribution_point_name(
    std::string_view content, DistributionPoint& point, std::size_t& urls, std::size_t& dropped
) {
    const auto choice = der::only(content);
    if (!choice) return false;
    // Relative to the name of the CRL's issuer, so no location that could be asked.
    if (choice->tag == der::constructed(1)) {
        point.relative_name = true;
        return true;
    }
    if (choice->tag != der::constructed(0)) return false;
    der::Reader names(choice->content);
    while (const auto location = names.next()) {
        if (location->tag == kDirectoryName) point.directory_name = true;
        if (location->tag != kUri) continue;
        if (urls < limits::kUrlsKept) {
            ++urls;
            point.urls.push_back(url_text(location->content));
        } else {
            ++dropped;
        }
    }
    return names.finished();
}

namespace {

// Each decoder keeps what it can read, also where it then answers false.

bool read_subject_key_id(std::string_view value, Certificate& certificate) {
    const auto id = der::only(value, der::kOctetString);
    if (id) certificate.subject_key_id = to_hex(id->content);
    return id.has_value();
}

bool read_key_usage(std::string_view value, Certificate& certificate) {
    const auto string = der::only(value, der::kBitString);
    const auto octets = string ? der::bits(string->content) : std::nullopt;
    if (!octets) return false;
    // Bit 0 is the highest of the first octet (RFC 5280 4.2.1.3); here it is the lowest of a
    // number.
    std::uint32_t usage = 0;
    for (std::uint32_t bit = 0; bit < 9 && bit / 8 < octets->size(); ++bit)
        if ((static_cast<std::uint8_t>((*octets)[bit / 8]) & (0x80u >> (bit % 8))) != 0)
            usage |= 1u << bit;
    certificate.key_usage = usage;
    return true;
}

// Present even where it cannot be read: the extension is not absent, and a rule must not say so.
bool read_san(std::string_view value, Certificate& certificate) {
    auto& san = certificate.san.emplace();
    const bool understood = each(value, [&](const der::Element& name) {
        // Names are kept up to a limit, since a large certificate may have thousands.
        const bool room = san.dns.size() + san.ip.size() < limits::kNamesKept;
        const auto size = name.content.size();
        const bool address_size = size == 4 || size == 16;
        if (name.tag == kDnsName && room) {
            san.dns.push_back(valid_utf8(std::string(name.content)));
        } else if (name.tag == kIpAddress && room && address_size) {
            Address address{.v6 = size == 16};
            std::copy(name.content.begin(), name.content.end(), address.bytes.begin());
            san.ip.push_back(to_text(address));
        } else {
            ++san.other;
            if (!room && (name.tag == kDnsName || name.tag == kIpAddress)) ++san.beyond;
        }
        return name.tag != kIpAddress || address_size;
    });
    if (san.beyond > 0)
        certificate.notes.push_back(
            fmt::format("only the first {} subject alternative names are kept", limits::kNamesKept)
        );
    return understood;
}

bool read_basic_constraints(std::string_view value, Certificate& certificate) {
    const auto sequence = der::only(value, der::kSequence);
    if (!sequence) return false;
    Certificate::BasicConstraints constraints;
    der::Reader fields(sequence->content);
    if (const auto ca = fields.next(der::kBoolean)) {
        if (ca->content.size() != 1) return false;
        constraints.ca = ca->content.front() != 0;
    }
    if (const auto length = fields.next(der::kInteger)) {
        constraints.path_length = der::integer(length->content);
        if (!constraints.path_length) return false;
    }
    if (!fields.finished()) return false;
    certificate.basic_constraints = constraints;
    return true;
}

bool read_distribution_points(std::string_view value, Certificate& certificate) {
    std::size_t dropped = 0;
    const bool understood =
        read_distribution_point_list(value, certificate.crl_distribution_points.emplace(), dropped);
    if (dropped > 0)
        certificate.notes.push_back(fmt::format(
            "only the first {} CRL locations are kept, {} more are there", limits::kUrlsKept,
            dropped
        ));
    return understood;
}

bool read_distribution_point(
    const der::Element& it, DistributionPoint& point, std::size_t& urls, std::size_t& dropped
) {
    if (it.tag != der::kSequence) return false;
    der::Reader fields(it.content);
    const auto name = fields.next(der::constructed(0));
    if (name && !read_distribution_point_name(name->content, point, urls, dropped)) return false;
    fields.next(der::primitive(1));   // reasons
    fields.next(der::constructed(2)); // cRLIssuer
    return fields.finished();
}

bool read_issuer_key_id(std::string_view value, Certificate& certificate) {
    return read_authority_key_id(value, certificate.authority_key_id);
}

// Present but empty forbids every use, which is not the same as absent.
bool read_eku(std::string_view value, Certificate& certificate) {
    return read_oid_list(value, certificate.eku.emplace());
}

bool read_oid_list(std::string_view value, std::vector<std::string>& out) {
    return each(value, [&](const der::Element& element) {
        const auto oid = der::Reader(element.whole).next_oid();
        if (oid) out.push_back(*oid);
        return oid.has_value();
    });
}

// A byte that is no UTF-8 is written as a URL writes it (RFC 3986 2.1), so that what is fetched
// stays the same.
std::string url_text(std::string_view content) {
    std::string out;
    while (!content.empty()) {
        const auto at = first_character(content);
        if (at.valid)
            out += content.substr(0, at.length);
        else
            out += fmt::format("%{:02X}", static_cast<std::uint8_t>(content.front()));
        content.remove_prefix(at.length);
    }
    return out;
}

// Other methods and kinds of names are allowed and of no use here.
bool read_authority_access(std::string_view value, Certificate& certificate) {
    constexpr std::string_view kOcsp = "1.3.6.1.5.5.7.48.1", kCaIssuers = "1.3.6.1.5.5.7.48.2";
    return each(value, [&](const der::Element& description) {
        der::Reader fields(description.content);
        const auto method = fields.next_oid();
        const auto location = fields.next();
        if (!method || !location || !fields.finished()) return false;
        auto* urls = *method == kOcsp        ? &certificate.ocsp_urls
                     : *method == kCaIssuers ? &certificate.ca_issuer_urls
                                             : nullptr;
        if (urls && location->tag == kUri && urls->size() < limits::kUrlsKept)
            urls->push_back(url_text(location->content));
        return true;
    });
}

// The specification has SEQUENCE{UTF8String}; what AD CS writes is a bare BMPString.
bool read_template_v1(std::string_view value, Certificate& certificate) {
    auto element = der::only(value);
    if (element && element->tag == der::kSequence) element = der::only(element->content);
    const auto name = element ? der::text(*element) : std::nullopt;
    certificate.template_v1 = name.value_or(std::string{});
    return name.has_value();
}

bool read_template_v2(std::string_view value, Certificate& certificate) {
    auto& info = certificate.template_v2.emplace();
    const auto sequence = der::only(value, der::kSequence);
    if (!sequence) return false;
    der::Reader fields(sequence->content);
    const auto oid = fields.next_oid();
    if (!oid) return false;
    info.oid = *oid;
    if (const auto major = fields.next(der::kInteger)) info.major = der::integer(major->content);
    if (const auto minor = fields.next(der::kInteger)) info.minor = der::integer(minor->content);
    return fields.finished();
}

// Written like certificatePolicies (RFC 5280 4.2.1.4).
bool read_application_policies(std::string_view value, Certificate& certificate) {
    auto& policies = certificate.application_policies.emplace();
    return each(value, [&](const der::Element& policy) {
        const auto oid = der::Reader(policy.content).next_oid();
        const bool understood = policy.tag == der::kSequence && oid;
        if (understood) policies.push_back(*oid);
        return understood;
    });
}

bool read_ca_version(std::string_view value, Certificate& certificate) {
    const auto number = der::only(value, der::kInteger);
    certificate.ca_version = number ? der::integer(number->content) : std::nullopt;
    return certificate.ca_version.has_value();
}

// The account's SID (KB5014754); that it is there is all that a rule needs.
bool read_sid(std::string_view, Certificate& certificate) {
    certificate.sid_extension = true;
    return true;
}

} // namespace

} // namespace lyncprobe::pki
