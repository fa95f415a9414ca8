// SPDX-License-Identifier: MIT
// A TLS client fed with whatever a server may send, and the outcome that is concluded of it: the
// same in the lean library context as in OpenSSL's own.
#include "tls/tls_client.h"

#include "pki/certificate_reader.h"

#include <cstdint>

namespace {

using namespace lyncprobe;

Observation told(tls::ContextPool& pool, std::string_view bytes) {
    const HandshakeOptions options{.server_name = "sip.contoso.com"};
    tls::TlsClient client(pool.get(options), options);
    client.handshake();
    client.receive(bytes.substr(0, bytes.size() / 2));
    client.handshake();
    client.receive(bytes.substr(bytes.size() / 2));
    client.handshake();
    (void)client.take_output();
    Observation seen;
    tls::conclude(client, tls::PeerEnd::end_of_stream, false, false, seen);
    return seen;
}

struct Pools {
    tls::ContextPool lean{tls::ContextPool::Library::lean};
    tls::ContextPool standard{tls::ContextPool::Library::standard};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto& pools = []() -> Pools& {
        pki::initialise_openssl();
        static Pools made;
        return made;
    }();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto lean = told(pools.lean, bytes), standard = told(pools.standard, bytes);
    if (lean.detail.empty()) __builtin_trap(); // every end has its sentence
    if (lean.outcome != standard.outcome || lean.stage != standard.stage ||
        lean.detail != standard.detail || lean.presented != standard.presented)
        __builtin_trap();
    return 0;
}
