// SPDX-License-Identifier: MIT
// SIP answers, as the sip probe reads them, in two parts.
#include "probes/sip.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    using namespace lyncprobe::probes;
    static const Target target = [] {
        Target made;
        made.host = "sip.contoso.com";
        return made;
    }();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    auto conversation =
        sip.converse(Peer{.target = &target, .local_host = "127.0.0.1", .seed = "0"});
    conversation->start();
    auto want = conversation->on({.kind = Received::Kind::sent});
    for (const auto part : {bytes.substr(0, size / 2), bytes.substr(size / 2)})
        if (want.kind == Want::Kind::receive && !part.empty())
            want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
    (void)conversation->answer();
    return 0;
}
