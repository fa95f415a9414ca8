// SPDX-License-Identifier: MIT
// Any bytes as an Autodiscover document: a bounded document or a reason; its addresses taken apart.
#include "codec/autodiscover.h"
#include "codec/url.h"
#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    std::string problem;
    const auto document = codec::read_autodiscover(bytes, "application/json", &problem);
    if (!document) return problem.empty() ? std::abort(), 0 : 0;
    if (document->links.size() > limits::kLearntKept ||
        document->sip_access.size() > limits::kLearntKept)
        std::abort();
    for (const auto& access : document->sip_access)
        if (access.host.empty() || access.port == 0) std::abort();
    for (const auto& link : document->links) {
        const auto url = codec::parse_url(link.href);
        // What has been taken apart reads the same when put together.
        if (url && codec::parse_url(codec::origin(*url) + url->path)->host != url->host)
            std::abort();
    }
    return 0;
}
