// SPDX-License-Identifier: MIT
// ms-diagnostics headers, read and explained.
#include "codec/ms_diagnostics.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe::codec;
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    (void)read_ms_diagnostics(value);
    (void)explain_ms_diagnostics(value);
    (void)leading_code(value);
    return 0;
}
