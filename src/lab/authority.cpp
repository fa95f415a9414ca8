// SPDX-License-Identifier: MIT
// A CA of the lab: turns a CertificateSpec into a certificate like AD CS or a public CA would issue
// it, flaws included.
#include "lab/handles.h"
#include "lab/keys.h"
#include "lab/lab.h"

#include <utility>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace lyncprobe::lab {

namespace {

// Signer is whoever signs the next certificate: its certificate and key, both borrowed.
struct Signer {
    X509* certificate = nullptr; // null = the certificate signs itself
    EVP_PKEY* key = nullptr;
};

constexpr long kSecondsOfDay = 86'400;
// Microsoft, [MS-WCCE] 2.2.2.7.7.1 and 2.2.2.7.7.2: name of a version 1 template; template OID with
// versions.
constexpr const char* kTemplateName = "1.3.6.1.4.1.311.20.2";
constexpr const char* kTemplateInfo = "1.3.6.1.4.1.311.21.7";

std::string key_name(const CertificateSpec& spec, bool ca) {
    if (!spec.key_name.empty()) return spec.key_name;
    return ca ? "CA " + spec.common_name : std::string();
}

// 127 random bits: positive, and never longer than the 20 octets of RFC 5280 4.1.2.2.
void set_serial(X509* x) {
    unsigned char bytes[16];
    must(RAND_bytes(bytes, sizeof bytes));
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
    BIGNUM* number = must(BN_bin2bn(bytes, sizeof bytes, nullptr));
    const bool stored = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != nullptr;
    BN_free(number);
    must(stored ? 1 : 0);
}

void set_validity(X509* x, const CertificateSpec& spec) {
    must(X509_gmtime_adj(X509_getm_notBefore(x), spec.not_before_days * kSecondsOfDay));
    must(X509_gmtime_adj(X509_getm_notAfter(x), spec.not_after_days * kSecondsOfDay));
}

void set_subject(X509* x, const CertificateSpec& spec) {
    X509_NAME* name = X509_get_subject_name(x);
    const auto add = [name](const char* field, const std::string& value) {
        if (value.empty()) return;
        must(X509_NAME_add_entry_by_txt(
            name, field, MBSTRING_UTF8, pki::octets(value), static_cast<int>(value.size()), -1, 0
        ));
    };
    add("O", spec.organization);
    add("CN", spec.common_name);
}

// The WebServer template of AD CS: digitalSignature and keyEncipherment, critical, no
// basicConstraints.
void add_usage(X509* x, const CertificateSpec& spec, bool ca) {
    std::uint8_t bits = 0x80; // digitalSignature
    if (ca)
        bits |= 0x06; // keyCertSign, cRLSign
    else if (spec.key.kind == KeySpec::Kind::rsa)
        bits |= 0x20; // keyEncipherment
    else if (spec.key.kind == KeySpec::Kind::ec)
        bits |= 0x08; // keyAgreement
    ASN1_BIT_STRING* usage = must(ASN1_BIT_STRING_new());
    const std::unique_ptr<ASN1_BIT_STRING, Deleter<&ASN1_BIT_STRING_free>> owned(usage);
    must(ASN1_BIT_STRING_set(usage, &bits, 1));
    must(X509_add1_ext_i2d(x, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT));
    if (!ca) return;
    BASIC_CONSTRAINTS constraints{};
    constraints.ca = 1;
    must(X509_add1_ext_i2d(x, NID_basic_constraints, &constraints, 1, X509V3_ADD_DEFAULT));
}

// RFC 5280 4.2.1.2, method 1: SHA-1 of the public key.
void add_key_ids(X509* x, X509* issuer) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    must(X509_pubkey_digest(x, EVP_sha1(), digest, &size));
    const OctetsPtr subject_id(must(ASN1_OCTET_STRING_new()));
    must(ASN1_OCTET_STRING_set(subject_id.get(), digest, static_cast<int>(size)));
    must(X509_add1_ext_i2d(x, NID_subject_key_identifier, subject_id.get(), 0, X509V3_ADD_DEFAULT));

    must(X509_pubkey_digest(issuer, EVP_sha1(), digest, &size));
    const std::unique_ptr<AUTHORITY_KEYID, Deleter<&AUTHORITY_KEYID_free>> authority(
        must(AUTHORITY_KEYID_new())
    );
    // The key id alone is what path building goes by (RFC 5280 4.2.1.1).
    authority->keyid = must(ASN1_OCTET_STRING_new());
    must(ASN1_OCTET_STRING_set(authority->keyid, digest, static_cast<int>(size)));
    must(X509_add1_ext_i2d(x, NID_authority_key_identifier, authority.get(), 0, X509V3_ADD_DEFAULT)
    );
}

