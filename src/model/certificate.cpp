// SPDX-License-Identifier: MIT
#include "model/certificate.h"

namespace lyncprobe {

std::string to_hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string to_hex(const Fingerprint& fingerprint) {
    return to_hex(std::string(fingerprint.begin(), fingerprint.end()));
}

} // namespace lyncprobe
