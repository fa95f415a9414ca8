// SPDX-License-Identifier: MIT
// A TLS server in memory: no sockets, so that every byte of a handshake can be cut, delayed or
// changed.
#pragma once

#include "lab/lab.h"
#include "pki/ossl.h"
#include "tls/tls_client.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace lyncprobe::test {

// ServerSetup is what one test wants of its server.
struct ServerSetup {
    int min_version = TLS1_2_VERSION, max_version = TLS1_3_VERSION;
    std::vector<std::string> chain_pem; // the server certificate first
    std::string key_pem;
    bool ask = false, require = false;      // for a client certificate
    std::vector<std::string> client_ca_pem; // trusted issuers of clients; their names are sent
    std::string client_schemes;             // signature schemes of clients; empty = all
    std::string ciphers = "ALL:@SECLEVEL=0";
    std::string groups;
    bool tickets = true;
    bool own_order = false; // of cipher suites, in place of the client's
    unsigned dh_bits = 0;   // of its DH group; 0 = as libssl chooses
};

class MemoryServer {
  public:
    explicit MemoryServer(const ServerSetup&);
    // Bytes from the client in, bytes for the client out.
    std::string exchange(std::string_view from_client);
    void send(std::string_view plaintext);
    std::string read();        // plaintext of the client
    std::string say_goodbye(); // close_notify
    // Asks for a client certificate now, as IIS does for some URLs: by renegotiation up to TLS 1.2,
    // by post-handshake authentication in TLS 1.3.
    std::string ask_now(bool require);
    // Bytes from the client in while the connection is up, bytes out; plaintext is added to
    // `heard`.
    std::string serve(std::string_view from_client, std::string& heard);
    bool has_client_certificate() const;
    bool up() const { return SSL_is_init_finished(ssl_.get()) == 1; }

  private:
    std::string take();
    std::unique_ptr<SSL_CTX, pki::Deleter<&SSL_CTX_free>> context_;
    std::unique_ptr<SSL, pki::Deleter<&SSL_free>> ssl_;
};

// Carries bytes between the two until neither has any left. Returns all that the server sent.
std::string pump(tls::TlsClient&, MemoryServer&);

// The lab's certificates, made once: a root, an issuing CA, servers of several kinds.
struct Pki {
    Pki();
    lab::Authority root, issuing;
    lab::Issued rsa, ec, client, stranger; // `stranger` is a client of another root
    std::vector<std::string> chain(const lab::Issued&) const; // with the issuing CA
};
const Pki& pki_of_tests();

pki::IdentityPtr identity(const lab::Issued&, const std::vector<std::string>& chain_pem);

} // namespace lyncprobe::test
