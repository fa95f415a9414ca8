// SPDX-License-Identifier: MIT
// A TLS client fed with whatever a server may send, and the outcome that is concluded of it.
#include "tls/tls_client.h"

#include "pki/certificate_reader.h"

#include <cstdint>

namespace {

using namespace lyncprobe;

Observation concluded(tls::ContextPool& pool, std::string_view bytes) {
    const HandshakeOptions options{.server_name = "sip.contoso.com"};
    tls::TlsClient client(pool.get(options), options);
    client.handshake();
    client.receive(bytes.substr(0, bytes.size() / 2));
    client.handshake();
    client.receive(bytes.substr(bytes.size() / 2));
    client.handshake();
    (void)client.take_output();
    Observation seen;
    client.conclude({.end = tls::PeerEnd::end_of_stream}, seen);
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto& pool = []() -> tls::ContextPool& {
        pki::initialise_openssl();
        static tls::ContextPool made;
        return made;
    }();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (concluded(pool, bytes).detail.empty()) __builtin_trap(); // every end has its sentence
    return 0;
}
