// SPDX-License-Identifier: MIT
#include "tls/handshaker.h"

#include "tls/raw_client.h"
#include "tls/tls_client.h"

namespace lyncprobe::tls {

std::unique_ptr<Handshaker> Handshaker::make(
    ContextPool::Context& context, const HandshakeOptions& options
) {
    if (options.kind == HandshakeKind::raw_hello)
        return std::make_unique<RawClient>(context, options);
    return std::make_unique<TlsClient>(context, options);
}

} // namespace lyncprobe::tls
