// SPDX-License-Identifier: MIT
// One function for each demand; names are compared by libcrypto.
#include "pki/path_validation.h"

#include "model/host.h"
#include "model/text/lists.h"
#include "model/text/utf8.h"
#include "pki/ossl.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/x509v3.h>

namespace lyncprobe::pki {

namespace {

using Kind = PathFlaw::Kind;
using NameConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, Deleter<&NAME_CONSTRAINTS_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Deleter<&GENERAL_NAMES_free>>;

// RFC 5280 4.2.1.3.
constexpr std::uint32_t kDigitalSignature = 1u << 0, kKeyEncipherment = 1u << 2,
                        kKeyAgreement = 1u << 4, kKeyCertSign = 1u << 5;

// Extensions that CryptoAPI or libcrypto processes; any other one refuses the certificate where it
// is critical.
constexpr std::array<std::string_view, 29> kProcessed{
    "2.5.29.9",
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.35",
    "2.5.29.36",
    "2.5.29.37",
    "2.5.29.46",
    "2.5.29.54",
    "1.3.6.1.5.5.7.1.1",       // authority information access
    "1.3.6.1.5.5.7.1.11",      // subject information access
    "1.3.6.1.5.5.7.1.24",      // TLS feature
    "1.3.6.1.5.5.7.48.1.5",    // OCSP no check
    "2.16.840.1.113730.1.1",   // Netscape certificate type
    "1.3.6.1.4.1.311.20.2",    // certificate template, version 1
    "1.3.6.1.4.1.311.21.1",    // CA version
    "1.3.6.1.4.1.311.21.2",    // previous CA certificate hash
    "1.3.6.1.4.1.311.21.7",    // certificate template
    "1.3.6.1.4.1.311.21.10",   // application policies
    "1.3.6.1.4.1.311.21.11",   // application policy mappings
    "1.3.6.1.4.1.311.21.12",   // application policy constraints
    "1.3.6.1.4.1.311.25.2",    // account SID
    "1.3.6.1.4.1.11129.2.4.2", // signed certificate timestamps
};

bool among(std::string_view text, const auto& list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// Validation collects the flaws of one path, certificate by certificate.
class Validation {
  public:
    Validation(const std::vector<CertificatePtr>& path, bool anchored)
        : path_(path), anchored_(anchored) {}

    std::vector<PathFlaw> flaws() {
        server_key_usage();
        for (std::size_t at = 0; at < path_.size(); ++at) {
            critical_extensions(at);
            if (at == 0) continue;
            may_issue(at);
            path_length(at);
            name_constraints(at);
        }
        return std::move(flaws_);
    }

  private:
    void add(Kind kind, std::size_t at, std::string text) {
        flaws_.push_back({kind, at, std::move(text)});
    }

    // RFC 5280 4.2.1.3: without one of these bits the key cannot be used in a handshake. Which
    // key agreement it is depends on the key (RFC 8422 5.3).
    void server_key_usage() {
        const auto& leaf = *path_.front();
        if (!leaf.key_usage) return;
        const auto useful = leaf.key.algorithm == "RSA" ? kDigitalSignature | kKeyEncipherment
                                                        : kDigitalSignature | kKeyAgreement;
        if ((*leaf.key_usage & useful) == 0)
            add(Kind::server_key_usage, 0,
                fmt::format(
                    "the key usage of {} allows no TLS handshake{}", leaf.subject,
                    (*leaf.key_usage & kKeyCertSign) != 0 ? " (it is that of a CA)" : ""
                ));
    }

    // RFC 5280 4.2.
    void critical_extensions(std::size_t at) {
        const auto& certificate = *path_[at];
        std::vector<std::string> unknown, broken;
        for (const auto& oid : certificate.critical)
            if (!among(oid, kProcessed))
                unknown.push_back(oid);
            else if (among(oid, certificate.undecodable))
                broken.push_back(oid);
        if (!unknown.empty())
            add(Kind::critical_extension, at,
                fmt::format(
                    "{} has a critical extension that neither Windows nor OpenSSL knows ({})",
                    certificate.subject, enumerate(unknown, 3)
                ));
        if (!broken.empty())
            add(Kind::critical_extension, at,
                fmt::format(
                    "{} has a critical extension that cannot be decoded ({})", certificate.subject,
                    enumerate(broken, 3)
                ));
    }

    // RFC 5280 4.2.1.9, 4.2.1.3. A certificate of version 1 cannot say that it is a CA; a root
    // counts as one all the same.
    void may_issue(std::size_t at) {
        const auto& issuer = *path_[at];
        const bool top = at + 1 == path_.size() && (anchored_ || issuer.root_like);
        const auto& constraints = issuer.basic_constraints;
        if (constraints ? !constraints->ca : !(top && issuer.version == 1))
            add(Kind::not_a_ca, at,
                fmt::format(
                    "{} is not a CA certificate ({})", issuer.subject,
                    constraints           ? "basicConstraints says CA:FALSE"
                    : issuer.version == 1 ? "version 1 cannot say that it is one"
                                          : "it has no basicConstraints"
                ));
        if (issuer.key_usage && (*issuer.key_usage & kKeyCertSign) == 0)
            add(Kind::not_a_ca, at,
                fmt::format(
                    "{} may not sign certificates (its key usage lacks keyCertSign)", issuer.subject
                ));
    }

    // RFC 5280 4.2.1.9: CA certificates between it and the server certificate; those that a CA
    // issued to itself do not count.
    void path_length(std::size_t at) {
        const auto& issuer = *path_[at];
        if (!issuer.basic_constraints || !issuer.basic_constraints->path_length) return;
        const auto first = path_.begin() + 1;
        const auto below =
            std::count_if(first, first + static_cast<std::ptrdiff_t>(at) - 1, [](const auto& one) {
                return !one->self_issued;
            });
        if (below > *issuer.basic_constraints->path_length)
            add(Kind::path_length, at,
                fmt::format(
                    "{} allows {} below it, and there {}", issuer.subject,
                    counted(*issuer.basic_constraints->path_length, "CA certificate"),
                    below == 1 ? "is 1" : fmt::format("are {}", below)
                ));
    }

    void name_constraints(std::size_t at);
    std::optional<PathFlaw> against(
        NAME_CONSTRAINTS& constraints, const Certificate& ca, const Certificate& below, bool leaf
    );

    const std::vector<CertificatePtr>& path_;
    bool anchored_;
    std::vector<PathFlaw> flaws_;
};

X509Ptr decoded(const Certificate& certificate) {
    const unsigned char* at = octets(certificate.der);
    X509Ptr out(d2i_X509(nullptr, &at, static_cast<long>(certificate.der.size())));
    // Fills in the names that NAME_CONSTRAINTS_check() reads.
    if (out) X509_check_purpose(out.get(), -1, 0);
    ERR_clear_error();
    return out;
}

std::string text_of(const GENERAL_NAME& name) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, &type));
    if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL && type != GEN_IPADD) return {};
    std::string bytes(
        reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
        static_cast<std::size_t>(ASN1_STRING_length(value))
    );
    if (type != GEN_IPADD) return valid_utf8(std::move(bytes));
    if (bytes.size() != 4 && bytes.size() != 16) return {};
    Address address{.v6 = bytes.size() == 16};
    std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
    return to_text(address);
}

