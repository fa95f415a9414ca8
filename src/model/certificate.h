// SPDX-License-Identifier: MIT
// A certificate and a presented chain as plain facts: what is written in them, not what to think of
// it. Text inside is foreign: escape it at the output (model/escape.h).
#pragma once

#include "model/time.h"
#include "model/vocabulary.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe {

// SHA-256 of the DER.
using Fingerprint = std::array<std::uint8_t, 32>;
std::string to_hex(const Fingerprint&);
std::string to_hex(std::string_view bytes);

// The purpose of a server's certificate (RFC 5280 4.2.1.12, serverAuth).
inline constexpr std::string_view kServerAuth = "1.3.6.1.5.5.7.3.1";

// PssParameters of RFC 4055 3.1; an empty or absent SEQUENCE means the SHA-1 defaults.
struct PssParameters {
    std::string hash = "SHA1", mask_hash = "SHA1";
    std::int64_t salt_length = 20;
    bool by_default = true; // nothing was written
};

// Algorithm is an AlgorithmIdentifier (RFC 5280 4.1.1.2) as it stands in the certificate.
struct Algorithm {
    std::string oid;  // dotted
    std::string name; // "sha256WithRSAEncryption"; the OID where unknown
    std::string hash; // "SHA1", "SHA256", "MD5", "SHA512-256", "SHA3-256"…; for PSS the parameter;
                      // empty where unknown or none
    std::optional<PssParameters>
        pss; // set where the algorithm is RSASSA-PSS (1.2.840.113549.1.1.10)
    bool operator==(const Algorithm& other) const { return oid == other.oid && hash == other.hash; }
};

struct PublicKey {
    std::string oid;       // SubjectPublicKeyInfo algorithm, dotted
    std::string algorithm; // "RSA", "EC", "DSA", "RSASSA-PSS", "ECDH" (id-ecDH), "Ed25519"…; the
                           // OID where unknown
    int bits = 0;          // modulus or field bits; 0 = unknown
    std::string curve;     // "P-256", "P-384", "P-521", else the OpenSSL name; empty where not EC
    std::string curve_oid;
    bool explicit_parameters = false; // EC parameters written out instead of a named curve
    Fingerprint spki_sha256 = {};
};

struct SubjectAltName {
    std::vector<std::string> dns; // raw dNSName bytes
    std::vector<std::string> ip;  // as text
    std::size_t other = 0;        // entries of other kinds, and those beyond the limit
    std::size_t beyond = 0;       // of these: DNS names and addresses beyond the limit
};

// DistributionPoint of RFC 5280 4.2.1.13.
struct DistributionPoint {
    std::vector<std::string> urls; // fullName URIs
    bool relative_name = false;    // nameRelativeToCRLIssuer
    bool directory_name = false;   // fullName that is a directoryName
};

struct TemplateInfo { // 1.3.6.1.4.1.311.21.7
    std::string oid;
    std::optional<std::int64_t> major, minor;
};

struct Certificate {
    std::string der;
    Fingerprint sha256 = {};
    std::string thumbprint; // SHA-1 of the DER as Windows shows it: 40 upper-case hex digits
    int version = 3;        // 1, 2, 3
    std::string serial;     // lower-case hex without leading zeros
    std::string subject,
        issuer; // one line, RFC 2253 order reversed to most specific first ("CN=…, O=…")
    std::string subject_der, issuer_der; // for comparing names
    std::vector<std::string> common_names;
    std::optional<Time> not_before, not_after; // absent where the field cannot be read
    PublicKey key;
    Algorithm signature;                      // outer, signatureAlgorithm
    Algorithm signature_inner;                // tbsCertificate.signature
    bool signature_algorithms_differ = false; // byte for byte, parameters included

    std::optional<SubjectAltName> san;                            // absent = no extension
    std::optional<std::vector<std::string>> eku;                  // OIDs
    std::optional<std::vector<std::string>> application_policies; // 1.3.6.1.4.1.311.21.10, OIDs
    std::optional<std::uint32_t>
        key_usage; // bit n = RFC 5280 KeyUsage bit n (0 digitalSignature … 8 decipherOnly)
    struct BasicConstraints {
        bool ca = false;
        std::optional<std::int64_t> path_length;
    };
    std::optional<BasicConstraints> basic_constraints;
    std::optional<std::vector<DistributionPoint>> crl_distribution_points; // absent = no extension
    std::vector<std::string> ocsp_urls, ca_issuer_urls; // authority information access
    std::string subject_key_id, authority_key_id;       // hex, empty where absent

    std::optional<std::string> template_v1;  // 1.3.6.1.4.1.311.20.2
    std::optional<TemplateInfo> template_v2; // 1.3.6.1.4.1.311.21.7
    bool sid_extension = false;              // 1.3.6.1.4.1.311.25.2
    std::optional<std::int64_t> ca_version;  // 1.3.6.1.4.1.311.21.1

    bool self_issued = false; // subject and issuer are the same name
    bool self_signed = false; // and its own key made the signature
    bool root_like = false;   // self-issued, and nothing shows that another key made the signature:
                              // so also where this OpenSSL cannot verify it
    // For building paths; not kept in a result file.
    std::vector<std::string> critical; // OIDs of extensions that are marked critical
    bool name_constraints = false;     // has the extension (RFC 5280 4.2.1.10)

