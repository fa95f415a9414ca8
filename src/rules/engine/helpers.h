// SPDX-License-Identifier: MIT
// What several rules need: object identifiers, reading of signatures,
// purposes and CRL locations.
#pragma once

#include "rules/engine/rule.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

// Extensions (RFC 5280 4.2.1; Microsoft's are in MS-WCCE 2.2.2.7).
inline constexpr std::string_view kSubjectAltName = "2.5.29.17";
inline constexpr std::string_view kCrlDistributionPoints = "2.5.29.31";
inline constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
inline constexpr std::string_view kTemplateNameV1 = "1.3.6.1.4.1.311.20.2";
inline constexpr std::string_view kTemplateV2 = "1.3.6.1.4.1.311.21.7";
inline constexpr std::string_view kApplicationPolicies = "1.3.6.1.4.1.311.21.10";
// Purposes (RFC 5280 4.2.1.12); that of servers is model/certificate.h's.
inline constexpr std::string_view kClientAuth = "1.3.6.1.5.5.7.3.2";
// RFC 4055 1.2; both the signature and the key type.
inline constexpr std::string_view kRsassaPss = "1.2.840.113549.1.1.10";

// A failed ruling with evidence.error where the extension is present and cannot be relied on: its
// content cannot be decoded, or it is there more than once (RFC 5280 4.2).
std::optional<Ruling> unreadable(const Certificate&, std::string_view extension);
// The same where a signature algorithm, inner or outer, cannot be decoded.
std::optional<Ruling> unreadable_signature(const Certificate&);
// The same where the key's algorithm or, for RSA, its modulus cannot be decoded.
std::optional<Ruling> unreadable_key(const Certificate&);

// What settles a ruling that only wants to know what the server is.
inline constexpr const char* kGiveRole =
    "give the role of the server: --role, or role: in the target list";

inline constexpr const char* kGiveBothRoots =
    "give the roots of both in trust: ca_files of the target list, or with --ca-file";

inline constexpr const char* kAskLonger = "run it again with a longer --timeout";

// For what is a hint or a recommendation, whatever the policy says.
Verdict at_most_warn(Verdict);

bool contains(std::span<const std::string> list, std::string_view text);
bool contains(std::span<const TlsVersion> list, TlsVersion version);
// Is "any purpose" among them: anyExtendedKeyUsage or Microsoft's any-application-policy?
bool allows_any_purpose(std::span<const std::string> purposes);
// "serverAuth, 1.2.3.4": the names administrators know, OIDs where there is none.
std::string purposes_text(std::span<const std::string> purposes);

// Locations from which a CRL can be fetched: http, https, ldap, ldaps, ftp, file, each with
// something behind it.
std::vector<std::string> usable_crl_urls(const Certificate&);
// Everything the distribution points say, usable or not, for the evidence.
std::vector<std::string> crl_locations(const Certificate&);
// In lower case; empty where the text has none.
std::string url_scheme(std::string_view url);

enum class SignatureFamily { rsa, rsa_pss, ecdsa, dsa, other };

// SignatureKind is what a signature algorithm consists of, by its OID.
struct SignatureKind {
    SignatureFamily family = SignatureFamily::other;
    std::string hash; // "SHA1", "SHA256", "SHA512-224"…; empty where the algorithm is none we know
};
SignatureKind signature_kind(const Algorithm&);

// Cover is how a certificate covers one name.
enum class Cover { none, wildcard, exact };

// Among the names of a SAN or a common name; a name with a NUL in it covers nothing.
Cover cover_of(std::string_view name, std::span<const std::string> patterns);
// By the SAN, or by the common name where it has no DNS name (RFC 6125 6.4.4).
Cover cover_of(std::string_view name, const Certificate&);

// The names that count: those of the SAN, or the common names where it has no DNS name.
const std::vector<std::string>& dns_names_of(const Certificate&);
// Inconclusive where the certificate has more names than limits::kNames, since what was not read is
// not absent; else nothing.
std::optional<Ruling> beyond_limit(const Certificate&, std::span<const std::string> missing);

// The reason why a rule about the names of Lync's own certificates does not apply; empty where the
// role or the use says that this is one. For Rule::applies.
std::string not_of_lync(const Subject&);

// The reason why rules about RSA keys do not apply; empty for an RSA key and for one that cannot be
// read. For Rule::applies.
std::string not_rsa(const Subject&);

// The server certificate that an endpoint presented; null where there is none, or none that can be
// read.
const Certificate* server_certificate_of(const EndpointRow&);

// A path to an anchor was found although only the system's anchors were there: a public CA issued
// it.
bool publicly_trusted(const Chain&);

// Schannel cuts the list at 16,384 bytes (Microsoft KB 2464556 and 2801679): is it about as long?
// The last name that does not fit is left out, so that a cut list is a little shorter.
bool about_cut(const ClientCertificateFacts&);

inline constexpr std::size_t kNamesInEvidence = 50; // a SAN may hold thousands

// "a, b, c and 4 more"
std::string some_of(std::span<const std::string> list);

} // namespace lyncprobe::rules
