// SPDX-License-Identifier: MIT
// Fresh X25519 keys by the Montgomery ladder: the public half is X25519(private half, 9) (RFC 7748
// 6.1). OpenSSL 3.0 has the ladder in assembly for x86-64, but generates keys in C with a table of
// 30 KB, which takes a third longer and empties the processor's first cache.
#pragma once

#include <openssl/core_dispatch.h>

namespace lyncprobe::tls {

// LadderKeys makes keys of the provider whose X25519 functions it was given; private halves are
// random bytes of that provider's library context, and all computing is left to the functions.
class LadderKeys {
  public:
    LadderKeys() = default; // makes none
    LadderKeys(
        OSSL_LIB_CTX* library, const OSSL_DISPATCH* key_management, const OSSL_DISPATCH* exchange
    );

    // A key of that provider, owned by the caller. Null where a function is wanting or fails, and
    // where OpenSSL has no assembly of it.
    void* make(void* provider_context) const;

  private:
    void* key_of(void* provider_context, unsigned char* secret, unsigned char* public_half) const;
    bool compute_public_half(
        void* key, void* base_point, void* exchange, unsigned char* public_half
    ) const;

    OSSL_LIB_CTX* library_ = nullptr;
    OSSL_FUNC_keymgmt_new_fn* new_key_ = nullptr;
    OSSL_FUNC_keymgmt_import_fn* import_key_ = nullptr;
    OSSL_FUNC_keymgmt_free_fn* free_key_ = nullptr;
    OSSL_FUNC_keyexch_newctx_fn* new_exchange_ = nullptr;
    OSSL_FUNC_keyexch_init_fn* set_key_ = nullptr;
    OSSL_FUNC_keyexch_set_peer_fn* set_peer_ = nullptr;
    OSSL_FUNC_keyexch_derive_fn* derive_ = nullptr;
    OSSL_FUNC_keyexch_freectx_fn* free_exchange_ = nullptr;
};

} // namespace lyncprobe::tls
