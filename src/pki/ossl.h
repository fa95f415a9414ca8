// SPDX-License-Identifier: MIT
// Ownership and errors of OpenSSL, the only place. Includes libcrypto's types: for .cpp files of
// pki/, tls/ and lab/.
#pragma once

#include "model/result.h"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace lyncprobe::pki {

// Deleter calls one of OpenSSL's free functions.
template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

inline void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
inline void unload_provider(OSSL_PROVIDER* provider) { OSSL_PROVIDER_unload(provider); }

using X509Ptr = std::unique_ptr<X509, Deleter<&X509_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, Deleter<&X509_NAME_free>>;
using X509AlgorPtr = std::unique_ptr<X509_ALGOR, Deleter<&X509_ALGOR_free>>;
using X509SigPtr = std::unique_ptr<X509_SIG, Deleter<&X509_SIG_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Deleter<&X509_STORE_free>>;
using X509StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Deleter<&X509_STORE_CTX_free>>;
using CertificateStackPtr = std::unique_ptr<STACK_OF(X509), Deleter<&free_certificates>>;
using EvpPkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<&EVP_PKEY_free>>;
using EvpMdPtr = std::unique_ptr<EVP_MD, Deleter<&EVP_MD_free>>;
using EvpMdCtxPtr = std::unique_ptr<EVP_MD_CTX, Deleter<&EVP_MD_CTX_free>>;
using Asn1ObjectPtr = std::unique_ptr<ASN1_OBJECT, Deleter<&ASN1_OBJECT_free>>;
using Asn1TypePtr = std::unique_ptr<ASN1_TYPE, Deleter<&ASN1_TYPE_free>>;
using Asn1BitStringPtr = std::unique_ptr<ASN1_BIT_STRING, Deleter<&ASN1_BIT_STRING_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<&BIO_free_all>>;
using CmsPtr = std::unique_ptr<CMS_ContentInfo, Deleter<&CMS_ContentInfo_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Deleter<&PKCS12_free>>;
using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<&PKCS8_PRIV_KEY_INFO_free>>;
using LibCtxPtr = std::unique_ptr<OSSL_LIB_CTX, Deleter<&OSSL_LIB_CTX_free>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Deleter<&unload_provider>>;

// One more owner of a counted object.
inline X509Ptr up_ref(X509& certificate) {
    X509_up_ref(&certificate);
    return X509Ptr(&certificate);
}
inline EvpPkeyPtr up_ref(EVP_PKEY& key) {
    EVP_PKEY_up_ref(&key);
    return EvpPkeyPtr(&key);
}

// Empties the thread's error queue into "bad decrypt; …", oldest first; empty where there was none.
std::string drain_error_text();

// The same as a problem: "reading the key: bad decrypt".
Problem drain_errors(std::string_view doing);

// The bytes of an object through its i2d function; empty on failure.
template <class T, class Encoder>
std::string to_der(Encoder encode, const T* object) {
    unsigned char* buffer = nullptr;
    const int size = encode(object, &buffer);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(size));
    OPENSSL_clear_free(buffer, static_cast<std::size_t>(size));
    return der;
}

inline const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

// A read-only BIO over bytes that outlive it.
inline BioPtr memory_bio(std::string_view bytes) {
    return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// LegacyContext reads our own files that use ciphers of yesterday (RC2-40, DES), and nothing else.
// It is a library context of its own with the default and the legacy provider; the process's
// default context never sees the latter. Without that module on the machine it reads what the
// default provider can.
class LegacyContext {
  public:
    LegacyContext()
        : context_(OSSL_LIB_CTX_new()),
          default_(OSSL_PROVIDER_load(context_.get(), "default")),
          legacy_(OSSL_PROVIDER_load(context_.get(), "legacy")) {
        ERR_clear_error();
    }
    OSSL_LIB_CTX* get() const { return context_.get(); }
    bool complete() const { return legacy_ != nullptr; }

  private:
    LibCtxPtr context_;
    ProviderPtr default_, legacy_;
};

} // namespace lyncprobe::pki
