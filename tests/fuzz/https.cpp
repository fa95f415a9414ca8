// SPDX-License-Identifier: MIT
// The https conversation: whatever a web server may answer.
#include "probes/https.h"

#include "fuzz/http_peer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    static const Target target = [] {
        Target made;
        made.host = "web.contoso.com";
        made.role = Role::front_end;
        return made;
    }();
    play_fuzzed_web(probes::https, target, {reinterpret_cast<const char*>(data), size});
    return 0;
}
