// SPDX-License-Identifier: MIT
#include "rules/engine/helpers.h"

#include "model/host.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// KnownSignature is one signature algorithm that the rules tell apart.
struct KnownSignature {
    std::string_view oid;
    SignatureFamily family;
    std::string_view hash;
};

Ruling not_decoded(std::string error);
bool usable_location(std::string_view url);

// RFC 3279 2.2, RFC 4055 5, RFC 5758 3, RFC 8017 C; 1.3.14.3.2 are the OIW forms that old Microsoft
// tools write.
constexpr std::array kKnownSignatures{
    KnownSignature{"1.2.840.113549.1.1.5", SignatureFamily::rsa, "SHA1"},
    KnownSignature{"1.3.14.3.2.29", SignatureFamily::rsa, "SHA1"},
    KnownSignature{"1.2.840.113549.1.1.14", SignatureFamily::rsa, "SHA224"},
    KnownSignature{"1.2.840.113549.1.1.11", SignatureFamily::rsa, "SHA256"},
    KnownSignature{"1.2.840.113549.1.1.12", SignatureFamily::rsa, "SHA384"},
    KnownSignature{"1.2.840.113549.1.1.13", SignatureFamily::rsa, "SHA512"},
    KnownSignature{"1.2.840.113549.1.1.15", SignatureFamily::rsa, "SHA512-224"},
    KnownSignature{"1.2.840.113549.1.1.16", SignatureFamily::rsa, "SHA512-256"},
    KnownSignature{"1.2.840.10045.4.1", SignatureFamily::ecdsa, "SHA1"},
    KnownSignature{"1.2.840.10045.4.3.1", SignatureFamily::ecdsa, "SHA224"},
    KnownSignature{"1.2.840.10045.4.3.2", SignatureFamily::ecdsa, "SHA256"},
    KnownSignature{"1.2.840.10045.4.3.3", SignatureFamily::ecdsa, "SHA384"},
    KnownSignature{"1.2.840.10045.4.3.4", SignatureFamily::ecdsa, "SHA512"},
    KnownSignature{"1.2.840.10040.4.3", SignatureFamily::dsa, "SHA1"},
    KnownSignature{"1.3.14.3.2.27", SignatureFamily::dsa, "SHA1"},
    KnownSignature{"2.16.840.1.101.3.4.3.1", SignatureFamily::dsa, "SHA224"},
    KnownSignature{"2.16.840.1.101.3.4.3.2", SignatureFamily::dsa, "SHA256"},
    KnownSignature{"2.16.840.1.101.3.4.3.3", SignatureFamily::dsa, "SHA384"},
    KnownSignature{"2.16.840.1.101.3.4.3.4", SignatureFamily::dsa, "SHA512"},
};

