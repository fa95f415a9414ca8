// SPDX-License-Identifier: MIT
// AlgorithmIdentifier and SubjectPublicKeyInfo as they are written, decoded by hand.
#pragma once

#include "model/certificate.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// `der` is the whole AlgorithmIdentifier. What cannot be read is said in `notes`.
Algorithm read_algorithm(std::string_view der, std::vector<std::string>& notes);

// `der` is the whole SubjectPublicKeyInfo.
PublicKey read_public_key(std::string_view der, std::vector<std::string>& notes);

// The name of a digest algorithm's OID as in Algorithm::hash, the OID itself where unknown.
std::string hash_name(const std::string& oid);

} // namespace lyncprobe::pki
