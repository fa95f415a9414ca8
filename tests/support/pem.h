// SPDX-License-Identifier: MIT
// What is DER in the product as PEM, for files that tests write.
#pragma once

#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace lyncprobe::test {

// Lines of 64 (RFC 7468 2) between the two marks of `label`.
inline std::string to_pem(std::string_view der, const std::string& label = "CERTIFICATE") {
    std::string text((der.size() + 2) / 3 * 4, '\0');
    // EVP_EncodeBlock ends its text with a NUL, which std::string has room for.
    EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size())
    );
    for (std::size_t at = 64; at < text.size(); at += 65)
        text.insert(at, 1, '\n');
    return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
}

} // namespace lyncprobe::test
