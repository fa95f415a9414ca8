// SPDX-License-Identifier: MIT
#include "support/revocation_list.h"

#include "lab/handles.h"

#include <ctime>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace lyncprobe::lab {

namespace {

using CrlPtr = std::unique_ptr<X509_CRL, Deleter<&X509_CRL_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, Deleter<&ASN1_TIME_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Deleter<&ASN1_INTEGER_free>>;

// MS-WCCE 2.2.2.7: szOID_CRL_NEXT_PUBLISH.
constexpr const char* kNextPublish = "1.3.6.1.4.1.311.21.4";

TimePtr days_from_now(int days) {
    return TimePtr(must(ASN1_TIME_adj(nullptr, std::time(nullptr), days, 0)));
}

IntegerPtr integer(long value) {
    IntegerPtr out(must(ASN1_INTEGER_new()));
    must(ASN1_INTEGER_set(out.get(), value));
    return out;
}

void add_text_extension(X509_CRL* crl, int nid, const std::string& value) {
    const ExtensionPtr extension(must(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str())));
    must(X509_CRL_add_ext(crl, extension.get(), -1));
}

void add_next_publish(X509_CRL* crl, int days) {
    const auto time = days_from_now(days);
    // OpenSSL knows this extension of Microsoft by number only.
    const auto der = pki::to_der(&i2d_ASN1_TIME, time.get());
    const OctetsPtr octets(must(ASN1_OCTET_STRING_new()));
    must(ASN1_OCTET_STRING_set(octets.get(), pki::octets(der), static_cast<int>(der.size())));
    const ObjectPtr oid(must(OBJ_txt2obj(kNextPublish, 1)));
    const ExtensionPtr extension(
        must(X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), 0, octets.get()))
    );
    must(X509_CRL_add_ext(crl, extension.get(), -1));
}

int reason_code(std::string_view reason) {
    if (reason == "keyCompromise") return CRL_REASON_KEY_COMPROMISE;
    if (reason == "certificateHold") return CRL_REASON_CERTIFICATE_HOLD;
    if (reason == "removeFromCRL") return CRL_REASON_REMOVE_FROM_CRL;
    // Another word is a slip in the lab itself.
    must(reason == "superseded" ? 1 : 0);
    return CRL_REASON_SUPERSEDED;
}

void add_entry(X509_CRL* crl, ASN1_INTEGER* serial, const std::string& reason) {
    X509_REVOKED* entry = must(X509_REVOKED_new());
    const auto when = days_from_now(-1);
    must(X509_REVOKED_set_serialNumber(entry, serial));
    must(X509_REVOKED_set_revocationDate(entry, when.get()));
    if (!reason.empty()) {
        const std::unique_ptr<ASN1_ENUMERATED, Deleter<&ASN1_ENUMERATED_free>> code(
            must(ASN1_ENUMERATED_new())
        );
        must(ASN1_ENUMERATED_set(code.get(), reason_code(reason)));
        must(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code.get(), 0, X509V3_ADD_DEFAULT));
    }
    must(X509_CRL_add0_revoked(crl, entry));
}

void sign(X509_CRL* crl, const CrlSpec& spec, EVP_PKEY* key) {
    const EvpMdCtxPtr context(must(EVP_MD_CTX_new()));
    EVP_PKEY_CTX* options = nullptr; // owned by context
    must(EVP_DigestSignInit_ex(
        context.get(), &options, spec.digest.c_str(), nullptr, nullptr, key, nullptr
    ));
    if (spec.pss_signature) {
        must(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING));
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST));
    }
    must(X509_CRL_sign_ctx(crl, context.get()));
}

} // namespace

std::string make_crl(const Issued& authority, const CrlSpec& spec) {
    const auto issuer = certificate_from_pem(authority.certificate_pem);
    const auto key_bio = pki::memory_bio(authority.key_pem);
    const EvpPkeyPtr key(must(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr)));
    const CrlPtr crl(must(X509_CRL_new()));
    must(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2));
    must(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.get())));
    must(X509_CRL_set1_lastUpdate(crl.get(), days_from_now(spec.this_update_days).get()));
    if (spec.next_update_days)
        must(X509_CRL_set1_nextUpdate(crl.get(), days_from_now(*spec.next_update_days).get()));
    must(X509_CRL_add1_ext_i2d(
        crl.get(), NID_crl_number, integer(spec.number).get(), 0, X509V3_ADD_DEFAULT
    ));
    // RFC 5280 5.2.4: critical, so that a reader who knows no deltas does not take it for the
    // whole.
    if (spec.base_number)
        must(X509_CRL_add1_ext_i2d(
            crl.get(), NID_delta_crl, integer(*spec.base_number).get(), 1, X509V3_ADD_DEFAULT
        ));
    for (const auto& url : spec.delta_urls)
        add_text_extension(crl.get(), NID_freshest_crl, "URI:" + url);
    if (!spec.scope_url.empty())
        add_text_extension(
            crl.get(), NID_issuing_distribution_point, "critical,fullname:URI:" + spec.scope_url
        );
    if (spec.next_publish_days) add_next_publish(crl.get(), *spec.next_publish_days);
    for (const auto& revoked : spec.revoked)
        add_entry(
            crl.get(), X509_get_serialNumber(certificate_from_pem(revoked.certificate_pem).get()),
            revoked.reason
        );
    // Entries of certificates that were never issued, to make the list long.
    for (std::size_t i = 1; i <= spec.strangers; ++i)
        add_entry(crl.get(), integer(static_cast<long>(i)).get(), {});
    sign(crl.get(), spec, key.get());
    return pki::to_der(&i2d_X509_CRL, crl.get());
}

} // namespace lyncprobe::lab
