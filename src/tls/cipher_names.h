// SPDX-License-Identifier: MIT
// libcrypto's table of the names of ciphers: every new library context takes a copy when it is
// first used, though only the default context ever looks there.
#pragma once

#include <functional>

namespace lyncprobe::tls {

// Runs `first_use`, which must not throw, while that table is empty; meanwhile no thread can read a
// key with a passphrase. std::bad_alloc where the table could not be restored.
void without_cipher_names(const std::function<void()>& first_use);

} // namespace lyncprobe::tls
