// SPDX-License-Identifier: MIT
// Any bytes as a revocation list: facts or a problem, and a look-up that finds no more than there
// are entries.
#include "pki/crl.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace lyncprobe;
    const auto list = pki::Crl::read(std::string(reinterpret_cast<const char*>(data), size));
    if (!list) return 0;
    if (!list->facts().this_update) std::abort();
    const auto found = list->find({"0", "1", "2", "7f", "-1"});
    if (found.size() > list->facts().entries) std::abort();
    return 0;
}
