// SPDX-License-Identifier: MIT
// One fresh X25519 key a connection instead of two. A client that speaks TLS 1.2 and 1.3 makes a
// key for the key_share of its ClientHello (RFC 8446 4.2.8) and, where the server then chooses 1.2,
// another for its ClientKeyExchange (RFC 8422 5.7), though nobody has used the first. Here the
// first one serves, once; no other connection ever sees it.
#pragma once

#include "tls/ladder_keys.h"

#include <openssl/core_dispatch.h>

namespace lyncprobe::tls {

// KeyShare holds what one connection offered and nobody used yet. It must not outlive the provider.
class KeyShare {
  public:
    KeyShare() = default;
    ~KeyShare() { drop(); }
    void drop(); // when hands are shaken, nobody needs it any more
    KeyShare(const KeyShare&) = delete;
    KeyShare& operator=(const KeyShare&) = delete;

  private:
    friend const OSSL_DISPATCH* with_key_share(const OSSL_DISPATCH*, LadderKeys);
    struct Generation;

    void* spare_ = nullptr; // key of the default provider
    bool offered_ = false;  // only the first key is kept
};

// While it lives, the X25519 keys that this thread generates are of that connection. A
// renegotiation, which libssl does while it reads, has no such scope and makes fresh keys.
class KeyShareScope {
  public:
    explicit KeyShareScope(KeyShare&);
    ~KeyShareScope();
    KeyShareScope(const KeyShareScope&) = delete;
    KeyShareScope& operator=(const KeyShareScope&) = delete;

  private:
    KeyShare* outer_;
};

// The given functions of a provider's X25519 key management, with a generation that knows of
// KeyShare and, for connections, makes its keys as `ladder` does where it can; the given ones
// themselves where that cannot be. For one provider at a time: valid until it is called again.
const OSSL_DISPATCH* with_key_share(const OSSL_DISPATCH* x25519, LadderKeys ladder = {});

} // namespace lyncprobe::tls
