// SPDX-License-Identifier: MIT
// What the lab needs of OpenSSL beyond pki/ossl.h: a few more owners, and failure as an exception,
// because in the lab a call that fails is a mistake in a specification, not an event.
#pragma once

#include "pki/ossl.h"

#include <string>

#include <openssl/ssl.h>

namespace lyncprobe::lab {

using pki::BioPtr;
using pki::Deleter;
using pki::EvpMdCtxPtr;
using pki::EvpPkeyPtr;
using pki::X509Ptr;

using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<&EVP_PKEY_CTX_free>>;
using ObjectPtr = pki::Asn1ObjectPtr;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<&X509_EXTENSION_free>>;
using OctetsPtr = std::unique_ptr<ASN1_OCTET_STRING, Deleter<&ASN1_OCTET_STRING_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<&SSL_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, Deleter<&SSL_CTX_free>>;

// Throws std::runtime_error with OpenSSL's reasons unless `result` is positive.
void must(long result);
// The same for a null pointer; gives the pointer back.
template <class T>
T* must(T* pointer) {
    must(pointer != nullptr ? 1L : 0L);
    return pointer;
}

// Everything that was written to a memory BIO.
std::string contents(BIO*);

X509Ptr certificate_from_pem(const std::string&);

} // namespace lyncprobe::lab