GENERAL_NAME* text_name(int type, const std::string& text) {
    GENERAL_NAME* name = must(GENERAL_NAME_new());
    ASN1_IA5STRING* value = must(ASN1_IA5STRING_new());
    must(ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())));
    GENERAL_NAME_set0_value(name, type, value);
    return name;
}

GENERAL_NAME* address_name(const std::string& text) {
    GENERAL_NAME* name = must(GENERAL_NAME_new());
    GENERAL_NAME_set0_value(name, GEN_IPADD, must(a2i_IPADDRESS(text.c_str())));
    return name;
}

void add_names(X509* x, const CertificateSpec& spec) {
    if (spec.dns.empty() && spec.ip.empty()) return;
    const std::unique_ptr<GENERAL_NAMES, Deleter<&GENERAL_NAMES_free>> names(must(GENERAL_NAMES_new(
    )));
    for (const auto& name : spec.dns)
        must(sk_GENERAL_NAME_push(names.get(), text_name(GEN_DNS, name)));
    for (const auto& address : spec.ip)
        must(sk_GENERAL_NAME_push(names.get(), address_name(address)));
    must(X509_add1_ext_i2d(x, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT));
}

void add_extended_key_usage(X509* x, const std::vector<std::string>& oids) {
    const std::unique_ptr<EXTENDED_KEY_USAGE, Deleter<&EXTENDED_KEY_USAGE_free>> usages(
        must(EXTENDED_KEY_USAGE_new())
    );
    for (const auto& oid : oids)
        must(sk_ASN1_OBJECT_push(usages.get(), must(OBJ_txt2obj(oid.c_str(), 1))));
    must(X509_add1_ext_i2d(x, NID_ext_key_usage, usages.get(), 0, X509V3_ADD_DEFAULT));
}

// One distribution point with every location in it, as AD CS writes it.
void add_crl_distribution_points(X509* x, const std::vector<std::string>& urls) {
    const std::unique_ptr<CRL_DIST_POINTS, Deleter<&CRL_DIST_POINTS_free>> points(
        must(CRL_DIST_POINTS_new())
    );
    if (!urls.empty()) {
        DIST_POINT* point = must(DIST_POINT_new());
        must(sk_DIST_POINT_push(points.get(), point));
        point->distpoint = must(DIST_POINT_NAME_new());
        point->distpoint->type = 0; // fullName
        point->distpoint->name.fullname = must(GENERAL_NAMES_new());
        for (const auto& url : urls)
            must(sk_GENERAL_NAME_push(point->distpoint->name.fullname, text_name(GEN_URI, url)));
    }
    must(X509_add1_ext_i2d(x, NID_crl_distribution_points, points.get(), 0, X509V3_ADD_DEFAULT));
}

void add_authority_access(X509* x, const CertificateSpec& spec) {
    const std::unique_ptr<AUTHORITY_INFO_ACCESS, Deleter<&AUTHORITY_INFO_ACCESS_free>> access(
        must(AUTHORITY_INFO_ACCESS_new())
    );
    const auto add = [&access](int method, const std::string& url) {
        ACCESS_DESCRIPTION* entry = must(ACCESS_DESCRIPTION_new());
        must(sk_ACCESS_DESCRIPTION_push(access.get(), entry));
        entry->method = OBJ_nid2obj(method);
        // ACCESS_DESCRIPTION_new makes an empty one.
        GENERAL_NAME_free(entry->location);
        entry->location = text_name(GEN_URI, url);
    };
    for (const auto& url : spec.ocsp_urls)
        add(NID_ad_OCSP, url);
    for (const auto& url : spec.ca_issuer_urls)
        add(NID_ad_ca_issuers, url);
    must(X509_add1_ext_i2d(x, NID_info_access, access.get(), 0, X509V3_ADD_DEFAULT));
}

std::string der_element(std::uint8_t tag, const std::string& content) {
    // Short form of the length only: template names and OIDs stay below 128 bytes.
    must(content.size() < 128 ? 1 : 0);
    return std::string{static_cast<char>(tag), static_cast<char>(content.size())} + content;
}

void add_raw(X509* x, const char* oid, const std::string& der) {
    const ObjectPtr object(must(OBJ_txt2obj(oid, 1)));
    const OctetsPtr value(must(ASN1_OCTET_STRING_new()));
    must(ASN1_OCTET_STRING_set(value.get(), pki::octets(der), static_cast<int>(der.size())));
    const ExtensionPtr extension(
        must(X509_EXTENSION_create_by_OBJ(nullptr, object.get(), 0, value.get()))
    );
    must(X509_add_ext(x, extension.get(), -1));
}

