// SPDX-License-Identifier: MIT
// Key pairs of the lab, made once per process and name.
#include "lab/keys.h"

#include "lab/handles.h"

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace lyncprobe::lab {

namespace {

using SharedKey = std::shared_ptr<EVP_PKEY>;

EvpPkeyPtr generate(EVP_PKEY_CTX* context) {
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_generate(context, &key));
    return EvpPkeyPtr(key);
}

EvpPkeyPtr make_rsa(const char* type, int bits) {
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    must(EVP_PKEY_keygen_init(context.get()));
    must(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits));
    return generate(context.get());
}

EvpPkeyPtr make_rsa_public(int bits) {
    BIGNUM* modulus = must(BN_new());
    const std::unique_ptr<BIGNUM, Deleter<&BN_free>> owned(modulus);
    // Odd and with its top bit set, as a product of two large primes would be.
    must(BN_rand(modulus, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD));
    std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(modulus)));
    must(BN_bn2nativepad(modulus, bytes.data(), static_cast<int>(bytes.size())));
    unsigned exponent = 65'537;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, bytes.data(), bytes.size()),
        OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_E, &exponent), OSSL_PARAM_construct_end()};
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    must(EVP_PKEY_fromdata_init(context.get()));
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters));
    return EvpPkeyPtr(key);
}

EvpPkeyPtr make_ec(const KeySpec& spec) {
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    must(EVP_PKEY_keygen_init(context.get()));
    must(EVP_PKEY_CTX_set_group_name(context.get(), spec.curve.c_str()));
    // Explicit parameters are forbidden by RFC 5480 2.1.1; a scan must name them.
    const int encoding = spec.explicit_parameters ? 0 : OPENSSL_EC_NAMED_CURVE;
    must(EVP_PKEY_CTX_set_ec_param_enc(context.get(), encoding));
    return generate(context.get());
}

EvpPkeyPtr make_dsa(int bits) {
    // FIPS 186-4 parameters first: DSA keys are made for a domain.
    const PkeyContextPtr parameters(EVP_PKEY_CTX_new_from_name(nullptr, "DSA", nullptr));
    must(EVP_PKEY_paramgen_init(parameters.get()));
    must(EVP_PKEY_CTX_set_dsa_paramgen_bits(parameters.get(), bits));
    EVP_PKEY* domain = nullptr;
    must(EVP_PKEY_paramgen(parameters.get(), &domain));
    const EvpPkeyPtr owned(domain);
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, domain, nullptr));
    must(EVP_PKEY_keygen_init(context.get()));
    return generate(context.get());
}

EvpPkeyPtr make_key(const KeySpec& spec) {
    switch (spec.kind) {
    case KeySpec::Kind::rsa: return make_rsa("RSA", spec.bits);
    case KeySpec::Kind::rsa_pss: return make_rsa("RSA-PSS", spec.bits);
    case KeySpec::Kind::rsa_public: return make_rsa_public(spec.bits);
    case KeySpec::Kind::ec: return make_ec(spec);
    case KeySpec::Kind::dsa: return make_dsa(spec.bits);
    case KeySpec::Kind::ed25519: {
        const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr));
        must(EVP_PKEY_keygen_init(context.get()));
        return generate(context.get());
    }
    }
    throw std::runtime_error("lab: no such kind of key");
}

std::shared_future<SharedKey> key_being_made(const KeySpec& spec, const std::string& name) {
    // An RSA key takes long to make: who asks for it while it is made waits for the same one.
    static std::mutex mutex;
    static std::map<std::pair<KeySpec, std::string>, std::shared_future<SharedKey>> keys;
    const std::lock_guard lock(mutex);
    auto& key = keys[{spec, name}];
    if (!key.valid())
        key = std::async(std::launch::async, [spec] { return SharedKey(make_key(spec)); }).share();
    return key;
}

} // namespace

void prepare_key(const KeySpec& spec, const std::string& name) { key_being_made(spec, name); }

EVP_PKEY* cached_key(const KeySpec& spec, const std::string& name) {
    return key_being_made(spec, name).get().get();
}

std::string private_key_pem(EVP_PKEY* key) {
    const BioPtr memory(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
    return contents(memory.get());
}

} // namespace lyncprobe::lab
