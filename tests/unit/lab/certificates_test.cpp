// SPDX-License-Identifier: MIT
// The lab's certificates say what their specification says; read back through OpenSSL.
#include "lab/handles.h"
#include "lab/lab.h"

#include <cstdio>
#include <memory>
#include <set>

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

using namespace lyncprobe;
using namespace lyncprobe::lab;

namespace {

// What `openssl x509 -text` shows.
std::string text_of(const Issued& issued) {
    const X509Ptr certificate = certificate_from_pem(issued.certificate_pem);
    const BioPtr memory(BIO_new(BIO_s_mem()));
    X509_print_ex(memory.get(), certificate.get(), XN_FLAG_RFC2253, 0);
    return contents(memory.get());
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

const Authority& root() {
    static const Authority authority(
        {.common_name = "Root", .eku = std::nullopt, .crl_urls = std::nullopt}
    );
    return authority;
}
const Authority& issuing() {
    static const Authority authority({.common_name = "Issuing", .eku = std::nullopt}, root());
    return authority;
}

// Chain building by OpenSSL itself, at security level 0.
int verify(const Issued& leaf, std::time_t at = 0) {
    const X509Ptr certificate = certificate_from_pem(leaf.certificate_pem);
    const X509Ptr middle = certificate_from_pem(issuing().self().certificate_pem);
    const X509Ptr top = certificate_from_pem(root().self().certificate_pem);
    const pki::X509StorePtr store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), top.get());
    const pki::X509StoreCtxPtr context(X509_STORE_CTX_new());
    STACK_OF(X509)* untrusted = sk_X509_new_null();
    sk_X509_push(untrusted, middle.get());
    X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), untrusted);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    if (at != 0) X509_STORE_CTX_set_time(context.get(), 0, at);
    X509_verify_cert(context.get());
    const int error = X509_STORE_CTX_get_error(context.get());
    sk_X509_free(untrusted);
    return error;
}

} // namespace

TEST_CASE("a certificate without wishes is a good Lync certificate") {
    const Issued issued =
        issuing().issue({.common_name = "fe01.contoso.example", .dns = {"fe01.contoso.example"}});
    const std::string text = text_of(issued);
    CHECK(has(text, "Version: 3"));
    CHECK(has(text, "Signature Algorithm: sha256WithRSAEncryption"));
    CHECK(has(text, "Issuer: CN=Issuing,O=Contoso"));
    CHECK(has(text, "Subject: CN=fe01.contoso.example,O=Contoso"));
    CHECK(has(text, "Public-Key: (2048 bit)"));
    CHECK(has(
        text, "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n"
    ));
    CHECK(has(text, "TLS Web Server Authentication"));
    CHECK(has(text, "URI:http://crl.contoso.example/ca.crl"));
    CHECK(has(text, "CA Issuers - URI:http://crl.contoso.example/ca.crt"));
    CHECK(has(text, "DNS:fe01.contoso.example"));
    CHECK_FALSE(has(text, "Basic Constraints"));
    CHECK_FALSE(has(text, "1.3.6.1.4.1.311"));
    CHECK(verify(issued) == X509_V_OK);
}

TEST_CASE("the DER of a certificate is the one of its PEM, and its key belongs to it") {
    const Issued issued = issuing().issue({.common_name = "a"});
    const X509Ptr certificate = certificate_from_pem(issued.certificate_pem);
    CHECK(pki::to_der(&i2d_X509, certificate.get()) == issued.certificate_der);
    const BioPtr memory = pki::memory_bio(issued.key_pem);
    const EvpPkeyPtr key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
    REQUIRE(key);
    CHECK(X509_check_private_key(certificate.get(), key.get()) == 1);
}

TEST_CASE("every CA has a key of its own, and key identifiers link the chain") {
    const X509Ptr leaf =
        certificate_from_pem(issuing().issue({.common_name = "a"}).certificate_pem);
    const X509Ptr middle = certificate_from_pem(issuing().self().certificate_pem);
    const X509Ptr top = certificate_from_pem(root().self().certificate_pem);
    CHECK(X509_check_issued(middle.get(), leaf.get()) == X509_V_OK);
    CHECK(
        ASN1_OCTET_STRING_cmp(
            X509_get0_authority_key_id(leaf.get()), X509_get0_subject_key_id(middle.get())
        ) == 0
    );
    CHECK(
        ASN1_OCTET_STRING_cmp(
            X509_get0_authority_key_id(middle.get()), X509_get0_subject_key_id(top.get())
        ) == 0
    );
    CHECK(EVP_PKEY_eq(X509_get0_pubkey(middle.get()), X509_get0_pubkey(top.get())) != 1);
    CHECK(X509_check_ca(middle.get()) == 1);
    CHECK(X509_check_ca(leaf.get()) == 0);
}

TEST_CASE("serial numbers differ") {
    std::set<std::string> ders;
    for (int i = 0; i < 8; ++i)
        ders.insert(issuing().issue({.common_name = "a"}).certificate_der);
    CHECK(ders.size() == 8);
}

