// SPDX-License-Identifier: MIT
#include "report/pem.h"

#include <cstdint>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kColumns = 64; // RFC 7468 2: generators wrap at exactly 64
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----\n";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----\n";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
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
    std::string text(kBegin);
    for (std::size_t at = 0; at < body.size(); at += kColumns) {
        text.append(body, at, kColumns);
        text += '\n';
    }
    return text += kEnd;
}

std::string der_of_pem(std::string_view text) {
    // Only what pem() writes; certificates in any other form are pki's to read.
    if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return {};
    text = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
    std::string bytes;
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text) {
        if (c == '\n') continue;
        if (c == '=') break;
        const auto digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) return {};
        group = group << 6 | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 0xFF);
    }
    return bytes;
}

} // namespace lyncprobe::report
