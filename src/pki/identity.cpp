// SPDX-License-Identifier: MIT
// Our certificate, its chain and its key, checked against each other.
#include "pki/identity.h"

#include "pki/certificate_file.h"
#include "pki/certificate_layout.h"
#include "pki/certificate_reader.h"
#include "pki/ossl.h"
#include "pki/pfx.h"
#include "pki/private_key.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::pki {

Identity::Identity(std::string id, std::vector<std::string> chain, std::shared_ptr<void> key)
    : id_(std::move(id)), chain_(std::move(chain)), key_(std::move(key)) {
    // Their names are compared with those that a server asks for, in every handshake.
    for (const auto& der : chain_)
        if (const auto layout = certificate_layout(der)) issuers_.emplace_back(layout->issuer);
    if (!chain_.empty()) fingerprint_ = to_hex(sha256(chain_.front()));
}

Result<IdentityPtr> read_identity(
    std::string id, std::string_view certificate, std::string_view key,
    const std::optional<std::string>& password
) {
    auto file = read_certificate_file(certificate, password);
    if (!file) return file.error();
    auto own_key = read_private_key(key, password);
    if (!own_key) return own_key.error();
    // A chain saved the wrong way round still holds our certificate.
    auto& chain = file->certificates;
    const auto own = std::find_if(chain.begin(), chain.end(), [&](const auto& der) {
        return key_fits(*own_key, der);
    });
    if (own == chain.end()) {
        const auto first = read_certificate(chain.front());
        return Problem{
            .what = fmt::format(
                "the private key does not belong to the certificate {}",
                first ? first->subject : std::string("given")
            ),
            .hint = "give the key that its request was made with"};
    }
    std::rotate(chain.begin(), own, own + 1);
    return std::make_shared<const Identity>(std::move(id), std::move(chain), std::move(*own_key));
}

Result<IdentityPtr> read_identity_pfx(
    std::string id, std::string_view pfx, const std::optional<std::string>& password
) {
    auto contents = read_pfx(pfx, password);
    if (!contents) return contents.error();
    if (!contents->key)
        return Problem{.what = "the PFX holds no private key", .hint = "export it with its key"};
    if (contents->certificates.empty() || !key_fits(contents->key, contents->certificates.front()))
        return Problem{.what = "the PFX holds no certificate for its private key"};
    return std::make_shared<const Identity>(
        std::move(id), std::move(contents->certificates), std::move(contents->key)
    );
}

} // namespace lyncprobe::pki
