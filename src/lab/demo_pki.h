// SPDX-License-Identifier: MIT
// The PKI of the demonstration: Contoso's own CA and a public one, and what they issue.
#pragma once

#include "lab/lab.h"

#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::lab {

using Names = std::vector<std::string>;

// Presented is a chain as a server sends it, with the key of its first certificate.
struct Presented {
    std::vector<std::string> chain;
    std::string key;
};

inline constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
inline constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";
inline constexpr const char* kSmartCardLogon = "1.3.6.1.4.1.311.20.2.2";
inline constexpr const char* kSmartCardCa = "Contoso Smart Card CA"; // and its key
inline constexpr const char* kLdapCrl =
    "ldap:///"
    "CN=Contoso%20Issuing%20CA%201,CN=CDP,CN=Public%20Key%20Services,CN=Services,CN=Configuration,"
    "DC=contoso,DC=example?certificateRevocationList?base";

CertificateSpec ca_spec(std::string name, std::string organization, std::optional<Names> crls);
CertificateSpec internal_spec(std::string name, Names names);
CertificateSpec oauth_spec();
CertificateSpec public_spec(std::string name, Names names);

// Starts making every key of the demonstration at once: they are nearly all that a start costs.
void prepare_demo_keys();

// A PFX with the empty password. Without `with_key` the certificates alone; `provider`: the Windows
// provider from which the key was exported, empty = the file does not say.
std::string pfx_of(const Presented&, bool with_key, const std::string& provider = {});

// DemoPki is both hierarchies, each a root and an issuing CA.
class DemoPki {
  public:
    DemoPki();
    Presented internal(const CertificateSpec&) const;
    Presented from_public_ca(const CertificateSpec&) const;
    // The certificate of the OAuth tokens as the metadata document has it: base64 of its DER.
    std::string oauth(const CertificateSpec&) const;
    Issued identity(Names eku) const; // with which the scan shows up
    const Authority& root() const { return root_; }
    const Authority& issuing() const { return issuing_; }
    const Authority& public_root() const { return public_root_; }

  private:
    Authority root_, issuing_, public_root_, public_issuing_;
};

} // namespace lyncprobe::lab
