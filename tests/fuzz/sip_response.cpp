// SPDX-License-Identifier: MIT
// SIP answers, as the sip probe reads them: to a NEGOTIATE alone, and to a NEGOTIATE and a
// REGISTER.
#include "fuzz/sip_peer.h"
#include "probes/sip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Target target;
    target.host = "sip.contoso.com";
    for (const auto* domain : {"", "contoso.com"}) {
        target.sip_domain = domain;
        play_fuzzed(
            probes::sip, {.target = &target, .local_host = "127.0.0.1", .seed = "0"}, bytes
        );
    }
    return 0;
}
