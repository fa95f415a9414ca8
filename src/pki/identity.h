// SPDX-License-Identifier: MIT
// Our own certificate and key. The key never leaves this room and tls/.
#pragma once

#include "model/certificate.h"
#include "model/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// Identity is one of our own certificates with its private key. Shared; the key is wiped with the
// last owner.
class Identity {
  public:
    Identity(std::string id, std::vector<std::string> chain, std::shared_ptr<void> key);
    const std::string& id() const { return id_; }
    const std::vector<std::string>& chain() const { return chain_; } // DER, our certificate first
    void* key() const { return key_.get(); }                         // EVP_PKEY*, owned by this
    const std::vector<std::string>& issuers_der() const {
        return issuers_;
    } // issuer names of the chain, DER
    const std::string& fingerprint() const { return fingerprint_; } // hex

  private:
    std::string id_, fingerprint_;
    std::vector<std::string> chain_, issuers_;
    std::shared_ptr<void> key_;
};

using IdentityPtr = std::shared_ptr<const Identity>;

// PEM or DER certificate (chain) and PEM or DER key; a key that does not belong to the certificate
// is a problem.
Result<IdentityPtr> read_identity(
    std::string id, std::string_view certificate, std::string_view key,
    const std::optional<std::string>& password
);
// PKCS#12, old ciphers (RC2-40) included.
Result<IdentityPtr> read_identity_pfx(
    std::string id, std::string_view pfx, const std::optional<std::string>& password
);

} // namespace lyncprobe::pki
