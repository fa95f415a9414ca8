// SPDX-License-Identifier: MIT
// Any bytes as XML: a tree within its limits, walked whole, or a problem.
#include "codec/xml.h"
#include "model/limits.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto document = codec::XmlDocument::read(bytes, std::size_t{1} << 20);
    if (!document) return document.error().what.empty() ? std::abort(), 0 : 0;
    for (auto element = document->root(); element; element = element.following()) {
        int depth = 0;
        for (auto up = element; up; up = up.parent())
            ++depth;
        if (depth > limits::kXmlDepth || document->line(element) < 1) std::abort();
        (void)element.attributes();
        (void)element.text();
    }
    return 0;
}
