// SPDX-License-Identifier: MIT
// The flight of a server behind a hello of our own: the first byte chooses the version offered, the
// second where the bytes are cut.
#include "codec/raw_hello.h"

#include <array>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe::codec;
    if (size < 2) return 0;
    constexpr std::array kOffered{kSsl2, kSsl3, kTls10, kTls11, kTls12, kTls13};
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t cut = bytes.size() * data[1] / 255;
    const auto offered = kOffered[data[0] % kOffered.size()];

    ServerFlight pieces(offered), whole(offered);
    pieces.receive(bytes.substr(0, cut));
    auto seen = pieces.take_pieces();
    pieces.receive(bytes.substr(cut));
    for (auto& piece : pieces.take_pieces())
        seen.push_back(std::move(piece));
    whole.receive(bytes);
    const auto expected = whole.take_pieces();

    // Where the bytes are cut makes no difference.
    bool same = pieces.state() == whole.state() && seen.size() == expected.size();
    for (std::size_t i = 0; same && i < seen.size(); ++i)
        same = seen[i].alert == expected[i].alert && seen[i].bytes == expected[i].bytes;
    if (!same) __builtin_trap();
    return 0;
}
