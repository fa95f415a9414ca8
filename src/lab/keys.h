// SPDX-License-Identifier: MIT
// Key pairs of the lab, made once per process and name, because RSA keys take a tenth of a second
// each.
#pragma once

#include "lab/lab.h"

#include <string>

#include <openssl/types.h>

namespace lyncprobe::lab {

// Starts making the key on a thread of its own; cached_key() then waits for it.
void prepare_key(const KeySpec&, const std::string& name);

// Owned by a cache that lives as long as the process. Throws std::runtime_error where OpenSSL knows
// no such key.
EVP_PKEY* cached_key(const KeySpec&, const std::string& name);

// PKCS#8, not encrypted.
std::string private_key_pem(EVP_PKEY*);

} // namespace lyncprobe::lab
