// SPDX-License-Identifier: MIT
// What of a provider's algorithms the lean context hands out.
#pragma once

#include <string_view>

#include <openssl/core.h>

namespace lyncprobe::tls {

// Does a TLS client of versions 1.0 to 1.3 fetch it? `operation` is one of OSSL_OP_*.
bool is_wanted(int operation, const OSSL_ALGORITHM&);

// Of key management and key exchange: is it of what libssl offers a key of in its ClientHello?
bool is_of_key_share(const OSSL_ALGORITHM&);

// Is it a decoder of keys that stand in certificates, but in hardly any?
bool is_rare_decoder(const OSSL_ALGORITHM&);

// Can the decoders that are wanted read the key of this certificate? False also where it is none.
bool has_common_key(std::string_view der);

} // namespace lyncprobe::tls
