// SPDX-License-Identifier: MIT
// A Windows release in the words of libssl, for servers that speak what its Schannel does.
#pragma once

#include "schannel/releases.h"

#include <string>

namespace lyncprobe::test {

// Each list in the order of the release and with colons between, without what this libssl lacks:
// Debian's has neither RC4 nor 3DES, and SSL 3.0 is never built.
struct OpensslLists {
    std::string ciphers; // of TLS 1.2 and before, at security level 0
    std::string groups;
    int lowest = 0, highest = 0; // versions, as on the wire
};
OpensslLists openssl_lists(const schannel::Release&);

} // namespace lyncprobe::test
