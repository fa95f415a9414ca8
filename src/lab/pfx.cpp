// SPDX-License-Identifier: MIT
#include "lab/demo_pki.h"
#include "lab/handles.h"
#include "pki/ossl.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace lyncprobe::lab {

namespace {

pki::X509Ptr certificate_of(const std::string& pem) {
    const auto bio = pki::memory_bio(pem);
    return pki::X509Ptr(must(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)));
}

} // namespace

std::string pfx_of(const Presented& presented, bool with_key, const std::string& provider) {
    const auto leaf = certificate_of(presented.chain.front());
    const pki::CertificateStackPtr others(sk_X509_new_null());
    for (std::size_t i = 1; i < presented.chain.size(); ++i)
        sk_X509_push(others.get(), certificate_of(presented.chain[i]).release());
    pki::EvpPkeyPtr key;
    if (with_key) {
        const auto bio = pki::memory_bio(presented.key);
        key.reset(must(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)));
    }
    // PKCS12_create copies this attribute of the key into its bag, as a BMPString.
    if (key && !provider.empty())
        must(EVP_PKEY_add1_attr_by_NID(
            key.get(), NID_ms_csp_name, MBSTRING_UTF8, pki::octets(provider), -1
        ));
    const pki::Pkcs12Ptr file(
        must(PKCS12_create("", nullptr, key.get(), leaf.get(), others.get(), 0, 0, 0, 0, 0))
    );
    return pki::to_der(i2d_PKCS12, file.get());
}

} // namespace lyncprobe::lab
