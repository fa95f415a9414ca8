// SPDX-License-Identifier: MIT
// DER → facts. Pure: no socket, no clock, no file.
#pragma once

#include "model/certificate.h"
#include "model/result.h"

#include <string_view>

namespace lyncprobe::pki {

// Call once at the start of the process, before any other use of OpenSSL: no configuration file is
// loaded.
void initialise_openssl();

Fingerprint sha256(std::string_view bytes);

// Everything that can be read is read: a broken extension is listed, it does not refuse the
// certificate.
Result<Certificate> read_certificate(std::string_view der);

// "CN=…, O=…" of a DER Name (RFC 5280 4.1.2.4), as in Certificate::subject.
std::string name_text(std::string_view der_name);

// The registered name of an OID ("serverAuth"), the OID itself where there is none.
std::string oid_name(const std::string& oid);

} // namespace lyncprobe::pki