    std::vector<std::string>
        duplicate_extensions; // OIDs that stand more than once (RFC 5280 4.2 forbids it)
    std::vector<std::string> undecodable; // extension OIDs whose content could not be decoded
    std::vector<std::string> notes;       // what else the parser noticed, in words

    // The same DER is the same certificate.
    bool operator==(const Certificate& other) const { return sha256 == other.sha256; }
};

// What people find a certificate by: "thumbprint 9F3A12BC…", the first digits of what Windows
// shows; of the SHA-256 where the thumbprint is not known, as in result files of 0.1.0.
std::string short_thumbprint(const Certificate&);

using CertificatePtr = std::shared_ptr<const Certificate>;

// PathFlaw is something on a path that RFC 5280 6.1 forbids, signatures and dates apart.
struct PathFlaw {
    enum class Kind : std::uint8_t {
        critical_extension, // unknown, or not to be decoded
        not_a_ca,           // issued a certificate, and may not
        path_length,
        server_key_usage,
        name_constraints,
        names_not_compared // no flaw for certain: this program cannot tell
    };
    Kind kind = Kind::critical_extension;
    std::size_t position = 0; // in TrustPath::path
    std::string text;         // one clause
    bool operator==(const PathFlaw&) const = default;
};
template <>
std::span<const Word<PathFlaw::Kind>> words();

// TrustPath is the best trust path for the server certificate. Dates do not count for `trust`, they
// choose among several paths.
struct TrustPath {
    enum class Trust : std::uint8_t {
        trusted,      // a path to an anchor was found, and RFC 5280 6.1 accepts it
        invalid,      // one was found, and it has flaws
        untrusted,    // none, and the operator's own anchors are configured
        unknown,      // none, but only the system's anchors were there to look in
        not_searched, // nothing to search with (no chain)
        gave_up       // a limit was reached before a path was found
    };
    Trust trust = Trust::not_searched;
    bool anchors_configured = false; // the operator's own; else only the system's
    bool system_anchor = false; // the path ends in an anchor of the system, not of the operator
    std::vector<CertificatePtr> path =
        {}; // server certificate first, anchor last; the longest partial one if none was found
    std::vector<PathFlaw> flaws = {}; // also where no anchor was found
    bool used_unpresented = false;    // an intermediate of the path was not in the presented chain
    bool used_fetched = false;        // one came from a caIssuers location
    std::string why = {}; // one clause where not trusted: "issuer CN=… is not an anchor"
    std::size_t signatures_checked = 0; // not kept in a result file
    bool anchored() const { return trust == Trust::trusted || trust == Trust::invalid; }
    bool refused() const; // by a flaw that is certain
    bool operator==(const TrustPath&) const;
};
template <>
std::span<const Word<TrustPath::Trust>> words();

// Chain is what one peer presented, in its order, and what that order says. Shared by every
// endpoint that showed it.
struct Chain {
    std::vector<CertificatePtr> presented; // the first is the server certificate
    std::vector<std::size_t>
        unreadable; // positions of presented entries that are no certificate (not in `presented`)
    bool ordered = true; // each certificate is issued by the next
    std::optional<bool>
        complete; // every issuer up to the root or an anchor is there; absent = cannot tell
    std::string missing_issuer;          // name of the first issuer that is not there
    std::vector<std::size_t> duplicates; // positions of certificates already seen before them
    bool reversed = false; // as far as it is not ordered: each certificate is issued by the one
                           // before it, from the first or from the second on
    // A CA of that name was sent, or is an anchor, with another key: it was renewed with a new one.
    bool issuer_rekeyed = false;
    std::vector<std::size_t> extra;     // positions that no path from the server certificate uses
    std::vector<std::size_t> unrelated; // of these: not even by their name an issuer of the first
    std::vector<std::size_t> roots; // positions above the server certificate of roots: root-like,
                                    // or self-issued and configured as an anchor
    bool root_included = false;     // one of them is not the server certificate again
    // Certificates that caIssuers locations gave for what is missing (--fetch), each issued by the
    // next. `completed_by_fetch`: with them the chain reaches an anchor or a self-signed root.
    std::vector<CertificatePtr> fetched;
    bool completed_by_fetch = false;
    TrustPath path;
    bool operator==(const Chain&) const; // of the certificates, not of pointers
};

using ChainPtr = std::shared_ptr<const Chain>;

// KeyInFile is what a PFX says of its private key; the key itself is not kept.
struct KeyInFile {
    enum class State : std::uint8_t {
        own,       // it belongs to a certificate of the file, which is then the first
        another,   // it belongs to none of them
        missing,   // there is none
        unreadable // there is one of a kind that this OpenSSL cannot read
    };
    State state = State::missing;
    // The Windows provider that held the key when the file was exported, as Microsoft's bag
    // attribute 1.3.6.1.4.1.311.17.1 names it; empty where the file does not say. Foreign text.
    std::string provider = {};
    bool operator==(const KeyInFile&) const = default;
};
template <>
std::span<const Word<KeyInFile::State>> words();

} // namespace lyncprobe
