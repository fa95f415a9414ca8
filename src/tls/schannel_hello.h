// SPDX-License-Identifier: MIT
// The hello of a Windows release's Schannel, as far as libssl can send it. Included by tls/*.cpp
// only.
#pragma once

#include "model/vocabulary.h"

#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace lyncprobe::tls {

// Lets the context offer what that release offers, in its order; what cannot be sent comes back:
// cipher suites, "SSLv3", key shares. A release that the table lacks is a programming error (throws
// std::logic_error).
std::vector<std::string> offer_as(SSL_CTX*, OperatingSystem);

} // namespace lyncprobe::tls
