// SPDX-License-Identifier: MIT
// SIP answers, as the federation probe reads them; and our own requests, whatever is in their
// names.
#include "probes/federation.h"

#include "fuzz/sip_peer.h"

#include <cstdlib>

namespace {

// One request: its only empty line is its end, and no character of it is a control.
void check_request(std::string_view text) {
    if (text.find("\r\n\r\n") != text.size() - 4) std::abort();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool line_end =
            (c == '\r' && text[i + 1] == '\n') || (c == '\n' && text[i - 1] == '\r');
        if (!line_end && (c < 0x20 || c >= 0x7f)) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    Target target;
    target.host = "sip.fabrikam.com";
    for (const bool known : {false, true})
        play_fuzzed(
            probes::federation,
            {.target = &target,
             .local_host = "127.0.0.1",
             .seed = "0",
             .our_domain = known ? "contoso.com" : "",
             .identity_offered = known},
            bytes
        );
    check_request(codec::encode(codec::SipNegotiate{
        .host = bytes, .port = 5061, .local_host = bytes, .seed = bytes}));
    check_request(codec::encode(codec::SipRegister{
        .domain = bytes, .local_host = bytes, .seed = bytes}));
    check_request(codec::encode(codec::SipFederationOptions{
        .domain = bytes, .our_domain = bytes, .local_host = bytes, .seed = bytes}));
    return 0;
}
