// SPDX-License-Identifier: MIT
// A library context for TLS clients that fetches fast: OpenSSL 3.0 sets up every decoder it knows
// for each public key it reads, about forty of them, where a TLS client needs two, and hardly ever
// six.
#pragma once

#include <string>
#include <vector>

#include <openssl/types.h>

namespace lyncprobe::tls {

// LeanLibrary owns the context and the one behind it; it outlives every SSL_CTX made in it.
class LeanLibrary {
  public:
    LeanLibrary();
    ~LeanLibrary();
    LeanLibrary(const LeanLibrary&) = delete;
    LeanLibrary& operator=(const LeanLibrary&) = delete;

    // For SSL_CTX_new_ex. Null = OpenSSL's own, where the lean one is of no use or did not pass its
    // self-test; why_not() says which.
    OSSL_LIB_CTX* get() const { return lean_; }
    const std::string& why_not() const { return why_not_; }

    // To be told of the certificates (DER) of each message before libssl reads their keys: with the
    // first that may have a key of a rare kind the decoders for those come, which until then cost
    // every other key a tenth of its time. Empty = nobody knows what will come.
    void expect(const std::vector<std::string>& certificates);

  private:
    bool load();
    void drop(std::string why_not);

    OSSL_LIB_CTX* backing_ = nullptr; // holds the default provider, which does all the work
    OSSL_PROVIDER* default_provider_ = nullptr;
    OSSL_LIB_CTX* lean_ = nullptr;
    OSSL_PROVIDER* lean_provider_ = nullptr;
    OSSL_PROVIDER* rare_provider_ = nullptr; // null = not needed yet
    std::string why_not_;
};

} // namespace lyncprobe::tls
