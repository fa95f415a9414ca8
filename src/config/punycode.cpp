// SPDX-License-Identifier: MIT
#include "config/punycode.h"

#include <idn2.h>
#include <memory>

namespace lyncprobe::config {

std::string to_a_labels(std::string_view name) {
    char* made = nullptr;
    // Case and width are mapped first (UTS 46), as browsers do with what people type.
    const int status =
        idn2_to_ascii_8z(std::string(name).c_str(), &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, decltype(&idn2_free)> owner(made, [](void* text) {
        idn2_free(text);
    });
    return status == IDN2_OK ? std::string(made) : std::string();
}

} // namespace lyncprobe::config
