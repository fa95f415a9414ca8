// SPDX-License-Identifier: MIT
// Any bytes as the metadata document with the OAuth certificate: a bounded document or a reason.
#include "codec/auth_metadata.h"

#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    std::string problem;
    const auto document =
        codec::read_auth_metadata({reinterpret_cast<const char*>(data), size}, &problem);
    if (!document) return problem.empty() ? std::abort(), 0 : 0;
    if (document->certificates.size() > limits::kMetadataKeys) std::abort();
    for (const auto& certificate : document->certificates)
        if (certificate.empty() || certificate.size() > size) std::abort();
    return 0;
}
