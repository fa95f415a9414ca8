// SPDX-License-Identifier: MIT
// What revocation lists and responders said, as plain data: one FetchedLocation for each place that
// was asked, and for each certificate what it means for it. Text inside is foreign: escape it at
// the output (model/escape.h).
#pragma once

#include "model/certificate.h"
#include "model/host.h"
#include "model/vocabulary.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// How asking one location ended. The words are part of the result file.
enum class FetchOutcome : std::uint8_t {
    ok,
    no_such_name,       // a name server answered that the host does not exist
    dns_failure,        // no name server answered: nothing is known of the host
    refused,            // the host refused the connection
    unreachable,        // no way there from here, or no connection in time
    timeout,            // connected, and not finished in time
    closed,             // the connection broke
    status,             // HTTP said no, or LDAP had nothing for us
    wrong_content,      // it answered with something else than was asked for
    limit_exceeded,     // it sent more than is accepted
    redirect_limit,     // more redirects than are followed, or one that leads nowhere
    forbidden,          // the address policy forbids the host
    unsupported,        // no http, https, ldap or ldaps location
    domain_member_only, // ldap:/// without a host: any domain controller
    skipped,            // the run's deadline came first
    interrupted,
    local_error
};
template <>
std::span<const Word<FetchOutcome>> words();

// What a location is asked for.
enum class LocationKind : std::uint8_t { crl, delta_crl, ocsp, ca_issuers, staple };
template <>
std::span<const Word<LocationKind>> words();

enum class SignatureState : std::uint8_t {
    good,
    not_allowed, // good, and the key usage of its signer has no cRLSign (RFC 5280 6.3.3 f)
    bad,
    unverifiable, // an algorithm that this OpenSSL does not have
    no_issuer     // no certificate with the signer's name is known
};
template <>
std::span<const Word<SignatureState>> words();

// CrlFacts is a revocation list (RFC 5280 5) without its entries.
struct CrlFacts {
    std::string issuer, issuer_der;
    Algorithm algorithm; // of the signature
    SignatureState signature = SignatureState::no_issuer;
    std::optional<Time> this_update, next_update;
    std::optional<Time> next_publish;       // Microsoft's Next CRL Publish, 1.3.6.1.4.1.311.21.4
    std::string authority_key_id;           // of the signer's key, hex; empty where not given
    std::string number;                     // hex; empty where there is none
    std::optional<std::string> base_number; // hex; set where this is a delta CRL
    std::size_t entries = 0;
    std::vector<std::string> delta_urls; // of the Freshest CRL extension
    // Of the issuing distribution point (RFC 5280 5.2.5).
    std::vector<std::string> scope_urls;
    bool only_servers = false, only_authorities = false, only_attributes = false;
    bool some_reasons = false, indirect = false;
    std::string unknown_critical; // OID of a critical extension that is not understood
    bool operator==(const CrlFacts&) const = default;
};

// OcspFacts is a responder's answer (RFC 6960) about one certificate.
struct OcspFacts {
    SignatureState signature = SignatureState::no_issuer;
    std::string signature_text; // why it is not good
    std::optional<Time> produced_at, this_update, next_update;
    bool operator==(const OcspFacts&) const = default;
};

struct FetchedLocation {
    LocationKind kind = LocationKind::crl;
    std::string url; // as it is written in the certificate or the CRL; empty for a staple
    FetchOutcome outcome = FetchOutcome::interrupted;
    std::string detail; // one sentence where not ok
    std::optional<Address> address;
    std::size_t bytes = 0;
    double milliseconds = 0;
    std::optional<CrlFacts> crl;
    std::optional<OcspFacts> ocsp;
    std::size_t certificates = 0; // found at a caIssuers location
    bool operator==(const FetchedLocation&) const = default;
};

using LocationPtr = std::shared_ptr<const FetchedLocation>;

// StatusSaid is what one location says about one certificate, whether or not it may be believed.
struct StatusSaid {
    LocationPtr location;
    enum class Status : std::uint8_t { good, revoked, removed, unknown } status = Status::unknown;
    std::optional<Time> revoked_at;
    std::string reason; // of RFC 5280 5.3.1, "keyCompromise"; empty where none is given
    SignatureState signature = SignatureState::no_issuer; // by this certificate's own issuer
    std::string unfit; // one clause where it cannot speak for this certificate
};
template <>
std::span<const Word<StatusSaid::Status>> words();

// CertificateStatus is everything that was learnt about one certificate.
struct CertificateStatus {
    bool fetched = false; // its locations were asked (--fetch); else there is only a staple
    std::vector<StatusSaid> said;
};

// By certificate. A staple belongs to the endpoint that sent it and is not in a shared map.
using StatusMap = std::map<Fingerprint, CertificateStatus>;

} // namespace lyncprobe
