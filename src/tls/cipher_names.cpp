// SPDX-License-Identifier: MIT
#include "tls/cipher_names.h"

#include <new>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/objects.h>

namespace lyncprobe::tls {

namespace {

constexpr int kCiphers = OBJ_NAME_TYPE_CIPHER_METH;

// Room is made before, since no exception may pass through libcrypto's frames.
std::vector<OBJ_NAME> names_of_ciphers() {
    std::size_t count = 0;
    OBJ_NAME_do_all(
        kCiphers, [](const OBJ_NAME*, void* seen) { ++*static_cast<std::size_t*>(seen); }, &count
    );
    std::vector<OBJ_NAME> names;
    names.reserve(count);
    OBJ_NAME_do_all(
        kCiphers,
        [](const OBJ_NAME* name, void* kept) {
            static_cast<std::vector<OBJ_NAME>*>(kept)->push_back(*name);
        },
        &names
    );
    return names;
}

} // namespace

void without_cipher_names(const std::function<void()>& first_use) {
    // Else first_use would fill it.
    OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS, nullptr);
    const auto names = names_of_ciphers();
    OBJ_NAME_cleanup(kCiphers);
    first_use();
    bool restored = true;
    for (const auto& name : names)
        restored = OBJ_NAME_add(name.name, kCiphers | name.alias, name.data) == 1 && restored;
    if (!restored) throw std::bad_alloc();
}

} // namespace lyncprobe::tls
