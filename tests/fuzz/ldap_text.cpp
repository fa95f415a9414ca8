// SPDX-License-Identifier: MIT
// Any bytes as what libcurl makes of an LDAP answer: values that are not empty, and not larger than
// what they came from.
#include "fetch/ldap_text.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::size_t total = 0;
    for (const auto& value :
         lyncprobe::fetch::ldap_values({reinterpret_cast<const char*>(data), size})) {
        if (value.empty()) std::abort();
        total += value.size();
    }
    if (total > size) std::abort();
    return 0;
}
