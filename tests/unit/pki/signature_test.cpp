// SPDX-License-Identifier: MIT
// Which keys signatures are checked with at all.
#include "pki/ossl.h"
#include "pki/signature.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>

using namespace lyncprobe::pki;

namespace {

// SubjectPublicKeyInfo of an RSA key with the public exponent 2^power + 1.
std::string rsa_key(int power) {
    const std::unique_ptr<EVP_PKEY_CTX, Deleter<&EVP_PKEY_CTX_free>> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)
    );
    const std::unique_ptr<BIGNUM, Deleter<&BN_free>> exponent(BN_new());
    BN_set_bit(exponent.get(), power);
    BN_set_bit(exponent.get(), 0);
    EVP_PKEY* made = nullptr;
    REQUIRE(EVP_PKEY_keygen_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 1024) == 1);
    REQUIRE(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), exponent.get()) == 1);
    REQUIRE(EVP_PKEY_keygen(context.get(), &made) == 1);
    const EvpPkeyPtr key(made);
    return to_der(i2d_PUBKEY, key.get());
}

} // namespace

TEST_CASE("signature: a public exponent that would make checking dear is refused") {
    CHECK(verification_key(rsa_key(16)) != nullptr);
    CHECK(verification_key(rsa_key(63)) != nullptr);
    CHECK(verification_key(rsa_key(64)) == nullptr);
    CHECK(verification_key("no key") == nullptr);
}