// X9.62 ecdsa-with-Specified: the hash is a parameter.
constexpr std::string_view kEcdsaWithSpecified = "1.2.840.10045.4.3";
const std::vector<std::string> kListedHashes{"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};

// RFC 5280 4.2.1.12 and the purposes seen on Lync servers.
using PurposeName = std::pair<std::string_view, std::string_view>;
constexpr PurposeName kPurposeNames[] = {
    {"1.3.6.1.5.5.7.3.1", "serverAuth"},
    {"1.3.6.1.5.5.7.3.2", "clientAuth"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning"},
    {"1.3.6.1.5.5.7.3.4", "emailProtection"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
    {"2.5.29.37.0", "anyExtendedKeyUsage"},
    {"1.3.6.1.4.1.311.10.12.1", "anyApplicationPolicy"},
    {"1.3.6.1.4.1.311.10.3.3", "Microsoft Server Gated Cryptography"},
    {"2.16.840.1.113730.4.1", "Netscape step-up"},
};

constexpr std::size_t kNamesInSentence = 3;

} // namespace

std::optional<Ruling> unreadable(const Certificate& certificate, std::string_view extension) {
    std::string error;
    if (contains(certificate.undecodable, extension))
        error = fmt::format("the extension {} cannot be decoded", extension);
    else if (contains(certificate.duplicate_extensions, extension))
        error = fmt::format("the extension {} stands more than once", extension);
    else
        return std::nullopt;
    return not_decoded(std::move(error));
}

std::optional<Ruling> unreadable_signature(const Certificate& certificate) {
    if (!certificate.signature.oid.empty() && !certificate.signature_inner.oid.empty())
        return std::nullopt;
    return not_decoded("a signature algorithm of the certificate cannot be decoded");
}

std::optional<Ruling> unreadable_key(const Certificate& certificate) {
    const auto& key = certificate.key;
    if (key.oid.empty()) return not_decoded("the algorithm of the public key cannot be decoded");
    if (key.algorithm == "RSA" && key.bits <= 0) return not_decoded("the RSA key cannot be read");
    return std::nullopt;
}

Verdict at_most_warn(Verdict decided) { return decided == Verdict::fail ? Verdict::warn : decided; }

bool contains(std::span<const TlsVersion> list, TlsVersion version) {
    return std::find(list.begin(), list.end(), version) != list.end();
}

bool contains(std::span<const std::string> list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

bool allows_any_purpose(std::span<const std::string> purposes) {
    return contains(purposes, "2.5.29.37.0") || contains(purposes, "1.3.6.1.4.1.311.10.12.1");
}

std::string purposes_text(std::span<const std::string> purposes) {
    std::vector<std::string> names;
    for (const auto& oid : purposes) {
        const auto* const known = std::ranges::find(kPurposeNames, oid, &PurposeName::first);
        names.emplace_back(known == std::end(kPurposeNames) ? oid : known->second);
    }
    return some_of(names);
}

std::vector<std::string> usable_crl_urls(const Certificate& certificate) {
    std::vector<std::string> urls;
    if (!certificate.crl_distribution_points) return urls;
    for (const auto& point : *certificate.crl_distribution_points)
        for (const auto& url : point.urls)
            if (usable_location(url)) urls.push_back(url);
    return urls;
}

std::vector<std::string> crl_locations(const Certificate& certificate) {
    std::vector<std::string> out;
    if (!certificate.crl_distribution_points) return out;
    for (const auto& point : *certificate.crl_distribution_points) {
        out.insert(out.end(), point.urls.begin(), point.urls.end());
        if (point.relative_name) out.emplace_back("a name relative to the CRL issuer");
        if (point.directory_name) out.emplace_back("a directory name");
    }
    return out;
}

std::string url_scheme(std::string_view url) {
    const auto colon = url.find(':');
    if (colon == std::string_view::npos) return {};
    return to_lower(url.substr(0, colon));
}

SignatureKind signature_kind(const Algorithm& algorithm) {
    if (algorithm.oid == kRsassaPss) return {SignatureFamily::rsa_pss, algorithm.hash};
    if (algorithm.oid == kEcdsaWithSpecified && contains(kListedHashes, algorithm.hash))
        return {SignatureFamily::ecdsa, algorithm.hash};
    for (const auto& known : kKnownSignatures)
        if (known.oid == algorithm.oid) return {known.family, std::string(known.hash)};
    return {};
}

Cover cover_of(std::string_view name, std::span<const std::string> patterns) {
    auto cover = Cover::none;
    for (const auto& pattern : patterns) {
        if (pattern.find('\0') != std::string::npos || !dns_name_matches(pattern, name)) continue;
        if (!pattern.starts_with("*.")) return Cover::exact;
        cover = Cover::wildcard;
    }
    return cover;
}

Cover cover_of(std::string_view name, const Certificate& certificate) {
    return cover_of(name, dns_names_of(certificate));
}

const std::vector<std::string>& dns_names_of(const Certificate& certificate) {
    const bool by_subject = !certificate.san || certificate.san->dns.empty();
    return by_subject ? certificate.common_names : certificate.san->dns;
}

std::optional<Ruling> beyond_limit(
    const Certificate& certificate, std::span<const std::string> missing
) {
    if (!certificate.san || certificate.san->beyond == 0) return std::nullopt;
    const auto& san = *certificate.san;
    return inconclusive(
        fmt::format(
            "{} is not among the first {} names of the certificate, and {} more were not read",
            some_of(missing), san.dns.size() + san.ip.size(), san.beyond
        ),
        "see whether the certificate has it: certutil -dump FILE lists all names"
    );
}

std::string not_of_lync(const Subject& s) {
    const auto& target = s.target();
    if (s.context.own_identity) return "our own certificate serves under no name";
    const bool lync_use = target.use != CertificateUse::other &&
                          target.use != CertificateUse::oauth_token_issuer &&
                          target.use != CertificateUse::audio_video_authentication;
    const bool lync_role =
        target.role_given && (is_lync_internal(target.role) || target.role == Role::edge ||
                              target.role == Role::reverse_proxy);
    return lync_use || lync_role ? "" : "neither role nor use says that this is Lync's certificate";
}

std::string not_rsa(const Subject& s) {
    const auto& algorithm = s.certificate().key.algorithm;
    if (algorithm == "RSA" || unreadable_key(s.certificate())) return {};
    return fmt::format(
        "the key is {}, not RSA", algorithm.empty() ? "of an unknown type" : algorithm
    );
}

const Certificate* server_certificate_of(const EndpointRow& row) {
    const auto* chain = row.main.chain.get();
    if (!chain || chain->presented.empty()) return nullptr;
    const auto& broken = chain->unreadable; // the first that can be read is then another's
    if (std::find(broken.begin(), broken.end(), 0U) != broken.end()) return nullptr;
    return chain->presented.front().get();
}

bool publicly_trusted(const Chain& chain) {
    return chain.path.anchored() && chain.path.system_anchor;
}

bool about_cut(const ClientCertificateFacts& facts) {
    constexpr std::uint32_t kLimit = 16'384;
    constexpr std::uint32_t kMargin = 512; // longer than nearly every distinguished name
    return facts.ca_names_bytes + kMargin >= kLimit && facts.ca_names_bytes <= kLimit + kMargin;
}

std::string some_of(std::span<const std::string> list) { return enumerate(list, kNamesInSentence); }

namespace {

Ruling not_decoded(std::string error) {
    auto ruling = fail(error);
    return std::move(ruling).with("error", std::move(error));
}

// A URL is usable when there is something to ask: a host, a directory name, or a path.
bool usable_location(std::string_view url) {
    if (std::any_of(url.begin(), url.end(), is_control)) return false;
    const auto scheme = url_scheme(url);
    const auto rest = url.substr(std::min(url.size(), scheme.size() + 1));
    if (scheme == "http" || scheme == "https" || scheme == "ftp")
        return rest.size() > 2 && rest.substr(0, 2) == "//" &&
               std::string_view("/\\:?# ").find(rest[2]) == std::string_view::npos;
    if (scheme == "ldap" || scheme == "ldaps" || scheme == "file")
        return rest.find_first_not_of("/\\ ") != std::string_view::npos;
    return false;
}

} // namespace

} // namespace lyncprobe::rules
