// SPDX-License-Identifier: MIT
// A TLS client fed with whatever a server may send, and the outcome that is concluded of it.
#include "tls/tls_client.h"

#include "pki/certificate_reader.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lyncprobe;
    static tls::ContextPool& pool = [&]() -> tls::ContextPool& {
        pki::initialise_openssl();
        static tls::ContextPool made;
        return made;
    }();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const HandshakeOptions options{.server_name = "sip.contoso.com"};
    tls::TlsClient client(pool.get(options), options);
    client.handshake();
    client.receive(bytes.substr(0, size / 2));
    client.handshake();
    client.receive(bytes.substr(size / 2));
    client.handshake();
    (void)client.take_output();
    Observation seen;
    tls::conclude(client, tls::PeerEnd::end_of_stream, false, false, seen);
    return seen.detail.empty() ? __builtin_trap(), 0 : 0; // every end has its sentence
}