// libcrypto does not say which name it was: each is asked about alone. Empty where it was the
// subject.
std::string name_refused(X509& certificate, NAME_CONSTRAINTS& constraints) {
    const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)
    ));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GeneralNamesPtr one(sk_GENERAL_NAME_new_null());
        const X509Ptr probe(X509_new());
        GENERAL_NAME* copy = GENERAL_NAME_dup(sk_GENERAL_NAME_value(names.get(), i));
        if (!one || !probe || !copy || sk_GENERAL_NAME_push(one.get(), copy) <= 0) break;
        X509_add1_ext_i2d(probe.get(), NID_subject_alt_name, one.get(), 0, X509V3_ADD_DEFAULT);
        X509_check_purpose(probe.get(), -1, 0);
        if (NAME_CONSTRAINTS_check(probe.get(), &constraints) != X509_V_OK) return text_of(*copy);
    }
    return {};
}

// RFC 5280 4.2.1.10, 6.1.3 (b) and (c): every certificate below but those that a CA issued to
// itself. The common name of a server certificate without DNS names counts as one.
void Validation::name_constraints(std::size_t at) {
    const auto& ca = *path_[at];
    if (!ca.name_constraints) return;
    const auto issuer = decoded(ca);
    const NameConstraintsPtr constraints(static_cast<NAME_CONSTRAINTS*>(
        issuer ? X509_get_ext_d2i(issuer.get(), NID_name_constraints, nullptr, nullptr) : nullptr
    ));
    if (!constraints)
        add(Kind::name_constraints, at,
            fmt::format("the name constraints of {} cannot be decoded", ca.subject));
    else
        for (std::size_t below = 0; below < at; ++below)
            if (below == 0 || !path_[below]->self_issued)
                if (auto flaw = against(*constraints, ca, *path_[below], below == 0)) {
                    flaw->position = below;
                    flaws_.push_back(std::move(*flaw));
                }
    ERR_clear_error();
}

std::optional<PathFlaw> Validation::against(
    NAME_CONSTRAINTS& constraints, const Certificate& ca, const Certificate& below, bool leaf
) {
    const auto certificate = decoded(below);
    if (!certificate)
        return PathFlaw{
            Kind::names_not_compared, 0,
            fmt::format("the names of {} cannot be compared with the constraints", below.subject)};
    int answer = NAME_CONSTRAINTS_check(certificate.get(), &constraints);
    std::string name;
    if (answer != X509_V_OK) {
        name = name_refused(*certificate, constraints);
    } else if (leaf && (!below.san || below.san->dns.empty())) {
        answer = NAME_CONSTRAINTS_check_CN(certificate.get(), &constraints);
        if (!below.common_names.empty()) name = below.common_names.front();
    }
    if (answer == X509_V_OK) return std::nullopt;
    if (name.empty()) name = "the subject " + below.subject;
    if (answer == X509_V_ERR_EXCLUDED_VIOLATION)
        return PathFlaw{
            Kind::name_constraints, 0,
            fmt::format("{} excludes {} by its name constraints", ca.subject, name)};
    if (answer == X509_V_ERR_PERMITTED_VIOLATION)
        return PathFlaw{
            Kind::name_constraints, 0,
            fmt::format("{} does not permit {} by its name constraints", ca.subject, name)};
    return PathFlaw{
        Kind::names_not_compared, 0,
        fmt::format(
            "{} cannot be compared here with the name constraints of {}: {}", name, ca.subject,
            X509_verify_cert_error_string(answer)
        )};
}

} // namespace

std::vector<PathFlaw> path_flaws(const std::vector<CertificatePtr>& path, bool anchored) {
    if (path.empty()) return {};
    return Validation(path, anchored).flaws();
}

} // namespace lyncprobe::pki
