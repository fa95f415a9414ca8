// SPDX-License-Identifier: MIT
// Certificate files as administrators save them: PEM, DER, PKCS#7, PFX; UTF-16 with BOM, CRLF, text
// around the blocks.
#pragma once

#include "model/certificate.h"
#include "model/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

enum class FileKind { pem, der, pkcs7, pfx };

struct CertificateFile {
    FileKind kind = FileKind::pem;
    // DER in file order; the server certificate first: in a PFX the one that belongs to the key, in
    // PKCS#7 the one that issued no other.
    std::vector<std::string> certificates;
    std::optional<KeyInFile> key;   // of a PFX
    std::vector<std::string> notes; // "the file also holds a private key, which was not read"
};

// `password` absent: none was given (a PFX is then tried with none and with an empty one).
Result<CertificateFile> read_certificate_file(
    std::string_view bytes, const std::optional<std::string>& password
);

// The same of a file that a stranger's server gave, as caIssuers locations have it: DER, PEM or
// PKCS#7. A PFX is refused: its key derivation is as dear as the stranger wants.
Result<CertificateFile> read_foreign_certificates(std::string_view bytes);

} // namespace lyncprobe::pki
