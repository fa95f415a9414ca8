// SPDX-License-Identifier: MIT
// One SSL_CTX per set of handshake options, shared by every connection that uses them.
#pragma once

#include "model/observation.h"
#include "pki/identity.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace lyncprobe::tls {

// ContextPool makes and keeps the contexts of a run. Not thread safe.
class ContextPool {
  public:
    ContextPool();
    ~ContextPool();
    void add_identity(pki::IdentityPtr identity);

    struct Context;
    // Owned by the pool. An identity that was not added is a programming error (throws
    // std::logic_error).
    Context& get(const HandshakeOptions&);

  private:
    struct CaNames;
    std::unique_ptr<CaNames> ca_names_;
    std::map<std::string, pki::IdentityPtr> identities_;
    // By the id of the identity and the Windows release.
    std::map<std::pair<std::string, OperatingSystem>, std::unique_ptr<Context>> contexts_;
};

} // namespace lyncprobe::tls