void add_microsoft_template(X509* x, const CertificateSpec& spec) {
    if (!spec.template_v1.empty()) {
        std::string utf16; // BMPString; template names are ASCII
        for (const char letter : spec.template_v1)
            utf16 += {'\0', letter};
        add_raw(x, kTemplateName, der_element(V_ASN1_BMPSTRING, utf16));
    }
    if (!spec.template_v2.empty()) {
        const ObjectPtr oid(must(OBJ_txt2obj(spec.template_v2.c_str(), 1)));
        const std::string major = der_element(V_ASN1_INTEGER, std::string(1, '\x64'));
        const std::string minor = der_element(V_ASN1_INTEGER, std::string(1, '\x04'));
        const std::string content = pki::to_der(&i2d_ASN1_OBJECT, oid.get()) + major + minor;
        add_raw(x, kTemplateInfo, der_element(V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, content));
    }
}

void sign(X509* x, const CertificateSpec& spec, EVP_PKEY* key) {
    const EvpMdCtxPtr context(must(EVP_MD_CTX_new()));
    EVP_PKEY_CTX* options = nullptr; // owned by context
    // EdDSA hashes by itself.
    const char* digest = EVP_PKEY_is_a(key, "ED25519") != 0 ? nullptr : spec.digest.c_str();
    must(EVP_DigestSignInit_ex(context.get(), &options, digest, nullptr, nullptr, key, nullptr));
    if (spec.pss_signature) {
        must(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING));
        // A salt as long as the digest, the usual length (RFC 8017 9.1).
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST));
    }
    must(X509_sign_ctx(x, context.get()));
}

Issued make_certificate(const CertificateSpec& spec, bool ca, const Signer& signer) {
    EVP_PKEY* key = cached_key(spec.key, key_name(spec, ca));
    const X509Ptr certificate(must(X509_new()));
    X509* x = certificate.get();
    must(X509_set_version(x, X509_VERSION_3));
    set_serial(x);
    set_validity(x, spec);
    set_subject(x, spec);
    X509* issuer = signer.certificate != nullptr ? signer.certificate : x;
    must(X509_set_issuer_name(x, X509_get_subject_name(issuer)));
    must(X509_set_pubkey(x, key));
    add_usage(x, spec, ca);
    add_key_ids(x, issuer);
    add_names(x, spec);
    if (spec.eku) add_extended_key_usage(x, *spec.eku);
    if (spec.crl_urls) add_crl_distribution_points(x, *spec.crl_urls);
    if (!spec.ca_issuer_urls.empty() || !spec.ocsp_urls.empty()) add_authority_access(x, spec);
    add_microsoft_template(x, spec);
    sign(x, spec, signer.key != nullptr ? signer.key : key);

    const BioPtr pem(must(BIO_new(BIO_s_mem())));
    must(PEM_write_bio_X509(pem.get(), x));
    // A random modulus has no private key that could be written.
    const bool whole = spec.key.kind != KeySpec::Kind::rsa_public;
    return {
        contents(pem.get()), whole ? private_key_pem(key) : std::string(),
        pki::to_der(&i2d_X509, x)};
}

} // namespace

// Impl is the CA's certificate in two forms, and its key, which the process-wide cache owns.
struct Authority::Impl {
    Issued self;
    X509Ptr certificate;
    EVP_PKEY* key = nullptr;

    Impl(const CertificateSpec& spec, const Signer& signer)
        : self(make_certificate(spec, true, signer)),
          certificate(certificate_from_pem(self.certificate_pem)),
          key(cached_key(spec.key, key_name(spec, true))) {}
};

Authority::Authority(const CertificateSpec& root) : impl_(std::make_unique<Impl>(root, Signer{})) {}

Authority::Authority(const CertificateSpec& intermediate, const Authority& issuer)
    : impl_(std::make_unique<Impl>(
          intermediate, Signer{issuer.impl_->certificate.get(), issuer.impl_->key}
      )) {}

Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;

const Issued& Authority::self() const { return impl_->self; }

Issued Authority::issue(const CertificateSpec& spec) const {
    // The authority is left out: a certificate of its own root.
    if (spec.self_signed) return make_certificate(spec, spec.ca, {});
    return make_certificate(spec, spec.ca, {impl_->certificate.get(), impl_->key});
}

} // namespace lyncprobe::lab
