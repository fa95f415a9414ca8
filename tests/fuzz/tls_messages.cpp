// SPDX-License-Identifier: MIT
// Handshake messages of a server: the first byte chooses message and version.
#include "codec/tls_messages.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe::codec;
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::uint16_t version = static_cast<std::uint16_t>(kTls10 + (data[0] & 3));
    switch (data[0] >> 2 & 7) {
    case 0: (void)read_server_hello(body); break;
    case 1: (void)read_certificate_message(body, version); break;
    case 2: (void)read_certificate_request(body, version); break;
    case 3: (void)read_server_key_exchange(body, version, true, true); break;
    case 4: (void)read_server_key_exchange(body, version, false, true); break;
    case 5: (void)read_encrypted_extensions(body); break;
    default: (void)read_certificate_verify(body); break;
    }
    return 0;
}
