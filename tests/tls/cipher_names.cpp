// SPDX-License-Identifier: MIT
#include "tls/cipher_names.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

using namespace lyncprobe;

namespace {

std::size_t names_of(int type) {
    std::size_t count = 0;
    OBJ_NAME_do_all(
        type, [](const OBJ_NAME*, void* seen) { ++*static_cast<std::size_t*>(seen); }, &count
    );
    return count;
}

} // namespace

TEST_CASE("cipher names: are away for the moment, digests are not, and all are back behind it") {
    const auto* aes = EVP_get_cipherbyname("aes-256-cbc"); // loads them, too
    REQUIRE(aes != nullptr);
    REQUIRE(EVP_get_digestbyname("sha256") != nullptr);
    const auto* alias = EVP_get_cipherbyname("AES256");
    const auto before = names_of(OBJ_NAME_TYPE_CIPHER_METH);
    const auto digests = names_of(OBJ_NAME_TYPE_MD_METH);
    CHECK(before > 100);
    tls::without_cipher_names([&] {
        CHECK(names_of(OBJ_NAME_TYPE_CIPHER_METH) == 0);
        CHECK(OBJ_NAME_get("aes-256-cbc", OBJ_NAME_TYPE_CIPHER_METH) == nullptr);
        CHECK(names_of(OBJ_NAME_TYPE_MD_METH) == digests);
        CHECK(OBJ_NAME_get("sha256", OBJ_NAME_TYPE_MD_METH) != nullptr);
    });
    CHECK(names_of(OBJ_NAME_TYPE_CIPHER_METH) == before);
    CHECK(EVP_get_cipherbyname("aes-256-cbc") == aes);
    CHECK(EVP_get_cipherbyname("AES256") == alias);
}