TEST_CASE("every kind of key can be asked for") {
    const auto key_text = [](const KeySpec& key) {
        return text_of(issuing().issue({.common_name = "k", .key = key}));
    };
    CHECK(has(key_text({.bits = 1024}), "Public-Key: (1024 bit)"));
    CHECK(has(key_text({.bits = 1536}), "Public-Key: (1536 bit)"));
    CHECK(has(key_text({.bits = 512}), "Public-Key: (512 bit)"));
    CHECK(has(key_text({.kind = KeySpec::Kind::rsa_pss}), "Public Key Algorithm: rsassaPss"));
    CHECK(has(key_text({.kind = KeySpec::Kind::ec, .curve = "P-384"}), "NIST CURVE: P-384"));
    CHECK(has(key_text({.kind = KeySpec::Kind::ec, .curve = "secp256k1"}), "ASN1 OID: secp256k1"));
    CHECK(
        has(key_text({.kind = KeySpec::Kind::ec, .curve = "brainpoolP256r1"}),
            "ASN1 OID: brainpoolP256r1")
    );
    CHECK(
        has(key_text({.kind = KeySpec::Kind::ec, .explicit_parameters = true}),
            "Field Type: prime-field")
    );
    CHECK(has(
        key_text({.kind = KeySpec::Kind::dsa, .bits = 1024}), "Public Key Algorithm: dsaEncryption"
    ));
    CHECK(has(key_text({.kind = KeySpec::Kind::ed25519}), "Public Key Algorithm: ED25519"));
}

TEST_CASE("the digest and the padding of the signature can be chosen") {
    const auto signature = [](CertificateSpec spec) {
        spec.common_name = "s";
        const auto text = text_of(issuing().issue(spec));
        const auto at = text.find("Signature Algorithm: ") + 21;
        return text.substr(at, text.find_first_of(" \n", at) - at);
    };
    CHECK(signature({.digest = "MD5"}) == "md5WithRSAEncryption");
    CHECK(signature({.digest = "SHA1"}) == "sha1WithRSAEncryption");
    CHECK(signature({.digest = "SHA224"}) == "sha224WithRSAEncryption");
    CHECK(signature({.digest = "SHA512"}) == "sha512WithRSAEncryption");
    CHECK(signature({.pss_signature = true}) == "rsassaPss");
    CHECK(
        has(text_of(issuing().issue({.digest = "SHA384", .pss_signature = true})),
            "Hash Algorithm: sha384")
    );
    CHECK(
        signature({.key = {.kind = KeySpec::Kind::ec}, .self_signed = true}) == "ecdsa-with-SHA256"
    );
    CHECK(signature({.key = {.kind = KeySpec::Kind::ed25519}, .self_signed = true}) == "ED25519");
    CHECK(signature({.key = {.kind = KeySpec::Kind::rsa_pss}, .self_signed = true}) == "rsassaPss");
}

TEST_CASE("an unknown digest or a bad OID is refused with a reason") {
    CHECK_THROWS(issuing().issue({.common_name = "x", .digest = "SHA999"}));
    CHECK_THROWS(issuing().issue({.common_name = "x", .eku = std::vector<std::string>{"no oid"}}));
}

TEST_CASE("extensions can be absent, empty, or anything") {
    const auto with = [](CertificateSpec spec) { return text_of(issuing().issue(spec)); };
    CHECK_FALSE(has(with({.eku = std::nullopt}), "Extended Key Usage"));
    const auto any = with({.eku = std::vector<std::string>{"2.5.29.37.0", "1.3.6.1.5.5.7.3.2"}});
    CHECK(has(any, "Any Extended Key Usage, TLS Web Client Authentication"));
    CHECK_FALSE(has(with({.crl_urls = std::nullopt}), "CRL Distribution Points"));
    const auto empty = with({.crl_urls = std::vector<std::string>{}});
    CHECK(has(empty, "CRL Distribution Points"));
    CHECK_FALSE(has(empty, ".crl"));
    CHECK(
        has(with({.crl_urls = std::vector<std::string>{"ldap:///CN=x?y?base"}}),
            "URI:ldap:///CN=x?y?base")
    );
    CHECK_FALSE(has(with({.ca_issuer_urls = {}}), "Authority Information Access"));
    CHECK(
        has(with({.dns = {"a,b"}, .ip = {"192.0.2.7", "2001:db8::1"}}),
            "DNS:a,b, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1")
    );
}

TEST_CASE("Microsoft's template extensions have their wire form") {
    const Issued issued =
        issuing().issue({.template_v1 = "Web", .template_v2 = "1.3.6.1.4.1.311.21.8.1"});
    // 1.3.6.1.4.1.311.20.2 and a BMPString; 1.3.6.1.4.1.311.21.7 and OID, 100, 4.
    const std::string v1(
        "\x06\x09\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x04\x08\x1e\x06\0W\0e\0b", 21
    );
    const std::string v2(
        "\x06\x09\x2b\x06\x01\x04\x01\x82\x37\x15\x07\x04\x14\x30\x12\x06\x0a\x2b\x06\x01\x04\x01"
        "\x82\x37\x15\x08\x01"
        "\x02\x01\x64\x02\x01\x04",
        33
    );
    CHECK(issued.certificate_der.find(v1) != std::string::npos);
    CHECK(issued.certificate_der.find(v2) != std::string::npos);
}

TEST_CASE("dates are days from now, also in the past") {
    CHECK(
        verify(issuing().issue({.common_name = "x", .not_before_days = -400, .not_after_days = -20})
        ) == X509_V_ERR_CERT_HAS_EXPIRED
    );
    CHECK(
        verify(issuing().issue({.common_name = "x", .not_before_days = 3, .not_after_days = 20})) ==
        X509_V_ERR_CERT_NOT_YET_VALID
    );
}

TEST_CASE("a self-signed certificate is its own issuer and nobody's") {
    const Issued issued = issuing().issue({.common_name = "alone", .self_signed = true});
    const X509Ptr certificate = certificate_from_pem(issued.certificate_pem);
    CHECK(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())) == 1);
    CHECK(verify(issued) == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
}
