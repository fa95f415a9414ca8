// SPDX-License-Identifier: MIT
// What libcurl makes of an LDAP answer: lines "DN: …" and "<TAB>attribute;binary:: base64".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::fetch {

// The values of certificateRevocationList, deltaRevocationList and cACertificate (RFC 4523 2), in
// order; what is no base64 is left out.
std::vector<std::string> ldap_values(std::string_view text);

} // namespace lyncprobe::fetch
