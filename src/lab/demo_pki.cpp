// SPDX-License-Identifier: MIT
#include "lab/demo_pki.h"

#include "lab/keys.h"

#include <sstream>
#include <utility>

namespace lyncprobe::lab {

namespace {

// Each CA's key is called like the CA; two more keys are shared by those who have no reason for one
// of their own.
constexpr const char* kRoot = "Contoso Root CA";
constexpr const char* kIssuing = "Contoso Issuing CA 1";
constexpr const char* kPublicRoot = "Example Trust Root";
constexpr const char* kPublicIssuing = "Example Trust TLS CA 7";
constexpr const char* kIdentityKey = "identity";
constexpr const char* kPublicKey = "published servers";

Presented issued_by(const Authority& authority, const CertificateSpec& spec) {
    const Issued issued = authority.issue(spec);
    return {{issued.certificate_pem, authority.self().certificate_pem}, issued.key_pem};
}

} // namespace

void prepare_demo_keys() {
    for (const auto* name :
         {kRoot, kIssuing, kSmartCardCa, kPublicRoot, kPublicIssuing, kIdentityKey, kPublicKey, ""})
        prepare_key({}, name);
}

DemoPki::DemoPki()
    : root_(ca_spec(kRoot, "Contoso", std::nullopt)),
      issuing_(ca_spec(kIssuing, "Contoso", Names{"http://crl.contoso.example/root.crl"}), root_),
      public_root_(ca_spec(kPublicRoot, "Example Trust", std::nullopt)),
      public_issuing_(
          ca_spec(kPublicIssuing, "Example Trust", Names{"http://crl.trust.example/root.crl"}),
          public_root_
      ) {}

Presented DemoPki::internal(const CertificateSpec& spec) const { return issued_by(issuing_, spec); }

Presented DemoPki::from_public_ca(const CertificateSpec& spec) const {
    return issued_by(public_issuing_, spec);
}

std::string DemoPki::oauth(const CertificateSpec& spec) const {
    std::istringstream lines(internal(spec).chain.front());
    std::string out;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("-----")) out += line;
    return out;
}

// A server certificate, as Lync servers show each other.
Issued DemoPki::identity(Names eku) const {
    CertificateSpec spec = internal_spec("probe.contoso.example", {"probe.contoso.example"});
    spec.eku = std::move(eku);
    spec.key_name = kIdentityKey;
    return issuing_.issue(spec);
}

CertificateSpec ca_spec(std::string name, std::string organization, std::optional<Names> crls) {
    CertificateSpec spec;
    spec.key_name = name;
    spec.common_name = std::move(name);
    spec.organization = std::move(organization);
    spec.ca = true;
    spec.eku.reset();
    spec.crl_urls = std::move(crls);
    spec.ca_issuer_urls.clear();
    spec.not_before_days = -1000;
    spec.not_after_days = 2000;
    return spec;
}

CertificateSpec internal_spec(std::string name, Names names) {
    CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.dns = std::move(names);
    spec.crl_urls = Names{"http://crl.contoso.example/issuing1.crl", kLdapCrl};
    spec.ca_issuer_urls = {"http://crl.contoso.example/issuing1.crt"};
    spec.template_v1 = "WebServer";
    return spec;
}

CertificateSpec oauth_spec() { return internal_spec("contoso.example", {"contoso.example"}); }

CertificateSpec public_spec(std::string name, Names names) {
    CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.dns = std::move(names);
    spec.crl_urls = Names{"http://crl.trust.example/tls7.crl"};
    spec.ca_issuer_urls = {"http://crl.trust.example/tls7.crt"};
    spec.key_name = kPublicKey;
    return spec;
}

} // namespace lyncprobe::lab
