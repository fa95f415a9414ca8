// SPDX-License-Identifier: MIT
// The text encoding of a certificate, RFC 7468 section 5.
#include "report/report.h"

#include <cstdint>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kColumns = 64; // RFC 7468 2: generators wrap at exactly 64

std::string base64(std::string_view bytes) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto byte = [&](std::size_t at) -> std::uint32_t {
        return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
    };
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
        for (const unsigned shift : {18u, 12u, 6u, 0u})
            text += kAlphabet[group >> shift & 0x3F];
    }
    const auto padding = (3 - bytes.size() % 3) % 3;
    return text.replace(text.size() - padding, padding, padding, '=');
}

} // namespace

std::string pem(const Certificate& certificate) {
    const auto body = base64(certificate.der);
    std::string text = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < body.size(); at += kColumns) {
        text.append(body, at, kColumns);
        text += '\n';
    }
    return text += "-----END CERTIFICATE-----\n";
}

} // namespace lyncprobe::report
