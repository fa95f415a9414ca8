// SPDX-License-Identifier: MIT
// The error queue of OpenSSL as one sentence.
#include "pki/ossl.h"

#include <algorithm>
#include <vector>

namespace lyncprobe::pki {

std::string drain_error_text() {
    std::vector<std::string> reasons;
    while (const unsigned long code = ERR_get_error()) {
        const char* reason = ERR_reason_error_string(code);
        const char* library = ERR_lib_error_string(code);
        std::string text = reason ? reason : library ? library : "unnamed error";
        // One cause is reported by every layer it passes.
        if (std::find(reasons.begin(), reasons.end(), text) == reasons.end())
            reasons.push_back(std::move(text));
    }
    std::string sentence;
    for (const auto& reason : reasons)
        sentence += (sentence.empty() ? "" : "; ") + reason;
    return sentence;
}

Problem drain_errors(std::string_view doing) {
    const std::string reasons = drain_error_text();
    return {.what = std::string(doing) + ": " + (reasons.empty() ? "no reason given" : reasons)};
}

} // namespace lyncprobe::pki
