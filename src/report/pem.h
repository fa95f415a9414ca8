// SPDX-License-Identifier: MIT
// The text encoding of a certificate (RFC 7468 5); report/ has no OpenSSL.
#pragma once

#include "model/certificate.h"

#include <string>
#include <string_view>

namespace lyncprobe::report {

std::string pem(const Certificate&);

// The bytes of such a text; empty where it is none.
std::string der_of_pem(std::string_view pem);

} // namespace lyncprobe::report
