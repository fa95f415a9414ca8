// SPDX-License-Identifier: MIT
// One SSL_CTX per set of handshake options, shared by every connection that uses them.
#pragma once

#include "model/observation.h"
#include "pki/identity.h"

#include <map>
#include <memory>
#include <string>

namespace lyncprobe::tls {

class LeanLibrary;

// ContextPool makes and keeps the contexts of a run. Not thread safe.
class ContextPool {
  public:
    // Whose implementations of the algorithms the contexts use.
    enum class Library {
        lean,    // those of OpenSSL that a TLS client needs, where that is faster
        standard // all of OpenSSL's
    };
    explicit ContextPool(Library = Library::lean);
    ~ContextPool();
    bool is_lean() const;
    void add_identity(pki::IdentityPtr identity);

    struct Context;
    // Owned by the pool. An identity that was not added is a programming error (throws
    // std::logic_error).
    Context& get(const HandshakeOptions&);

  private:
    struct CaNames;
    std::unique_ptr<LeanLibrary> library_; // before the contexts made in it; null = standard
    std::unique_ptr<CaNames> ca_names_;
    std::map<std::string, pki::IdentityPtr> identities_;
    std::map<std::string, std::unique_ptr<Context>> contexts_; // by identity id
};

} // namespace lyncprobe::tls
