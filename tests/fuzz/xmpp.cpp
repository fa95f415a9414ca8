// SPDX-License-Identifier: MIT
// XMPP servers, as the xmpp probe talks to them. A byte 1 ends a read, which is none of XML's.
#include "probes/xmpp.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    using namespace lyncprobe::probes;
    static const Target target = [] {
        Target made;
        made.host = "contoso.com";
        return made;
    }();
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    auto conversation = xmpp.converse(Peer{.target = &target});
    auto want = conversation->start();
    bool tls = false;
    while (want.kind != Want::Kind::done) {
        if (want.kind == Want::Kind::send) {
            want = conversation->on({.kind = Received::Kind::sent});
        } else if (want.kind == Want::Kind::start_tls) {
            if (tls) std::abort(); // once
            tls = true;
            want = conversation->on({.kind = Received::Kind::tls_up});
        } else if (rest.empty()) {
            want = conversation->on({.kind = Received::Kind::end_of_stream});
        } else {
            const auto end = rest.find('\1');
            const auto part = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (!part.empty())
                want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
        }
    }
    (void)conversation->answer();
    return 0;
}
