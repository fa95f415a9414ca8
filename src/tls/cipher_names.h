// SPDX-License-Identifier: MIT
// libcrypto's table of the names of ciphers: every new library context takes a copy when it is
// first used, though it knows the ciphers of its own providers anyway.
#pragma once

#include <functional>

namespace lyncprobe::tls {

// Runs `first_use` of a context, which must neither throw nor fetch a cipher, while that table is
// empty. Meanwhile no other thread may make or first use a context, fetch a cipher, or read a key
// with a passphrase. std::bad_alloc where the table could not be restored.
void without_cipher_names(const std::function<void()>& first_use);

} // namespace lyncprobe::tls
