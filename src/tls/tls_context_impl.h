// SPDX-License-Identifier: MIT
// The OpenSSL side of tls/: what a context and a client are made of. Included by tls/*.cpp only.
#pragma once

#include "pki/ossl.h"
#include "tls/handshake_transcript.h"
#include "tls/tls_client.h"
#include "tls/tls_context.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace lyncprobe::tls {

using SslCtxPtr = std::unique_ptr<SSL_CTX, pki::Deleter<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, pki::Deleter<&SSL_free>>;
using BioMethodPtr = std::unique_ptr<BIO_METHOD, pki::Deleter<&BIO_meth_free>>;

// CaNameCache keeps each distinct list of CA names once: many servers of a deployment send the same
// one.
using CaNameCache =
    std::map<std::vector<std::string>, std::shared_ptr<const std::vector<std::string>>>;

struct ContextPool::CaNames {
    CaNameCache lists;
};

struct ContextPool::Context {
    SslCtxPtr ssl;
    pki::IdentityPtr identity;            // null = none to offer
    CaNameCache* ca_names = nullptr;      // owned by the pool
    std::vector<std::string> not_offered; // of a Windows release, what libssl cannot send
};

struct TlsClient::Impl {
    explicit Impl(ContextPool::Context&);

    ContextPool::Context& context;
    HandshakeTranscript transcript;
    State state = State::handshaking;
    std::string input; // ciphertext not yet taken by OpenSSL
    std::size_t input_taken = 0;
    std::string output;
    std::string unwritten; // plaintext that waits for the end of a renegotiation
    std::string first_bytes;
    std::uint64_t bytes_received = 0;
    std::string failure;               // OpenSSL's reason
    bool too_large = false;            // a message was larger than we accept
    std::uint32_t refused_dh_bits = 0; // of a group that was too large to compute with
    bool late_certificate = false;     // may be asked for after the handshake
    bool ended = false;                // no more ciphertext will come
    bool application_data = false;     // the server spoke after the handshake
    bool out_of_memory = false;        // in a callback of ours: what libssl then says means nothing
    SslPtr ssl;                        // last: it points into this

    void fail();
    // Throws std::bad_alloc where an allocation failure made libssl fail.
    void check_memory(bool failed, long failures_before) const;
};

} // namespace lyncprobe::tls
