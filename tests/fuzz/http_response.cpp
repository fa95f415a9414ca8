// SPDX-License-Identifier: MIT
// HTTP responses, whole and split after every possible number of bytes up to 64: the same responses
// come of it.
#include "codec/http.h"
#include "model/limits.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using lyncprobe::codec::HttpReader;

// Statuses and body sizes; nothing where it is no HTTP. Those are not compared: Beast looks at an
// unfinished line, such as a chunk's size, at once or waits for its end, whichever the pieces make
// of it.
std::optional<std::string> read(std::string_view bytes, std::size_t first) {
    HttpReader reader;
    std::string out;
    for (const auto part : {bytes.substr(0, first), bytes.substr(first)}) {
        auto state = reader.feed(part);
        while (state == HttpReader::State::have_response) {
            const auto& response = reader.response();
            if (response.body.size() > lyncprobe::limits::kHttpBody) std::abort();
            out +=
                std::to_string(response.status) + '/' + std::to_string(response.body.size()) + ' ';
            state = reader.feed({});
        }
        if (state == HttpReader::State::need_more) continue;
        if (reader.problem().empty()) std::abort();
        return std::nullopt;
    }
    (void)reader.end_of_stream();
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = read(bytes, size);
    for (std::size_t first = 1; first < size && first <= 64; ++first) {
        const auto parts = read(bytes, first);
        // One reading may wait where the other has decided already.
        if (whole && parts && !parts->starts_with(*whole) && !whole->starts_with(*parts))
            std::abort();
    }
    return 0;
}
