// SPDX-License-Identifier: MIT
// A certificate as the deployment needs it, and what is presented in its place. Drawn up by
// plan/wanted_certificates.h, shown by report/certificates.h.
#pragma once

#include "model/certificate.h"
#include "model/vocabulary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe {

// Who may sign it: an enterprise CA of the organisation, a CA that strangers trust, or either.
enum class IssuerKind : std::uint8_t { private_ca, public_ca, either };
template <>
std::span<const Word<IssuerKind>> words();

// UseNames are the names that one use of a certificate needs.
struct UseNames {
    CertificateUse use = CertificateUse::other;
    std::vector<std::string> names;
};

struct PresentedCertificate {
    CertificatePtr certificate;         // never null
    std::vector<std::string> endpoints; // ids, in order of the result
    std::vector<std::string> lacks;     // names that it ought to cover there, and does not
};

struct WantedCertificate {
    std::string id;   // of letters that a shell takes: "fe01.contoso.com:Default"
    std::string site; // empty = not said, as `pool`
    std::string pool;
    // To which it is assigned, all with the same key; it is requested on the first.
    std::vector<std::string> servers;
    Role role = Role::other;
    std::vector<UseNames> uses;
    std::string subject;                // common name; empty = no name is known that could be one
    std::vector<std::string> names;     // subject alternative name: the subject, then the others
    std::vector<std::string> automatic; // of these, what Request-CsCertificate adds unasked
    std::vector<std::string> refused;   // wanted, and no DNS name for a certificate
    IssuerKind issuer = IssuerKind::private_ca;
    bool exportable = false; // of the key: it goes to other servers, or to a device
    // Of a result, where one was compared.
    std::vector<PresentedCertificate> presented;
    std::vector<std::string> due; // why it has to be requested now; empty = it need not
};

bool has_use(const WantedCertificate&, CertificateUse);
// Requested by Request-CsCertificate, not by certreq: the product's own servers.
bool is_of_lync(Role);

// The key that every one of them has; the algorithm is RSA.
inline constexpr int kWantedKeyBits = 2048;

} // namespace lyncprobe
