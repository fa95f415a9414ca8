// SPDX-License-Identifier: MIT
// PKCS#12 (RFC 7292) as Windows, Java and OpenSSL write it.
#pragma once

#include "model/certificate.h"
#include "model/result.h"
#include "pki/private_key.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// PfxContents is what a PFX holds: DER in file order, but the certificate that belongs to the key
// first. Of several keys it is the first that belongs to a certificate of the file, else the first.
struct PfxContents {
    std::vector<std::string> certificates;
    PrivateKey key;      // null where there is none, or none that can be read
    KeyInFile about_key; // what the file says of it
};

Result<PfxContents> read_pfx(std::string_view bytes, const std::optional<std::string>& password);

} // namespace lyncprobe::pki
