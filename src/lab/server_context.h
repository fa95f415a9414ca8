// SPDX-License-Identifier: MIT
// The TLS side of one listener: its SSL_CTX, at security level 0, so that everything old can be
// served.
#pragma once

#include "lab/handles.h"
#include "lab/lab.h"

namespace lyncprobe::lab {

// Throws std::runtime_error where the certificate, the key and the versions do not go together.
// Null where the listener has no certificate (it plays a fault that needs none).
SslContextPtr make_server_context(const ServerSpec&);

} // namespace lyncprobe::lab
