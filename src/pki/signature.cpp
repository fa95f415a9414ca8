// SPDX-License-Identifier: MIT
// Verifies the to-be-signed bytes exactly as they were received: encoded again, a sloppy encoding
// would come out different and the signature bad.
#include "pki/signature.h"

#include "pki/algorithm_reader.h"
#include "pki/certificate_layout.h"
#include "pki/der.h"
#include "pki/memory.h"
#include "pki/ossl.h"

#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/objects.h>

namespace lyncprobe::pki {

namespace {

// libcrypto's own limit is 16384 bits for RSA; beyond these a hostile chain would cost seconds.
constexpr int kLargestRsa = 16384, kLargestDsa = 4096;

// A public exponent as long as the modulus makes one RSA verification a thousand times as dear;
// libcrypto refuses such only above 3072 bits.
bool cheap_exponent(const EVP_PKEY& key) {
    if (!EVP_PKEY_is_a(&key, "RSA") && !EVP_PKEY_is_a(&key, "RSA-PSS")) return true;
    constexpr int kLongestExponent = 64; // bits, libcrypto's own limit for large keys
    BIGNUM* exponent = nullptr;
    if (EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return false;
    const bool cheap = BN_num_bits(exponent) <= kLongestExponent;
    BN_free(exponent);
    return cheap;
}

VerificationKey decoded(std::string_view spki) {
    const unsigned char* at = octets(spki);
    // Dear in OpenSSL 3.0 (170 µs), so whoever calls keeps the key.
    EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
    ERR_clear_error();
    if (!key) return {};
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits > (EVP_PKEY_is_a(key.get(), "DSA") ? kLargestDsa : kLargestRsa)) return {};
    if (!cheap_exponent(*key)) return {};
    return {key.release(), [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}

// Does this libcrypto know the algorithm and its hash?
bool can_verify(std::string_view algorithm) {
    std::vector<std::string> notes;
    const Algorithm read = read_algorithm(algorithm, notes);
    const Asn1ObjectPtr object(OBJ_txt2obj(read.oid.c_str(), 1));
    int digest_nid = NID_undef;
    bool known =
        object && OBJ_find_sigid_algs(OBJ_obj2nid(object.get()), &digest_nid, nullptr) == 1;
    // Of the algorithms with the hash in a parameter, libcrypto reads RSASSA-PSS and lists
    // ecdsa-with-Specified without being able to verify it.
    if (!read.hash.empty() && !read.pss && digest_nid == NID_undef) known = false;
    // EdDSA has no hash of its own.
    const EvpMdPtr digest(
        read.hash.empty() ? nullptr : EVP_MD_fetch(nullptr, read.hash.c_str(), nullptr)
    );
    ERR_clear_error();
    return known && (read.hash.empty() || digest);
}

// An ANY that is encoded again as exactly these bytes.
Asn1TypePtr as_written(std::string_view sequence) {
    const unsigned char* at = octets(sequence);
    return Asn1TypePtr(d2i_ASN1_TYPE(nullptr, &at, static_cast<long>(sequence.size())));
}

Signature verified(const SignedParts& parts, const VerificationKey& signer) {
    if (!signer) return Signature::unverifiable;
    // RFC 5280 4.1.1.2; libcrypto says so only in X509_verify, which needs an X509.
    if (parts.inner != parts.outer) return Signature::bad;
    const auto bits = der::bits(parts.signature);
    if (!bits || parts.signature.front() != 0) return Signature::bad;
    if (!can_verify(parts.outer)) return Signature::unverifiable;

    const unsigned char* at = octets(parts.outer);
    const X509AlgorPtr algorithm(d2i_X509_ALGOR(nullptr, &at, static_cast<long>(parts.outer.size()))
    );
    const Asn1BitStringPtr signature(ASN1_BIT_STRING_new());
    const Asn1TypePtr signed_part = as_written(parts.to_be_signed);
    if (!algorithm || !signature || !signed_part ||
        ASN1_BIT_STRING_set(
            signature.get(), const_cast<unsigned char*>(octets(*bits)),
            static_cast<int>(bits->size())
        ) != 1) {
        ERR_clear_error();
        return Signature::bad;
    }
    const int verdict = ASN1_item_verify(
        ASN1_ITEM_rptr(ASN1_ANY), algorithm.get(), signature.get(), signed_part.get(),
        static_cast<EVP_PKEY*>(signer.get())
    );
    ERR_clear_error();
    return verdict == 1 ? Signature::good : Signature::bad;
}

} // namespace

VerificationKey verification_key(std::string_view spki) {
    const AllocationWatch memory;
    auto key = decoded(spki);
    if (!key) memory.check();
    return key;
}

Signature check_signature(std::string_view certificate_der, const VerificationKey& signer) {
    const auto layout = certificate_layout(certificate_der);
    if (!layout) return Signature::unverifiable;
    return check_signature(
        SignedParts{
            .to_be_signed = layout->tbs,
            .inner = layout->signature_inner,
            .outer = layout->signature_outer,
            .signature = layout->signature},
        signer
    );
}

Signature check_signature(const SignedParts& parts, const VerificationKey& signer) {
    const AllocationWatch memory;
    const auto verdict = verified(parts, signer);
    if (verdict != Signature::good) memory.check();
    return verdict;
}

} // namespace lyncprobe::pki
