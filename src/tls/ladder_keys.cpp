// SPDX-License-Identifier: MIT
#include "tls/ladder_keys.h"

#include <array>
#include <cstddef>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace lyncprobe::tls {

namespace {

#if defined(__x86_64__) || defined(_M_X64)
constexpr bool kHasAssembly = true;
#else
constexpr bool kHasAssembly = false;
#endif

constexpr std::size_t kSize = 32;
using Half = std::array<unsigned char, kSize>;

struct Secret {
    Secret() = default;
    ~Secret() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    Half bytes{};
};

} // namespace

LadderKeys::LadderKeys(
    OSSL_LIB_CTX* library, const OSSL_DISPATCH* key_management, const OSSL_DISPATCH* exchange
)
    : library_(library) {
    for (const auto* one = key_management; one->function_id != 0; ++one)
        switch (one->function_id) {
        case OSSL_FUNC_KEYMGMT_NEW: new_key_ = OSSL_FUNC_keymgmt_new(one); break;
        case OSSL_FUNC_KEYMGMT_IMPORT: import_key_ = OSSL_FUNC_keymgmt_import(one); break;
        case OSSL_FUNC_KEYMGMT_FREE: free_key_ = OSSL_FUNC_keymgmt_free(one); break;
        default: break;
        }
    for (const auto* one = exchange; one->function_id != 0; ++one)
        switch (one->function_id) {
        case OSSL_FUNC_KEYEXCH_NEWCTX: new_exchange_ = OSSL_FUNC_keyexch_newctx(one); break;
        case OSSL_FUNC_KEYEXCH_INIT: set_key_ = OSSL_FUNC_keyexch_init(one); break;
        case OSSL_FUNC_KEYEXCH_SET_PEER: set_peer_ = OSSL_FUNC_keyexch_set_peer(one); break;
        case OSSL_FUNC_KEYEXCH_DERIVE: derive_ = OSSL_FUNC_keyexch_derive(one); break;
        case OSSL_FUNC_KEYEXCH_FREECTX: free_exchange_ = OSSL_FUNC_keyexch_freectx(one); break;
        default: break;
        }
}

void* LadderKeys::make(void* provider_context) const {
    if (!kHasAssembly || !new_key_ || !import_key_ || !free_key_ || !new_exchange_ || !set_key_ ||
        !set_peer_ || !derive_ || !free_exchange_)
        return nullptr;
    Secret secret;
    if (RAND_priv_bytes_ex(library_, secret.bytes.data(), kSize, 0) != 1) return nullptr;
    // RFC 7748 5: the form that every private half has.
    secret.bytes.front() &= 248;
    secret.bytes.back() &= 127;
    secret.bytes.back() |= 64;
    Half base{9}, public_half{};
    using Key = std::unique_ptr<void, OSSL_FUNC_keymgmt_free_fn*>;
    using Exchange = std::unique_ptr<void, OSSL_FUNC_keyexch_freectx_fn*>;
    // A key cannot be without a public half; until that is known, any will do.
    const Key half(key_of(provider_context, secret.bytes.data(), base.data()), free_key_);
    const Key base_point(key_of(provider_context, nullptr, base.data()), free_key_);
    const Exchange exchange(new_exchange_(provider_context), free_exchange_);
    if (!half || !base_point || !exchange ||
        !compute_public_half(half.get(), base_point.get(), exchange.get(), public_half.data()))
        return nullptr;
    return key_of(provider_context, secret.bytes.data(), public_half.data());
}

void* LadderKeys::key_of(void* provider_context, unsigned char* secret, unsigned char* public_half)
    const {
    void* key = new_key_(provider_context);
    if (key == nullptr) return nullptr;
    const std::array parameters{
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_half, kSize),
        secret == nullptr
            ? OSSL_PARAM_construct_end()
            : OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, secret, kSize),
        OSSL_PARAM_construct_end()};
    if (import_key_(key, OSSL_KEYMGMT_SELECT_KEYPAIR, parameters.data()) == 1) return key;
    free_key_(key);
    return nullptr;
}

bool LadderKeys::compute_public_half(
    void* key, void* base_point, void* exchange, unsigned char* public_half
) const {
    std::size_t size = kSize;
    return set_key_(exchange, key, nullptr) == 1 && set_peer_(exchange, base_point) == 1 &&
           derive_(exchange, public_half, &size, kSize) == 1 && size == kSize;
}

} // namespace lyncprobe::tls
